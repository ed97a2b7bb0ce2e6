package pdfscan

// object compares object n, which is shown.
func (c *change) object(before, now *reading, n int, fields map[ref]formField) error {
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
	if done, err := c.filled(before, now, n, was, is); done || err != nil {
		return err
	}
	return modified(ContentChanged)
}

// annotations wants nothing but the widgets of the new signature fields behind the old
// annotations.
func (c *change) annotations(before, now *reading, old, v any, fields map[ref]formField) error {
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
		return modified(AnnotationChanged)
	}
	for _, a := range more {
		n, isRef := a.(ref)
		field, known := fields[n]
		if !isRef || !known {
			return modified(AnnotationChanged)
		}
		if err := c.widget(now, n, field); err != nil {
			return err
		}
	}
	return c.reach(now, v)
}

// widget wants the widget of a signature field: of a signature, of a document timestamp,
// which anybody can make, with nothing to see, and of an empty field without an appearance.
func (c *change) widget(now *reading, n ref, field formField) error {
	d, err := now.dict(n)
	if err != nil {
		return err
	}
	sig, err := now.dict(field.dict["V"])
	if err != nil {
		return err
	}
	alone := n != field.at // an object of its own
	switch {
	case alone && (d["Parent"] != nil && d["Parent"] != any(field.at) || d["V"] != nil && !equal(d["V"], field.dict["V"])):
		return modified(AnnotationChanged)
	case d["Subtype"] != name("Widget"), sig != nil && sig["ByteRange"] == nil, sig == nil && d["AP"] != nil,
		sig["SubFilter"] == name("ETSI.RFC3161") && !emptyRect(d["Rect"]):
		return modified(AnnotationChanged)
	}
	return nil
}

func emptyRect(v any) bool {
	a, ok := v.(array)
	return ok && len(a) == 4 && (equal(a[0], a[2]) || equal(a[1], a[3]))
}
