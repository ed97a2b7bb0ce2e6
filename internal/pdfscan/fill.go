package pdfscan

import (
	"maps"
	"slices"
)

// filled judges object n, which is shown and has changed, as a field of the form that was
// signed or filled in. It is false if it is none of that.
func (c *change) filled(before, now *reading, n int, was, is dict) (bool, error) {
	f, known := c.fields[n]
	switch {
	case !known:
		return c.redrawn(before, now, n)
	case f.typ == name("Sig"):
		return c.signs(now, f, was, is)
	case f.typ == name("Tx"), f.typ == name("Ch"), f.typ == name("Btn"):
		if !equalBut(was, is, "V", "AP", "AS", "I", "M", "RV") {
			return false, nil
		}
		c.noteField(FieldFilled, n, f.name)
		return true, c.reach(now, is)
	}
	return false, nil
}

// signs judges a signature field that was empty and is signed, or its widget.
func (c *change) signs(now *reading, f formField, was, is dict) (bool, error) {
	if was["V"] != nil || !equalBut(was, is, "V", "AP", "M", "F") || !locksMore(was["F"], is["F"]) {
		return false, nil
	}
	if is["V"] == nil { // a widget of its own
		parent, _ := is["Parent"].(ref)
		field, known := c.fields[parent.num]
		v, err := now.dict(parent)
		if err != nil || !known || field.dict["V"] != nil || v["V"] == nil {
			return false, err
		}
	} else if err := c.signed(now, f.at, is); err != nil {
		return false, err
	}
	if is["Subtype"] == name("Widget") && is["V"] != nil {
		if err := c.widget(now, f.at, formField{at: f.at, dict: is}); err != nil {
			return false, err
		}
	}
	return true, c.reach(now, is)
}

// locksMore reports whether the flags of a widget are the same, but that it may be locked and
// printed (ISO 32000-2, 12.5.3).
func locksMore(was, is any) bool {
	const printed, locked, lockedContents = 4, 128, 512
	a, ok1 := flags(was)
	b, ok2 := flags(is)
	return ok1 && ok2 && a&^b == 0 && b&^a&^(printed|locked|lockedContents) == 0
}

func flags(v any) (int64, bool) {
	n, ok := v.(int64)
	return n, ok || v == nil
}

// open reports whether a field can be filled in or signed.
func (f *formField) open() bool { return f.typ != name("Sig") || f.dict["V"] == nil }

// drawn is what draws the fields of a form.
type drawn struct {
	by        map[int]formField // the objects, and the field that each draws
	elsewhere map[int]bool      // what is seen without the appearances of fields
}

// maxDrawn is for how many updates the appearances of fields are looked up, which takes time in
// proportion to the file. In later ones they must not change.
const maxDrawn = 8

// redrawn judges object n, which no page and no other part of the document has but the
// appearance of a field that can be filled in.
func (c *change) redrawn(before, now *reading, n int) (bool, error) {
	if c.drawn == nil {
		if c.drew++; c.drew > maxDrawn {
			return false, nil
		}
		var err error
		if c.drawn, err = c.drawing(before); err != nil {
			return false, err
		}
	}
	field, drawn := c.drawn.by[n]
	if !drawn || c.drawn.elsewhere[n] {
		return false, nil
	}
	if field.typ != name("Sig") {
		c.noteField(FieldFilled, n, field.name)
		return true, nil
	}
	v, err := now.dict(field.at) // it is signed by this update
	return v["V"] != nil, err
}

func (c *change) drawing(before *reading) (*drawn, error) {
	d := &drawn{by: map[int]formField{}, elsewhere: map[int]bool{}}
	// What is reached without the appearances of fields that can be filled in.
	var todo []ref
	visit := func(n ref) {
		if !d.elsewhere[n.num] {
			d.elsewhere[n.num] = true
			todo = append(todo, n)
		}
	}
	references(before.trailer(), visit)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o, err := before.object(n)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		f, known := c.fields[n.num]
		for k, v := range dictOf(o.value) {
			if !known || !f.open() || k != "AP" {
				references(v, visit)
			}
		}
		if a, ok := o.value.(array); ok {
			references(a, visit)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(c.fields)) {
		f := c.fields[n]
		if !f.open() {
			continue
		}
		var todo []ref
		draw := func(n ref) {
			if _, there := d.by[n.num]; !there && !d.elsewhere[n.num] {
				d.by[n.num] = f
				todo = append(todo, n)
			}
		}
		references(f.dict["AP"], draw)
		for len(todo) > 0 {
			n := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			o, err := before.object(n)
			if err != nil {
				return nil, err
			}
			if o != nil {
				references(o.value, draw)
			}
		}
	}
	return d, nil
}
