package fakepdf

import "errors"

// catalogForgeries append a revision with another catalog, or with objects that no reader should see.
func catalogForgeries() []Forgery {
	root := func(title, what string, members func(j *job, u *update) dict) Forgery {
		return appended(title, what, func(j *job, u *update, _ page) error {
			d, num, err := j.file.catalog()
			if err != nil {
				return err
			}
			u.set(num, d.with(members(j, u)))
			return nil
		})
	}
	return []Forgery{
		root("catalog-actions-added", "the catalog runs JavaScript when the file is printed", func(*job, *update) dict {
			return dict{"AA": dict{"WP": scriptAction()}}
		}),
		root("scripts-named", "a script has a name in the catalog, which runs at opening", func(_ *job, u *update) dict {
			return dict{"Names": dict{"JavaScript": dict{"Names": array{text("Start"), u.add(scriptAction())}}}}
		}),
		root("layers-added", "layers, one of which is off", func(_ *job, u *update) dict {
			layer := u.add(dict{"Type": name("OCG"), "Name": textOf("Skjult lag på Ærø")})
			return dict{"OCProperties": dict{"OCGs": array{layer}, "D": dict{"OFF": array{layer}}}}
		}),
		root("structure-replaced", "other words stand in the structure tree, which is read aloud", func(_ *job, u *update) dict {
			return dict{"StructTreeRoot": u.add(dict{"Type": name("StructTreeRoot"), "K": dict{
				"Type": name("StructElem"), "S": name("P"), "ActualText": textOf("Beløbet er 900.000 kr."),
			}})}
		}),
		root("extensions-outside-the-norm", "the developer extensions hold more than versions", func(_ *job, u *update) dict {
			return dict{"Extensions": dict{"FAKE": dict{"BaseVersion": name("1.7"), "ExtensionLevel": number("1"), "Page": u.add(falseText())}}}
		}),
		root("permissions-added", "the catalog says that the last signature is a certification", func(j *job, _ *update) dict {
			return dict{"Perms": dict{"DocMDP": ref{num: j.num}, "UR3": ref{num: j.num}}}
		}),
		root("form-turned-dynamic", "the form has XFA, whose pages are others", func(j *job, u *update) dict {
			form, _, _ := j.file.form() // there is one: it was signed
			return dict{"AcroForm": form.with(dict{"XFA": u.add(&stream{dict: dict{}, data: []byte("<template/>")})})}
		}),
		appended("page-actions-added", "the first page runs JavaScript", func(_ *job, u *update, first page) error {
			u.set(first.num, first.dict.with(dict{"AA": dict{"O": scriptAction()}}))
			return nil
		}),
		appended("page-cut", "the first page shows its lower half alone", func(_ *job, u *update, first page) error {
			zero := number("0")
			u.set(first.num, first.dict.with(dict{"CropBox": array{zero, zero, number("595"), number("421")}}))
			return nil
		}),
		appended("page-emptied", "the text of the first page is null", func(_ *job, u *update, first page) error {
			u.set(first.num, first.dict.with(dict{"Contents": nil}))
			return nil
		}),
		appended("page-freed", "the cross-reference section calls the text of the first page free", func(_ *job, u *update, first page) error {
			r, ok := first.dict["Contents"].(ref)
			if !ok {
				return errors.New("fakepdf: the first page has no text to free")
			}
			u.named = map[int]int{r.num: 0}
			return nil
		}),
		appended("font-overwritten", "the font of the first page is another", func(j *job, u *update, first page) error {
			resources, err := j.file.dictAt(first.dict["Resources"])
			if err != nil {
				return err
			}
			fonts, err := j.file.dictAt(resources["Font"])
			if err != nil {
				return err
			}
			r, ok := fonts["F1"].(ref)
			if !ok {
				return errors.New("fakepdf: the first page has no font to overwrite")
			}
			u.set(r.num, helvetica().with(dict{"BaseFont": name("Symbol"), "Encoding": nil}))
			return nil
		}),
		{Name: "bytes-between-revisions", What: "text stands between two revisions", Is: Changed, make: func(j *job) ([]byte, error) {
			return j.behind("Åse Falsk skrev dette bagefter.\n")
		}},
		{Name: "object-between-revisions", What: "an object that no cross-reference section names stands between two revisions", Is: Changed, make: func(j *job) ([]byte, error) {
			return j.behind("4 0 obj\n(Beløbet er 900.000 kr.)\nendobj\n")
		}},
	}
}

// behind appends words and an empty revision.
func (j *job) behind(words string) ([]byte, error) {
	f := *j.file
	f.data = append(append([]byte{}, f.data...), words...)
	u := newUpdate(&f)
	u.set(u.reserve().num, textOf("æ"))
	return u.bytes(nil), nil
}
