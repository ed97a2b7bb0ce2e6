package pdfscan

import (
	"bytes"
	"cmp"
	"slices"
)

// Found is what stands in a PDF that can make it look different after it was signed, or
// act. The zero value is a plain document.
type Found struct {
	Scripts       bool // JavaScript, and actions other than links and jumps within the document
	Layers        bool // optional content
	Forms         bool // form fields, XFA included
	EarlierUpdate bool // incremental updates
	Signed        bool // signatures or document timestamps, or permissions that go with them
	Attachments   bool // embedded files
	Elsewhere     bool // content that is in another file
}

// Any reports whether anything was found.
func (f Found) Any() bool { return f != Found{} }

// Inspect looks through all objects of a PDF, those included that an update has replaced
// and those that nothing refers to. What it cannot read is an error, an [*Error]: a
// reader that is more forgiving might see something there. It takes what a writer of PDFs
// makes; it does not repair.
//
// It does not look into content streams, fonts and images.
func Inspect(pdf []byte) (Found, error) {
	f, err := Open(pdf)
	if err != nil {
		return Found{}, err
	}
	var found Found
	w := &walk{found: &found}
	for i := range f.revisions {
		if err := f.inspectRevision(w, i); err != nil {
			return Found{}, err
		}
	}
	if err := f.hasPages(); err != nil {
		return Found{}, err
	}
	ends, err := f.covered()
	if err != nil {
		return Found{}, err
	}
	found.EarlierUpdate = len(f.revisions) > 1 || ends
	return found, nil
}

func (f *File) inspectRevision(w *walk, i int) error {
	r := &reading{f, i}
	w.r = r
	w.value(f.revisions[i].trailer)
	for n, e := range f.revisions[i].entries {
		if e.kind == 'f' {
			continue
		}
		gen := e.gen
		if e.kind == 'o' {
			gen = 0
		}
		o, err := r.object(ref{n, gen})
		if err != nil {
			return err
		}
		if o == nil {
			continue
		}
		w.alone(o.value)
		w.value(o.value)
		if s, ok := o.value.(*stream); ok && fold(s.dict["Type"]) == "objstm" {
			if err := f.inspectPack(w, n, e, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// inspectPack looks at all objects of an object stream, whether or not a cross-reference
// section knows them.
func (f *File) inspectPack(w *walk, n int, e entry, rev int) error {
	p, err := f.pack(n, e, rev)
	if err != nil {
		return err
	}
	for _, o := range p.objects {
		w.alone(o.value)
		w.value(o.value)
	}
	return nil
}

// hasPages reports an error for a file without a catalog and pages.
func (f *File) hasPages() error {
	r := f.newest()
	root, err := r.root()
	if err != nil {
		return err
	}
	pages, err := r.resolve(root["Pages"])
	if err != nil {
		return err
	}
	if d := dictOf(pages); d["Kids"] == nil {
		return malformed("no pages")
	}
	return nil
}

func (f *File) newest() *reading { return &reading{f, len(f.revisions) - 1} }

// root returns the catalog.
func (r *reading) root() (dict, error) {
	v, err := r.resolve(r.file.revisions[r.rev].trailer["Root"])
	if err != nil {
		return nil, err
	}
	d, ok := v.(dict)
	if !ok || d["Type"] != name("Catalog") {
		return nil, malformed("no catalog")
	}
	return d, nil
}

// covered reports an error if objects overlap, or if something that no cross-reference
// section knows stands between them: a later update could bring it to light. White
// space and comments may. ends reports whether a comment is another %%EOF.
func (f *File) covered() (ends bool, err error) {
	spans := slices.Clone(f.spans)
	for _, o := range f.parsed {
		spans = append(spans, span{o.from, o.to})
	}
	return f.between(spans, 0, len(f.raw))
}

// between is covered for the bytes from one place to another.
func (f *File) between(spans []span, at, end int) (ends bool, err error) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	for i, s := range append(spans, span{end, end}) {
		if i > 0 && s.from == spans[i-1].from { // a cross-reference stream may have an entry of its own
			continue
		}
		if s.from < at {
			return false, malformed("objects that overlap")
		}
		l := &lexer{buf: f.raw[:s.from], at: at, budget: f.budget}
		if l.skip(); l.at != s.from {
			return false, malformed("something between the objects")
		}
		ends = ends || bytes.Contains(f.raw[at:s.from], []byte("%%EOF"))
		at = s.to
	}
	return ends, nil
}

// tidy wants an update to be made of its objects and its cross-reference section alone, which
// do not overlap.
func (f *File) tidy(i int) error {
	r := &f.revisions[i]
	var spans []span
	for _, s := range f.spans {
		if s.from >= r.from && s.to <= r.end {
			spans = append(spans, s)
		}
	}
	for n, e := range r.entries {
		if e.kind != 'n' || e.at < r.from {
			continue
		}
		o, err := f.at(n, e, i)
		if err != nil {
			return err
		}
		spans = append(spans, span{o.from, o.to})
	}
	if _, err := f.between(spans, r.from, r.end); err != nil {
		return modified(ObjectHidden)
	}
	return nil
}
