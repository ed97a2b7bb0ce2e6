package pdfscan

import "maps"

// Base returns which update of the file ends with its first n bytes, for
// [File.Unchanged]. False if none does: then those bytes are not an earlier state of
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

// Revision returns which update of the file a signature covers, for [File.Unchanged].
func (s *Signature) Revision() int { return s.revision }

// Unchanged reports an error if an update behind base changes what a reader shows. An
// update may add a signature or a document timestamp with its field, and proofs (DSS),
// dates and other metadata. The first update may also add pages at the end, if mayAdd
// says so: pages reports whether it does. Everything else that the pages, their
// annotations or the catalog refer to must stay as it is, and an update has no actions,
// layers and attachments. The error is Modified.
func (f *File) Unchanged(base int, mayAdd bool) (pages bool, err error) {
	c := &change{file: f, shown: map[int]bool{}, pages: mayAdd}
	if err := c.show(&reading{f, base}); err != nil {
		return false, err
	}
	for i := base + 1; i < len(f.revisions); i++ {
		if err := c.update(i); err != nil {
			return false, err
		}
		c.pages = false
	}
	return c.grown, nil
}

// A change compares each update with the state before it.
type change struct {
	file  *File
	shown map[int]bool // the numbers of objects that make up what is shown; those that are missing as well
	pages bool         // pages may be added
	grown bool         // pages were added
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
	switch {
	case !equal(u.trailer["Root"], c.file.revisions[i-1].trailer["Root"]):
		return modified("another catalog")
	case u.trailer["XRefStm"] != nil: // of the two sections readers take one or the other
		return modified("an update with two cross-reference sections")
	}
	if err := c.catalog(before, now); err != nil {
		return err
	}
	fields, err := c.form(before, now)
	if err != nil {
		return err
	}
	root, _ := u.trailer["Root"].(ref)
	var shown []int // before the update adds to them
	for n, e := range u.entries {
		if is, err := c.again(before, e, n, i); err != nil {
			return err
		} else if is {
			continue
		}
		packed, err := c.replacesPack(before, now, n)
		if err != nil {
			return err
		}
		if packed {
			return modified("an object stream, and with it the objects in it")
		}
		if err := c.quiet(now, n); err != nil {
			return err
		}
		if c.shown[n] && n != root.num {
			shown = append(shown, n)
		}
	}
	for _, n := range shown {
		if err := c.object(before, now, n, fields); err != nil {
			return err
		}
	}
	if c.recount {
		c.recount = false
		return c.leaves(before, now)
	}
	return nil
}

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
		return false, modified("an object of an earlier update")
	}
	return false, nil
}

// quiet wants an object of an update without scripts and actions, layers, attachments and
// content of other files. A signature needs none of them, and they act or show something
// although what was shown before stays as it is.
func (c *change) quiet(now *reading, n int) error {
	v, err := now.value(n)
	if err != nil {
		return err
	}
	var found Found
	w := &walk{found: &found, r: now}
	w.value(v)
	if found.Scripts || found.Layers || found.Attachments || found.Elsewhere {
		return modified("an update with an action, a layer or an attachment")
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
	if !equalBut(old, root, "AcroForm", "DSS", "Metadata", "Extensions") {
		return modified("the catalog")
	}
	return nil
}

// form compares the forms, and returns the fields that the update has added, with their
// widgets.
func (c *change) form(before, now *reading) (map[ref]bool, error) {
	old, err := before.form()
	if err != nil {
		return nil, err
	}
	form, err := now.form()
	if err != nil {
		return nil, err
	}
	if form == nil && old == nil {
		return nil, nil
	}
	if !equalBut(old, form, "Fields", "SigFlags", "DR", "DA") {
		return nil, modified("the form")
	}
	was, ok1, err := before.list(old["Fields"])
	if err != nil {
		return nil, err
	}
	is, ok2, err := now.list(form["Fields"])
	if err != nil {
		return nil, err
	}
	more, ok := added(was, is)
	if !ok1 || !ok2 || !ok {
		return nil, modified("the fields of the form")
	}
	fields := map[ref]bool{}
	for _, f := range more {
		n, _ := f.(ref)
		v, err := now.resolve(f)
		if err != nil {
			return nil, err
		}
		d := dictOf(v)
		if d["FT"] != name("Sig") {
			return nil, modified("a form field that is no signature")
		}
		fields[n] = true
		kids, _, err := now.list(d["Kids"])
		if err != nil {
			return nil, err
		}
		if len(kids) == 1 && d["Subtype"] == nil { // its widget, if it is an object of its own
			kid, _ := kids[0].(ref)
			fields[kid] = true
		}
	}
	return fields, nil
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

// object compares object n, which is shown.
func (c *change) object(before, now *reading, n int, fields map[ref]bool) error {
	old, err := before.value(n)
	if err != nil {
		return err
	}
	v, err := now.value(n)
	if err != nil || equal(old, v) {
		return err
	}
	was, is := dictOf(old), dictOf(v)
	switch {
	case was["Type"] == name("Page") && is["Type"] == name("Page") && equalBut(was, is, "Annots"):
		return c.annotations(before, now, was["Annots"], is["Annots"], fields)
	case was["Type"] == name("Pages") && is["Type"] == name("Pages") && c.pages && equalBut(was, is, "Kids", "Count"):
		return c.more(before, now, was, is)
	}
	if a, ok := old.(array); ok { // the annotations of a page, if it is anything allowed
		return c.annotations(before, now, a, v, fields)
	}
	return modified("something that is shown")
}

// annotations wants nothing but the widgets of the new signature fields behind the old
// annotations.
func (c *change) annotations(before, now *reading, old, v any, fields map[ref]bool) error {
	was, ok1, err := before.list(old)
	if err != nil {
		return err
	}
	is, ok2, err := now.list(v)
	if err != nil {
		return err
	}
	more, ok := added(was, is)
	if !ok1 || !ok2 || !ok {
		return modified("the annotations of a page")
	}
	for _, a := range more {
		n, isRef := a.(ref)
		if !isRef || !fields[n] {
			return modified("an annotation that is no signature")
		}
		if err := c.widget(now, n); err != nil {
			return err
		}
	}
	return c.reach(now, v)
}

// widget wants a signature's own widget, and an empty one for a document timestamp, which
// anybody can make.
func (c *change) widget(now *reading, n ref) error {
	v, err := now.resolve(n)
	if err != nil {
		return err
	}
	d := dictOf(v)
	field := d
	if d["Parent"] != nil && d["V"] == nil {
		if v, err = now.resolve(d["Parent"]); err != nil {
			return err
		}
		field = dictOf(v)
	}
	v, err = now.resolve(field["V"])
	if err != nil {
		return err
	}
	sig := dictOf(v)
	if d["Subtype"] != name("Widget") || sig["ByteRange"] == nil {
		return modified("an annotation that is no signature")
	}
	if sig["SubFilter"] == name("ETSI.RFC3161") && !emptyRect(d["Rect"]) {
		return modified("a timestamp that covers a part of a page")
	}
	return nil
}

func emptyRect(v any) bool {
	a, ok := v.(array)
	return ok && len(a) == 4 && (equal(a[0], a[2]) || equal(a[1], a[3]))
}
