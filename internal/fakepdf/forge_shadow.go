package fakepdf

import (
	"bytes"
	"fmt"
)

// prepared returns a forgery in two halves: plant changes the document before it is signed, and reveal
// appends a revision. plant returns the number of the object that reveal is about.
func prepared(title, what string, is Defect, s Signature, plant func(u *update, first page) (int, error), reveal func(j *job, u *update, first page, planted int) error) Forgery {
	return Forgery{Name: title, What: what, Is: is, Prepared: true, make: func(j *job) ([]byte, error) {
		base, err := j.original()
		if err != nil {
			return nil, err
		}
		file, pages, err := readPages(base)
		if err != nil {
			return nil, err
		}
		u := newUpdate(file)
		planted, err := plant(u, pages[0])
		if err != nil {
			return nil, err
		}
		said := j.signature()
		said.Certifies, said.Locks = s.Certifies, s.Locks
		signed, err := j.remakeOn(u.bytes(nil), said, spoil{})
		if err != nil {
			return nil, err
		}
		again, err := j.newJob(signed)
		if err != nil {
			return nil, err
		}
		return again.append(func(j *job, u *update, first page) error { return reveal(j, u, first, planted) })
	}}
}

// shadowForgeries hide something in the document before it is signed and bring it to light afterwards (Mainka,
// Mladenov, Rohlmann: Shadow Attacks, NDSS 2021).
func shadowForgeries() []Forgery {
	shadow := func(title, what string, plant func(u *update, first page) (int, error), reveal func(j *job, u *update, first page, planted int) error) Forgery {
		return prepared(title, what, Changed, Signature{}, plant, reveal)
	}
	overwrite := func(o func() object) func(*job, *update, page, int) error {
		return func(_ *job, u *update, _ page, planted int) error {
			u.set(planted, o())
			return nil
		}
	}
	empty := func() object { return &stream{dict: dict{}, data: []byte(" ")} }
	more := func() object { return falseText() }
	return []Forgery{
		shadow("shadow-hide-annotation", "a note that covered the text is gone", func(u *update, first page) (int, error) {
			return 0, u.annotate(first, overlay(u))
		}, func(_ *job, u *update, first page, _ int) error {
			annots, err := u.file.arrayAt(first.dict["Annots"])
			if err != nil {
				return err
			}
			u.set(first.num, first.dict.with(dict{"Annots": annots[1:]}))
			return nil
		}),
		shadow("shadow-hide-appearance", "a note that covered the text draws nothing", func(u *update, first page) (int, error) {
			d := overlay(u)
			return d["AP"].(dict)["N"].(ref).num, u.annotate(first, d)
		}, overwrite(func() object {
			s := cover()
			s.data = []byte(" ")
			return s
		})),
		shadow("shadow-hide-content", "a stream of the page that covered the text is empty", func(u *update, first page) (int, error) {
			s := u.add(&stream{dict: dict{}, data: []byte("1 g 50 720 480 80 re f")})
			u.set(first.num, first.dict.with(dict{"Contents": array{first.dict["Contents"], s}}))
			return s.num, nil
		}, overwrite(empty)),
		shadow("shadow-hide-missing-object", "the page referred to an object that was not there, and now it is", func(u *update, first page) (int, error) {
			s := u.reserve()
			u.set(first.num, first.dict.with(dict{"Contents": array{first.dict["Contents"], s}}))
			u.add(text("behind")) // the number is taken
			return s.num, nil
		}, overwrite(more)),
		shadow("shadow-hide-orphan", "the page shows an object that lay in the file and was shown nowhere", func(u *update, _ page) (int, error) {
			return u.add(falseText()).num, nil
		}, func(_ *job, u *update, first page, planted int) error {
			u.set(first.num, first.dict.with(dict{"Contents": ref{num: planted}}))
			return nil
		}),
		shadow("shadow-hide-page", "a page that lay in the file takes the place of the first", func(u *update, first page) (int, error) {
			return u.add(first.dict.with(dict{"Contents": u.add(falseText())})).num, nil
		}, func(j *job, u *update, first page, planted int) error {
			tree, num, kids, err := treeOf(j, first)
			if err != nil {
				return err
			}
			kids = append(array{ref{num: planted}}, kids[1:]...)
			u.set(num, tree.with(dict{"Kids": kids}))
			return nil
		}),
		shadow("shadow-hide-layer", "a layer that was off is on", func(u *update, first page) (int, error) {
			layer := u.add(dict{"Type": name("OCG"), "Name": textOf("Skjult lag på Ærø")})
			off := u.add(dict{"OFF": array{layer}})
			root, num, err := u.file.catalog()
			u.set(num, root.with(dict{"OCProperties": dict{"OCGs": array{layer}, "D": off}}))
			return off.num, err
		}, overwrite(func() object { return dict{"OFF": array{}} })),
		shadow("shadow-replace-font", "a font of the form is another, so that the value of a field reads otherwise", plantField(true), func(j *job, u *update, _ page, _ int) error {
			form, _, err := j.file.form()
			if err != nil {
				return err
			}
			fonts := form["DR"].(dict)["Font"].(dict) // as planted
			u.set(fonts["F1"].(ref).num, helvetica().with(dict{"BaseFont": name("Symbol"), "Encoding": nil}))
			return nil
		}),
		shadow("shadow-replace-form-fonts", "the form names another font for the values of its fields", plantField(true), func(j *job, u *update, _ page, _ int) error {
			root, num, err := j.file.catalog()
			if err != nil {
				return err
			}
			form, _, err := j.file.form()
			if err != nil {
				return err
			}
			form = form.with(dict{"DR": dict{"Font": dict{"F1": u.add(helvetica().with(dict{"BaseFont": name("Symbol")}))}}})
			if r, ok := root["AcroForm"].(ref); ok {
				u.set(r.num, form)
				return nil
			}
			u.set(num, root.with(dict{"AcroForm": form}))
			return nil
		}),
		shadow("shadow-replace-value", "a text field has another value", plantField(true), fillField),
		shadow("shadow-replace-value-off-page", "a field that its widget does not name has another value", plantField(false), fillField),
		shadow("shadow-replace-value-drawn-on-page", "the appearance of a field, which the page draws too, is another", func(u *update, first page) (int, error) {
			looks := u.add(cover())
			u.set(first.num, first.dict.with(dict{"Resources": dict{"Font": dict{"F1": u.add(helvetica())}, "XObject": dict{"X1": looks}}}))
			return looks.num, u.textField(first, dict{"AP": dict{"N": looks}})
		}, overwrite(func() object {
			s := cover()
			s.data = append(s.data, " BT /F1 40 Tf 50 730 Td (900.000) Tj ET"...)
			return s
		})),
		shadow("shadow-hide-and-replace", "the cross-reference section names the text of an earlier revision again", func(u *update, first page) (int, error) {
			r, ok := first.dict["Contents"].(ref)
			if !ok {
				return 0, errSyntax
			}
			u.set(r.num, falseText())
			return r.num, nil
		}, func(j *job, u *update, _ page, planted int) error {
			at := bytes.Index(j.file.data, fmt.Appendf(nil, "\n%d 0 obj\n", planted))
			u.named = map[int]int{planted: at + 1}
			return nil
		}),
	}
}

// overlay is a note over the text.
func overlay(u *update) dict {
	return dict{"Type": name("Annot"), "Subtype": name("Stamp"), "F": number("4"), "Rect": wide(), "AP": dict{"N": u.add(cover())}}
}

// plantField puts a text field on the page. named says whether the widget names the field that it
// belongs to; the field and the widget are two objects.
func plantField(named bool) func(u *update, first page) (int, error) {
	return func(u *update, first page) (int, error) {
		field, kid := u.reserve(), u.reserve()
		d := dict{"Type": name("Annot"), "Subtype": name("Widget"), "F": number("4"), "P": ref{num: first.num}, "Rect": wide()}
		if named {
			d["Parent"] = field
		}
		u.set(kid.num, d)
		u.set(field.num, dict{"FT": name("Tx"), "T": textOf("Beløb på Ærø"), "V": textOf("100 kr."), "DA": text("/F1 12 Tf 0 g"), "Kids": array{kid}})
		return field.num, u.fieldOn(first, kid, field)
	}
}

// fillField gives a field another value.
func fillField(_ *job, u *update, _ page, planted int) error {
	d, err := u.dict(planted)
	if err != nil {
		return err
	}
	u.set(planted, d.with(dict{"V": textOf("900.000 kr.")}))
	return nil
}

// textField puts a text field on the page that is its own widget.
func (u *update) textField(on page, more dict) error {
	d := u.add(dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Tx"), "F": number("4"), "T": textOf("Beløb på Ærø"), "V": textOf("100 kr."),
		"DA": text("/F1 12 Tf 0 g"), "P": ref{num: on.num}, "Rect": wide(),
	}.with(more))
	return u.fieldOn(on, d, d)
}

// fieldOn puts a widget on a page and its field into a form that draws with Helvetica.
func (u *update) fieldOn(on page, widget, field ref) error {
	now, err := u.dict(on.num)
	if err != nil {
		return err
	}
	annots, err := u.file.arrayAt(now["Annots"])
	if err != nil {
		return err
	}
	u.set(on.num, now.with(dict{"Annots": append(append(array{}, annots...), widget)}))
	root, num, err := u.file.catalog()
	if err != nil {
		return err
	}
	u.set(num, root.with(dict{"AcroForm": dict{
		"Fields": array{field}, "DA": text("/F1 12 Tf 0 g"), "DR": dict{"Font": dict{"F1": u.add(helvetica())}}, "NeedAppearances": true,
	}}))
	return nil
}

// lockForgeries do what a certification or a lock forbids (ISO 32000-2, 12.8.2).
func lockForgeries() []Forgery {
	filled := func(title, what string, s Signature) Forgery {
		return prepared(title, what, Changed, s, plantField(true), fillField)
	}
	noted := func(title, what string, s Signature) Forgery {
		return prepared(title, what, Changed, s, plantField(true), func(_ *job, u *update, first page, _ int) error {
			return u.annotate(first, overlay(u))
		})
	}
	return []Forgery{
		filled("filled-after-certification", "a field was filled in after a certification that permits nothing (P=1)", Signature{Certifies: 1}),
		filled("filled-after-lock", "a field was filled in that the signature locks", Signature{Certifies: 2, Locks: []string{"Beløb på Ærø"}}),
		noted("annotated-after-certification-2", "a note was added after a certification that permits filling in (P=2)", Signature{Certifies: 2}),
		{Name: "signed-after-certification", What: "somebody signed after a certification that permits nothing (P=1)", Is: Changed, Prepared: true, make: func(j *job) ([]byte, error) {
			base, err := j.original()
			if err != nil {
				return nil, err
			}
			s := j.signature()
			s.Certifies = 1
			once, err := j.Sign(base, s)
			if err != nil {
				return nil, err
			}
			s.Certifies, s.Field = 0, ""
			return j.Sign(once, s)
		}},
	}
}
