package pdfscan

import "maps"

// A Change is something that an update did to the state before it.
type Change struct {
	Update int // which one, as Signature.Revision counts
	Object int // the number of the object; 0 if it is none
	Page   int // on which page it is, from 1; 0 if on none, or that is not known
	Kind   ChangeKind
	Field  string // the whole name of a form field, if it is about one
}

// ChangeKind is one of the kinds below.
type ChangeKind string

// What an update may do: a signature with its field and widget, a document timestamp, proofs
// (DSS), and dates and other metadata.
const (
	SignatureAdded ChangeKind = "signature-added"
	TimestampAdded ChangeKind = "timestamp-added"
	ProofsAdded    ChangeKind = "proofs-added"
	MetadataSet    ChangeKind = "metadata-set"
)

// What an update may do if the caller says so.
const (
	PagesAdded  ChangeKind = "pages-added"           // at the end, by the first update
	FieldAdded  ChangeKind = "signature-field-added" // an empty field for a signature
	FieldFilled ChangeKind = "field-filled"
)

// What no update may do.
const (
	CatalogChanged    ChangeKind = "catalog-changed"
	FormChanged       ChangeKind = "form-changed"
	PagesChanged      ChangeKind = "pages-changed"
	AnnotationChanged ChangeKind = "annotation-changed"
	ContentChanged    ChangeKind = "content-changed" // something else that is shown
	ActionAdded       ChangeKind = "action-added"    // an action, a layer, an attachment, or content of another file
	ObjectHidden      ChangeKind = "object-hidden"   // readers may see different objects, or old ones again
)

// words are the kinds in words.
var words = map[ChangeKind]string{
	FieldAdded: "a field for a signature", SignatureAdded: "a signature", TimestampAdded: "a document timestamp", ProofsAdded: "proofs", MetadataSet: "metadata",
	PagesAdded: "more pages", FieldFilled: "the value of a form field",
	CatalogChanged: "the catalog", FormChanged: "the form", PagesChanged: "the pages", AnnotationChanged: "the annotations of a page",
	ContentChanged: "something that is shown", ActionAdded: "an update with an action, a layer or an attachment",
	ObjectHidden: "an update that readers may read in more than one way",
}

// maxChanges is how many changes are listed. The comparison ends with the last one.
const maxChanges = 1000

// Changes returns what the updates behind base did, in their order. The first update may also
// add pages at the end, if mayAdd says so; otherwise such pages are PagesChanged. At most 1000
// changes are listed. The error is an [*Error] if the file cannot be read.
func (f *File) Changes(base int, mayAdd bool) ([]Change, error) {
	return f.ChangesUntil(base, len(f.revisions)-1, mayAdd)
}

// ChangesUntil is Changes for the updates up to last alone.
func (f *File) ChangesUntil(base, last int, mayAdd bool) ([]Change, error) {
	c := &change{file: f, shown: map[int]bool{}, pages: mayAdd}
	if err := c.show(&reading{f, base}); err != nil {
		return nil, err
	}
	for i := base + 1; i <= last && len(c.noted) < maxChanges; i++ {
		first := len(c.noted)
		c.at = i
		if err := c.update(i); err != nil {
			return nil, err
		}
		c.pages = false
		if err := c.place(c.noted[first:]); err != nil {
			return nil, err
		}
	}
	return c.noted[:min(len(c.noted), maxChanges)], nil
}

// note adds a change by the update that is compared, once.
func (c *change) note(k ChangeKind, object int) { c.noteField(k, object, "") }

func (c *change) noteField(k ChangeKind, object int, field string) {
	one := Change{Update: c.at, Object: object, Kind: k, Field: field}
	if len(c.noted) < maxChanges && !c.has(one) {
		c.noted = append(c.noted, one)
	}
}

// has reports whether a change was noted for this update already.
func (c *change) has(one Change) bool {
	for i := len(c.noted) - 1; i >= 0 && c.noted[i].Update == one.Update; i-- {
		if c.noted[i] == one {
			return true
		}
	}
	return false
}

// maxPlaced is for how many updates objects are looked for on the pages, which takes time in
// proportion to the file.
const maxPlaced = 8

// place finds the pages of the changes of an update.
func (c *change) place(noted []Change) error {
	look := false
	for _, n := range noted {
		look = look || n.Object != 0 && n.Page == 0 && n.Kind != ProofsAdded && n.Kind != MetadataSet && n.Kind != PagesAdded
	}
	if !look || c.placed >= maxPlaced {
		return nil
	}
	c.placed++
	now := &reading{c.file, c.at}
	pages, err := now.pages()
	if err != nil {
		return nil
	}
	on := map[int]int{}
	for i, p := range pages {
		if err := now.onPage(p, i+1, on); err != nil {
			return err
		}
	}
	for i := range noted {
		noted[i].Page = on[noted[i].Object]
	}
	return nil
}

// onPage enters what a page refers to, and no page before it does.
func (r *reading) onPage(page ref, n int, on map[int]int) error {
	todo := []ref{page}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if on[at.num] != 0 {
			continue
		}
		on[at.num] = n
		o, err := r.object(at)
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		v := o.value
		if d, ok := v.(dict); ok && (d["Parent"] != nil || d["P"] != nil) {
			d = maps.Clone(d)
			delete(d, "Parent") // the page tree, or a field of the form
			delete(d, "P")
			v = d
		}
		references(v, func(n ref) { todo = append(todo, n) })
	}
	return nil
}

// Revisions returns how many states the file has: the first, and one for each update.
func (f *File) Revisions() int { return len(f.revisions) }
