package pdfscan

import (
	"maps"
	"slices"
)

// Base returns which update of the file ends with its first n bytes, for
// [File.Changes]. False if none does: then those bytes are not an earlier state of
// the file.
func (f *File) Base(n int) (int, bool) {
	for i := range f.revisions {
		r := &f.revisions[i]
		if r.end <= n && len(trimmed(f.raw[r.end:min(n, len(f.raw))])) == 0 && (i+1 == len(f.revisions) || f.revisions[i+1].at >= n) {
			return i, true
		}
	}
	return 0, false
}

func trimmed(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}

// Revision returns which update of the file a signature covers, for [File.Changes].
func (s *Signature) Revision() int { return s.revision }

// A change compares each update with the state before it.
type change struct {
	file   *File
	at     int               // the update that is compared
	shown  map[int]bool      // the numbers of objects that make up what is shown; those that are missing as well
	pages  bool              // pages may be added
	fields map[int]formField // of the form before the update, by number
	drawn  *drawn            // what draws fields before the update; nil if not looked up yet
	noted  []Change
	placed int // for how many updates pages were looked up
	drew   int // for how many updates appearances were
	// recount says that the update that is compared has other kids or counts in its pages.
	recount bool
}

// show adds what the catalog refers to, except the form, the proofs and the metadata.
func (c *change) show(r *reading) error {
	root, err := r.root()
	if err != nil {
		return err
	}
	root = maps.Clone(root)
	for _, k := range []name{"AcroForm", "DSS", "Metadata"} {
		delete(root, k)
	}
	return c.reach(r, root)
}

// reach adds what v refers to, directly or through others.
func (c *change) reach(r *reading, v any) error {
	var todo []ref
	visit := func(n ref) {
		if !c.shown[n.num] {
			c.shown[n.num] = true
			todo = append(todo, n)
		}
	}
	references(v, visit)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o, err := r.object(n)
		if err != nil {
			return err
		}
		if o != nil {
			references(o.value, visit)
		}
	}
	return nil
}

// update compares update i with the state before it.
func (c *change) update(i int) error {
	before, now := &reading{c.file, i - 1}, &reading{c.file, i}
	u := &c.file.revisions[i]
	c.drawn = nil
	root, _ := u.trailer["Root"].(ref)
	if !equal(u.trailer["Root"], c.file.revisions[i-1].trailer["Root"]) {
		c.note(CatalogChanged, root.num)
	}
	if err := c.take(c.file.tidy(i), 0); err != nil {
		return err
	}
	for _, n := range u.hidden { // readers that do not know the stream miss them
		if e, _, known := before.entry(n); known && e.kind != 'f' {
			c.note(ObjectHidden, n)
		}
	}
	if err := c.take(c.catalog(before, now), root.num); err != nil {
		return err
	}
	catalog, err := now.root()
	if err != nil {
		return err
	}
	form, _ := catalog["AcroForm"].(ref)
	fields, err := c.form(before, now)
	if err := c.take(err, form.num); err != nil {
		return err
	}
	aside, err := c.aside(now)
	if err != nil {
		return err
	}
	told := map[ChangeKind]bool{}
	var shown []int // before the update adds to them
	for _, n := range slices.Sorted(maps.Keys(u.entries)) {
		is, err := c.entry(before, now, n)
		if err := c.take(err, n); err != nil {
			return err
		}
		if kind := aside[n]; kind != "" && is && !told[kind] {
			c.note(kind, n)
			told[kind] = true // the first of them will do
		}
		if is && c.shown[n] && n != root.num && n != form.num {
			shown = append(shown, n)
		}
	}
	for _, n := range shown {
		if err := c.take(c.object(before, now, n, fields), n); err != nil {
			return err
		}
	}
	if c.recount {
		c.recount = false
		return c.take(c.leaves(before, now), 0)
	}
	return nil
}

// take notes err if it says what the update does; it returns any other error.
func (c *change) take(err error, object int) error {
	e, ok := err.(*Error)
	if !ok || e.Reason != Modified {
		return err
	}
	if e.object != 0 {
		object = e.object
	}
	c.note(e.kind, object)
	return nil
}

// entry judges what an update says of object n by itself, and reports whether it says
// something new.
func (c *change) entry(before, now *reading, n int) (bool, error) {
	e := c.file.revisions[now.rev].entries[n]
	if is, err := c.again(before, e, n, now.rev); err != nil || is {
		return false, err
	}
	packed, err := c.replacesPack(before, now, n)
	if err != nil {
		return false, err
	}
	if packed { // and with it the objects in it
		return true, modified(ObjectHidden)
	}
	if root, _ := now.trailer()["Root"].(ref); n == root.num { // what it has besides stays as it is
		return true, c.quiet(now, c.news(now))
	}
	v, err := now.value(n)
	if err != nil {
		return false, err
	}
	return true, c.quiet(now, v)
}

// mayChange are the keys of the catalog that an update may set.
var mayChange = []name{"AcroForm", "DSS", "Metadata", "Extensions", "Version"}

// news is what an update may say anew in the catalog.
func (c *change) news(now *reading) dict {
	root, err := now.root()
	if err != nil {
		return nil
	}
	root = maps.Clone(root)
	maps.DeleteFunc(root, func(k name, _ any) bool { return !slices.Contains(mayChange, k) })
	return root
}

// aside returns the objects that hold metadata and proofs.
func (c *change) aside(now *reading) (map[int]ChangeKind, error) {
	root, err := now.root()
	if err != nil {
		return nil, err
	}
	all := map[int]ChangeKind{}
	for kind, v := range map[ChangeKind]any{ProofsAdded: root["DSS"], MetadataSet: array{root["Metadata"], now.trailer()["Info"]}} {
		var todo []ref
		visit := func(n ref) {
			if all[n.num] == "" && !c.shown[n.num] {
				all[n.num] = kind
				todo = append(todo, n)
			}
		}
		references(v, visit)
		for len(todo) > 0 {
			n := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if _, rev, ok := now.entry(n.num); !ok || rev < now.rev { // it did not come with this update
				continue
			}
			o, err := now.object(n)
			if err != nil {
				return nil, err
			}
			if o != nil {
				references(o.value, visit)
			}
		}
	}
	return all, nil
}

func (r *reading) trailer() dict { return r.file.revisions[r.rev].trailer }

// again reports whether entry e of update i says of object n what was said before. One
// that brings back another object of an earlier update is refused: no writer does that,
// and time would not stay in proportion to the file.
func (c *change) again(before *reading, e entry, n, i int) (bool, error) {
	old, _, known := before.entry(n)
	if known && e == old && e.kind == 'n' {
		return true, nil
	}
	earlier := e.kind == 'n' && e.at < c.file.revisions[i].from
	if e.kind == 'o' {
		_, rev, ok := (&reading{c.file, i}).entry(e.at)
		if earlier = ok && rev < i; earlier && known && e == old {
			return true, nil
		}
	}
	if earlier {
		return false, modified(ObjectHidden)
	}
	return false, nil
}

// quiet wants an object of an update without scripts and actions, layers, attachments and
// content of other files. A signature needs none of them, and they act or show something
// although what was shown before stays as it is.
func (c *change) quiet(now *reading, v any) error {
	var found Found
	w := &walk{found: &found, r: now}
	w.value(v)
	if found.Scripts || found.Layers || found.Attachments || found.Elsewhere {
		return modified(ActionAdded)
	}
	return nil
}

// replacesPack reports whether an update puts something else in place of an object
// stream. Objects in it would change although no entry of theirs does.
func (c *change) replacesPack(before, now *reading, n int) (bool, error) {
	old, err := before.value(n)
	if err != nil {
		return false, err
	}
	s, ok := old.(*stream)
	if !ok || fold(s.dict["Type"]) != "objstm" {
		return false, nil
	}
	v, err := now.value(n)
	return err == nil && !equal(old, v), err
}

// value returns what a revision says of object n; nil if nothing.
func (r *reading) value(n int) (any, error) {
	e, _, ok := r.entry(n)
	if !ok || e.kind == 'f' {
		return nil, nil
	}
	gen := e.gen
	if e.kind == 'o' {
		gen = 0
	}
	o, err := r.object(ref{n, gen})
	if err != nil || o == nil {
		return nil, err
	}
	return o.value, nil
}

func (c *change) catalog(before, now *reading) error {
	old, err := before.root()
	if err != nil {
		return err
	}
	root, err := now.root()
	if err != nil {
		return err
	}
	if !equalBut(old, root, mayChange...) || !isVersion(root["Version"]) {
		return modified(CatalogChanged)
	}
	return c.extensions(before, now, old["Extensions"], root["Extensions"])
}

// list returns the array that v is or refers to. Nothing is an empty one.
func (r *reading) list(v any) (array, bool, error) {
	v, err := r.resolve(v)
	if err != nil || v == nil {
		return nil, true, err
	}
	a, ok := v.(array)
	return a, ok, nil
}

// isVersion reports whether v is a version of PDF, or nothing.
func isVersion(v any) bool {
	n, ok := v.(name)
	return v == nil || ok && len(n) == 3 && (n[:2] == "1." || n[:2] == "2.") && '0' <= n[2] && n[2] <= '9'
}
