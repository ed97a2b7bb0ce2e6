package pdfscan

import "slices"

// A formField is a form field, or a widget of one, as it stands in one revision.
type formField struct {
	at   ref
	dict dict
	typ  any    // its FT, or that of a field above it
	name string // the whole name
}

// fields calls visit with every form field and widget, in the order of the form.
func (r *reading) fields(visit func(formField)) error {
	form, err := r.form()
	if err != nil || form == nil {
		return err
	}
	type node struct {
		field  any
		typ    any // inherited
		parent string
	}
	var todo []node
	push := func(v any, typ any, parent string) error {
		fields, ok, err := r.list(v)
		if err != nil {
			return err
		}
		if !ok {
			return malformed("form fields that cannot be read")
		}
		for _, field := range slices.Backward(fields) {
			todo = append(todo, node{field, typ, parent})
		}
		return nil
	}
	if err := push(form["Fields"], nil, ""); err != nil {
		return err
	}
	seen := map[ref]bool{}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		at, ok := n.field.(ref)
		if !ok || seen[at] || len(seen) > maxFields {
			return malformed("form fields that cannot be read, or too many")
		}
		seen[at] = true
		v, err := r.resolve(at)
		if err != nil {
			return err
		}
		d, ok := v.(dict)
		if !ok {
			return malformed("a form field that is no dictionary")
		}
		f := formField{at: at, dict: d, typ: n.typ}
		if d["FT"] != nil {
			f.typ = d["FT"]
		}
		if f.name, err = r.fieldName(n.parent, d["T"]); err != nil {
			return err
		}
		visit(f)
		if err := push(d["Kids"], f.typ, f.name); err != nil {
			return err
		}
	}
	return nil
}

// maxFieldName is how long the whole name of a field may be, in bytes. A longer one is left
// out.
const maxFieldName = 4096

// fieldName returns the whole name of a field (ISO 32000-1, 12.7.3.2).
func (r *reading) fieldName(parent string, v any) (string, error) {
	v, err := r.resolve(v)
	if err != nil {
		return "", err
	}
	t, ok := v.(text)
	if !ok {
		return parent, nil
	}
	part, ok := t.decoded()
	if !ok || len(parent)+len(part) > maxFieldName {
		return "", nil
	}
	if parent == "" {
		return part, nil
	}
	return parent + "." + part, nil
}

// form returns the interactive form; nil if there is none.
func (r *reading) form() (dict, error) {
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	v, err := r.resolve(root["AcroForm"])
	if err != nil || v == nil {
		return nil, err
	}
	d, ok := v.(dict)
	if !ok {
		return nil, malformed("a form that is no dictionary")
	}
	return d, nil
}
