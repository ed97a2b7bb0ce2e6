package fakepdf

import (
	"errors"
	"maps"
)

// catalog returns the document catalog and its number.
func (f *file) catalog() (dict, int, error) {
	root := f.trailer["Root"].(ref) // readFile has looked
	d, err := f.dictAt(root)
	if err != nil {
		return nil, 0, err
	}
	if d["Pages"] == nil {
		return nil, 0, errSyntax
	}
	return d, root.num, nil
}

// A page is one of a document.
type page struct {
	num  int
	dict dict
}

// pages returns the pages in order.
func (f *file) pages() ([]page, error) {
	root, _, err := f.catalog()
	if err != nil {
		return nil, err
	}
	var out []page
	seen := map[int]bool{}
	var walk func(o object, depth int) error
	walk = func(o object, depth int) error {
		r, ok := o.(ref)
		if !ok || seen[r.num] || depth > maxDepth || len(out) >= maxPages {
			return errSyntax
		}
		seen[r.num] = true
		d, err := f.dictAt(r)
		if err != nil {
			return err
		}
		if d["Kids"] == nil {
			out = append(out, page{num: r.num, dict: d})
			return nil
		}
		kids, err := f.arrayAt(d["Kids"])
		if err != nil {
			return err
		}
		for _, k := range kids {
			if err := walk(k, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root["Pages"], 0); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errors.New("fakepdf: the PDF has no page")
	}
	return out, nil
}

// A field is one of the form's, at the top of its tree.
type field struct {
	num  int
	dict dict
}

// readPages opens a PDF and lists its pages.
func readPages(pdf []byte) (*file, []page, error) {
	f, err := readFile(pdf)
	if err != nil {
		return nil, nil, err
	}
	pages, err := f.pages()
	return f, pages, err
}

// form returns the interactive form and its fields.
func (f *file) form() (dict, []field, error) {
	root, _, err := f.catalog()
	if err != nil {
		return nil, nil, err
	}
	form, err := f.dictAt(root["AcroForm"])
	if err != nil {
		return nil, nil, err
	}
	refs, err := f.arrayAt(form["Fields"])
	if err != nil {
		return nil, nil, err
	}
	var out []field
	for _, o := range refs {
		r, ok := o.(ref)
		if !ok {
			return nil, nil, errSyntax
		}
		d, err := f.dictAt(r)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, field{r.num, d})
	}
	return form, out, nil
}

// with returns a copy of d in which some members are others. A nil value removes
// the member.
func (d dict) with(changes dict) dict {
	out := maps.Clone(d)
	if out == nil {
		out = dict{}
	}
	for k, v := range changes {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}
