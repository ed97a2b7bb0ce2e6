package fakepdf

const script = "app.alert('Hemmeligt æble')"

func scriptAction() dict {
	return dict{"Type": name("Action"), "S": name("JavaScript"), "JS": textOf(script)}
}

// plant puts p into the document, unless it is one that is done to the whole file.
func (b *builder) plant(p Plant) {
	zero := number("0")
	box := array{number("56"), number("700"), number("300"), number("760")}
	switch p {
	case JavaScriptAtOpening:
		b.root["OpenAction"] = scriptAction()
	case JavaScriptEscaped:
		b.root["OpenAction"] = scriptAction().with(dict{"S": written("/J#61vaScript")})
	case LaunchAtOpening:
		b.root["OpenAction"] = dict{"Type": name("Action"), "S": name("Launch"), "F": text("program.exe")}
	case JavaScriptNamed:
		b.name("JavaScript", "Start", b.add(scriptAction()))
	case JavaScriptOnPage:
		b.pages[0]["AA"] = dict{"O": scriptAction()}
	case JavaScriptInLink:
		b.annotate(b.add(dict{
			"Type": name("Annot"), "Subtype": name("Link"), "Rect": box, "A": scriptAction(),
			"Border": array{zero, zero, zero},
		}))
	case HiddenLayer:
		layer := b.add(dict{"Type": name("OCG"), "Name": textOf("Skjult lag")})
		b.root["OCProperties"] = dict{
			"OCGs": array{layer}, "D": dict{"OFF": array{layer}, "Order": array{layer}},
		}
		hidden := pageText([]string{"Beløbet er 900.000 kr."})
		hidden.data = append(append([]byte("/OC /L1 BDC "), hidden.data...), " EMC"...)
		b.pages[0]["Contents"] = array{b.pages[0]["Contents"], b.add(hidden)}
		b.pages[0]["Resources"] = b.pages[0]["Resources"].(dict).with(dict{"Properties": dict{"L1": layer}})
	case FormOverlay:
		b.overlay(box)
	case DynamicForm:
		b.form(dict{"XFA": b.add(&stream{dict: dict{}, data: []byte("<template xmlns='http://www.xfa.org/schema/xfa-template/3.3/'/>")})})
	case UnsignedField:
		widget := b.add(dict{
			"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Sig"), "F": number("4"), "T": text("Underskrift"),
			"Rect": box, "P": b.kids[0],
		})
		b.annotate(widget)
		b.form(dict{"SigFlags": number("1")}, widget)
	case EncryptionMarker:
		b.file.trailer["Encrypt"] = b.add(dict{
			"Filter": name("Standard"), "V": number("1"), "R": number("2"), "P": number("-4"),
			"O": make(text, 32), "U": make(text, 32),
		})
	case EmbeddedFile:
		b.name("EmbeddedFiles", "bilag.txt", b.add(attachment(b.update, "bilag.txt", []byte("Rødgrød med fløde"))))
	}
}

// overlay adds a text field that looks like a part of the page.
func (b *builder) overlay(box array) {
	looks := pageText(nil)
	looks.data = []byte("1 g 0 0 244 60 re f BT /F1 12 Tf 0 g 4 30 Td (Bel\xf8bet er 100 kr.) Tj ET")
	looks.dict = dict{
		"Type": name("XObject"), "Subtype": name("Form"), "BBox": array{number("0"), number("0"), number("244"), number("60")},
		"Resources": dict{"Font": dict{"F1": b.font}},
	}
	widget := b.add(dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Tx"), "F": number("4"), "T": textOf("Beløb"),
		"V": textOf("Beløbet er 100 kr."), "DA": text("/F1 12 Tf 0 g"), "Rect": box, "P": b.kids[0],
		"AP": dict{"N": b.add(looks)},
	})
	b.annotate(widget)
	b.form(dict{"DA": text("/F1 12 Tf 0 g"), "DR": dict{"Font": dict{"F1": b.font}}}, widget)
}

func (b *builder) annotate(r ref) {
	annots, _ := b.pages[0]["Annots"].(array)
	b.pages[0]["Annots"] = append(annots, r)
}

// form adds members and fields to the form.
func (b *builder) form(members dict, fields ...ref) {
	form, _ := b.root["AcroForm"].(dict)
	old, _ := form["Fields"].(array)
	all := append(array{}, old...)
	for _, r := range fields {
		all = append(all, r)
	}
	b.root["AcroForm"] = form.with(members).with(dict{"Fields": all})
}

// name puts an object under a name into a name tree of the catalog.
func (b *builder) name(tree name, key string, value ref) {
	names, _ := b.root["Names"].(dict)
	b.root["Names"] = names.with(dict{tree: dict{"Names": array{textOf(key), value}}})
}

// attachment adds a file to the update and returns what describes it.
func attachment(u *update, title string, data []byte) dict {
	s := packed(data)
	s.dict["Type"], s.dict["Params"] = name("EmbeddedFile"), dict{"Size": integer(len(data))}
	return dict{
		"Type": name("Filespec"), "F": textOf(title), "UF": textOf(title), "AFRelationship": name("Data"),
		"EF": dict{"F": u.add(s)},
	}
}

// earlierUpdate appends a revision that changes the text of the first page.
func earlierUpdate(pdf []byte) ([]byte, error) {
	f, err := openFile(pdf)
	if err != nil {
		return nil, err
	}
	pages, err := f.pages()
	if err != nil {
		return nil, err
	}
	u := newUpdate(f)
	fresh := u.add(pageText([]string{"Beløbet er 900.000 kr."}))
	u.set(pages[0].num, pages[0].dict.with(dict{"Contents": fresh}))
	return u.bytes(nil), nil
}
