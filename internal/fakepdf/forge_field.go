package fakepdf

// fieldForgeries append a revision with other fields, or other looks of theirs.
func fieldForgeries() []Forgery {
	target := func(title, what string, members func(j *job, u *update) dict) Forgery {
		return appended(title, what, func(j *job, u *update, _ page) error {
			u.set(j.target.num, j.target.dict.with(members(j, u)))
			return nil
		})
	}
	widget := func(title, what string, members func(u *update, own ref) dict) Forgery {
		return appended(title, what, func(_ *job, u *update, first page) error {
			own := u.reserve()
			d := invisible("Ærlig", 0, first.num).with(dict{"V": nil, "Rect": wide()}).with(members(u, own))
			u.set(own.num, d)
			return u.addWidget(own, first)
		})
	}
	return []Forgery{
		target("field-renamed", "the field of the signature has another name", func(*job, *update) dict {
			return dict{"T": textOf("Åse Falsk")}
		}),
		target("field-moved", "the widget of the signature lies over the text", func(*job, *update) dict {
			return dict{"Rect": wide(), "M": text("D:20310101000000Z")}
		}),
		target("field-acts", "the widget of the signature runs JavaScript", func(*job, *update) dict {
			return dict{"AA": dict{"E": scriptAction()}}
		}),
		target("field-with-kids", "the field of the signature has a text field below it", func(j *job, u *update) dict {
			return dict{"Kids": array{u.add(dict{"FT": name("Tx"), "Parent": ref{num: j.target.num}, "T": text("A"), "V": textOf("900.000 kr.")})}}
		}),
		target("field-locked-afterwards", "the field of the signature has a lock that it had not", func(*job, *update) dict {
			return dict{"Lock": dict{"Type": name("SigFieldLock"), "Action": name("All")}}
		}),
		appended("appearance-overwritten", "the stream that draws the signature is another", func(j *job, u *update, _ page) error {
			looks, err := j.file.dictAt(j.target.dict["AP"])
			if err != nil {
				return err
			}
			s := j.signature()
			s.Reason = "Underskrevet af Øjvind Falsk"
			if r, ok := looks["N"].(ref); ok {
				u.set(r.num, appearance(s))
				return nil
			}
			u.set(j.target.num, j.target.dict.with(dict{"AP": dict{"N": u.add(appearance(s))}}))
			return nil
		}),
		widget("empty-field-with-appearance", "a new field without a signature has an appearance over the text", func(u *update, _ ref) dict {
			return dict{"AP": dict{"N": u.add(cover())}}
		}),
		widget("field-with-false-signature", "a new field has a dictionary without ByteRange as its signature, and an appearance over the text", func(u *update, _ ref) dict {
			return dict{"AP": dict{"N": u.add(cover())}, "V": u.add(dict{"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached")})}
		}),
		widget("signature-value-direct", "a new field has its signature dictionary inside of it", func(u *update, _ ref) dict {
			return dict{"AP": dict{"N": u.add(cover())}, "V": falseValue()}
		}),
		appended("signature-value-direct-twice", "a new field and its widget each have a signature dictionary inside of them", func(_ *job, u *update, first page) error {
			field := u.reserve()
			kid := u.add(invisible("", 0, first.num).with(dict{"T": nil, "FT": nil, "Parent": field, "V": falseValue()}))
			if err := u.addWidget(kid, first); err != nil {
				return err
			}
			u.set(field.num, dict{"FT": name("Sig"), "T": textOf("Ærlig"), "Kids": array{kid}, "V": falseValue()})
			u.swapField(kid, field)
			return nil
		}),
		appended("fields-in-a-circle", "a new field is below itself", func(_ *job, u *update, first page) error {
			field := u.reserve()
			u.set(field.num, invisible("Ring", 0, first.num).with(dict{"V": nil, "Kids": array{field}}))
			return u.addWidget(field, first)
		}),
		appended("widget-of-another-field", "the first page shows a widget of a field that is not the new one", func(_ *job, u *update, first page) error {
			field := u.add(invisible("Ærlig", 0, first.num).with(dict{"V": nil}))
			if err := u.addWidget(field, first); err != nil {
				return err
			}
			return u.annotate(first, dict{
				"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Tx"), "Parent": field, "F": number("4"), "Rect": wide(),
				"AP": dict{"N": u.add(cover())},
			})
		}),
	}
}

// falseValue is a signature dictionary of nothing.
func falseValue() dict {
	zero := number("0")
	return dict{
		"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"),
		"ByteRange": array{zero, zero, zero, zero}, "Contents": written("<00>"),
	}
}

// wide is a place over the text of a page.
func wide() array { return array{number("50"), number("720"), number("530"), number("800")} }

// cover looks like the text of a page, and hides what is below it.
func cover() *stream {
	s := falseText()
	s.data = append([]byte("1 g 0 0 480 80 re f 0 g 1 0 0 1 -50 -730 cm "), s.data...)
	s.dict = dict{
		"Type": name("XObject"), "Subtype": name("Form"), "Resources": dict{"Font": dict{"F1": helvetica()}},
		"BBox": array{number("0"), number("0"), number("480"), number("80")},
	}
	return s
}

// swapField puts one field in place of another in the form that the update has.
func (u *update) swapField(old, field ref) {
	for _, o := range u.changed {
		d, _ := o.(dict)
		fields, _ := d["Fields"].(array)
		for i := range fields {
			if fields[i] == object(old) {
				fields[i] = field
			}
		}
		if form, ok := d["AcroForm"].(dict); ok {
			fields, _ := form["Fields"].(array)
			for i := range fields {
				if fields[i] == object(old) {
					fields[i] = field
				}
			}
		}
	}
}

// annotate puts an annotation on a page that the update may have changed already.
func (u *update) annotate(on page, d dict) error {
	now, err := u.dict(on.num)
	if err != nil {
		return err
	}
	if r, ok := now["Annots"].(ref); ok {
		old, isArray := u.changed[r.num].(array)
		if !isArray {
			if old, err = u.file.arrayAt(r); err != nil {
				return err
			}
		}
		u.set(r.num, append(append(array{}, old...), u.add(d)))
		return nil
	}
	old, err := u.file.arrayAt(now["Annots"])
	if err != nil {
		return err
	}
	u.set(on.num, now.with(dict{"Annots": append(append(array{}, old...), u.add(d))}))
	return nil
}
