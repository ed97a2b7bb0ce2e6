package pdfscan

import (
	"maps"
	"slices"
)

// form compares the forms, and returns the signature fields that the update has added, by
// themselves and by their widgets.
func (c *change) form(before, now *reading) (map[ref]formField, error) {
	c.fields = map[int]formField{}
	err := before.fields(func(f formField) { c.fields[f.at.num] = f })
	if err != nil {
		return nil, err
	}
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
	but := []name{"Fields", "SigFlags", "DR"}
	if !c.fillable() {
		but = append(but, "DA") // nothing is drawn by it
	}
	if !equalBut(old, form, but...) {
		return nil, modified(FormChanged)
	}
	if err := c.resources(before, now, old["DR"], form["DR"]); err != nil {
		return nil, err
	}
	was, ok1, err := before.list(old["Fields"])
	if err != nil {
		return nil, err
	}
	is, ok2, err := now.list(form["Fields"])
	if err != nil {
		return nil, err
	}
	more, ok := inserted(was, is)
	if !ok1 || !ok2 || !ok {
		return nil, modified(FormChanged)
	}
	fields := map[ref]formField{}
	for _, f := range more {
		n, _ := f.(ref)
		d, err := now.dict(f)
		if err != nil {
			return nil, err
		}
		if d["FT"] != name("Sig") {
			return nil, modified(FormChanged)
		}
		fields[n] = formField{at: n, dict: d}
		kids, _, err := now.list(d["Kids"])
		if err != nil {
			return nil, err
		}
		if len(kids) == 1 && d["Subtype"] == nil { // its widget, if it is an object of its own
			kid, _ := kids[0].(ref)
			fields[kid] = formField{at: n, dict: d}
		}
		if err := c.signed(now, n, d); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// fillable reports whether the form has fields other than signatures.
func (c *change) fillable() bool {
	for _, f := range c.fields {
		if f.typ != name("Sig") && f.typ != nil {
			return true
		}
	}
	return false
}

// signed notes the signature or timestamp in a field.
func (c *change) signed(now *reading, n ref, field dict) error {
	value, err := now.dict(field["V"])
	if err != nil {
		return err
	}
	full, err := now.fieldName("", field["T"])
	if f, known := c.fields[n.num]; known {
		full = f.name
	}
	switch {
	case err != nil:
		return err
	case value["SubFilter"] == name("ETSI.RFC3161"):
		c.noteField(TimestampAdded, n.num, full)
	case value != nil:
		c.noteField(SignatureAdded, n.num, full)
	default:
		c.noteField(FieldAdded, n.num, full)
	}
	return nil
}

// resources wants what the form draws its fields with to be there still. More may come. It counts as
// shown then, as the fields do that no page refers to.
func (c *change) resources(before, now *reading, old, v any) error {
	if !c.fillable() {
		return nil
	}
	was, err := before.dict(old)
	if err != nil {
		return err
	}
	is, err := now.dict(v)
	if err != nil {
		return err
	}
	for kind, v := range was {
		v, err := before.resolve(v)
		if err != nil {
			return err
		}
		w, err := now.resolve(is[kind])
		if err != nil {
			return err
		}
		has, ok := w.(dict)
		for k, one := range dictOf(v) {
			if !ok || !equal(one, has[k]) {
				return modified(FormChanged)
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(c.fields)) {
		c.shown[n] = true
	}
	for _, v := range was {
		v, err := before.resolve(v)
		if err != nil {
			return err
		}
		if err := c.reach(before, dictOf(v)); err != nil {
			return err
		}
	}
	return nil
}
