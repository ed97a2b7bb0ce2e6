package fakepdf

import (
	"errors"
	"fmt"
)

// appended returns a forgery that appends one revision.
func appended(title, what string, f func(j *job, u *update, first page) error) Forgery {
	return Forgery{Name: title, What: what, Is: Changed, make: func(j *job) ([]byte, error) { return j.append(f) }}
}

// append appends one revision to the file.
func (j *job) append(f func(j *job, u *update, first page) error) ([]byte, error) {
	pages, err := j.file.pages()
	if err != nil {
		return nil, err
	}
	u := newUpdate(j.file)
	if err := f(j, u, pages[0]); err != nil {
		return nil, err
	}
	return u.bytes(nil), nil
}

// appendedForgeries append one revision to a signed file. What was signed is still
// there, byte for byte, and its signature verifies over it.
func appendedForgeries() []Forgery {
	return []Forgery{
		appended("page-replaced", "the first page shows other text: its Contents is a new stream", replacePage),
		appended("page-stream-replaced", "the first page shows other text: its stream is overwritten", overwritePage),
		appended("page-font-replaced", "the first page has other resources", func(_ *job, u *update, first page) error {
			font := helvetica().with(dict{"BaseFont": name("Symbol"), "Encoding": nil})
			u.set(first.num, first.dict.with(dict{"Resources": dict{"Font": dict{"F1": u.add(font)}}}))
			return nil
		}),
		appended("page-added", "one page more", addPage),
		appended("page-removed", "the first page is gone; the tree of pages is empty if it was the only one", removePage),
		appended("page-turned", "the first page stands on its head", func(_ *job, u *update, first page) error {
			u.set(first.num, first.dict.with(dict{"Rotate": number("180")}))
			return nil
		}),
		appended("catalog-replaced", "the trailer names another catalog with other pages", replaceCatalog),
		appended("annotation-added", "a note lies over the text", addNote),
		appended("form-value-changed", "a text field has another value; a file without one gets one", changeValue),
		appended("appearance-replaced", "the signature's widget shows somebody else's name", func(j *job, u *update, _ page) error {
			s := j.signature()
			s.Reason = "Underskrevet af Åse Falsk"
			u.set(j.target.num, j.target.dict.with(dict{"AP": dict{"N": u.add(appearance(s))}}))
			return nil
		}),
		appended("evidence-swapped", "the signature dictionary stands there again, with other ContactInfo, and the same ByteRange and Contents", func(j *job, u *update, _ page) error {
			j.again(u, dict{"ContactInfo": textOf(swapped(j.signature().ContactInfo))})
			return nil
		}),
		appended("reason-swapped", "the signature dictionary stands there again, with another Name and Reason", func(j *job, u *update, _ page) error {
			j.again(u, dict{"Name": textOf("Åse Falsk"), "Reason": textOf("Underskrevet af Åse Falsk")})
			return nil
		}),
		appended("signature-in-two-fields", "a second field has the same signature as its value", func(j *job, u *update, first page) error {
			return u.addWidget(u.add(invisible("Signature0", j.num, first.num)), first)
		}),
		appended("action-added", "the catalog starts JavaScript", func(j *job, u *update, _ page) error {
			root, num, err := j.file.catalog()
			if err != nil {
				return err
			}
			u.set(num, root.with(dict{"OpenAction": scriptAction()}))
			return nil
		}),
		appended("attachment-added", "one embedded file more", func(j *job, u *update, _ page) error {
			root, num, err := j.file.catalog()
			if err != nil {
				return err
			}
			names, err := j.file.dictAt(root["Names"])
			if err != nil {
				return err
			}
			more := attach(u, map[string][]byte{"tillæg.txt": []byte("Beløbet er 900.000 kr.")})
			u.set(num, root.with(dict{"Names": names.with(dict{"EmbeddedFiles": dict{"Names": more}})}))
			return nil
		}),
	}
}

// again writes the signature dictionary again, with other members. ByteRange and
// Contents stay as they are.
func (j *job) again(u *update, other dict) {
	signed, _ := j.value["Contents"].(text)
	u.set(j.num, j.value.with(dict{"Contents": written(fmt.Sprintf("<%x>", []byte(signed)))}).with(other))
}

func falseText() *stream {
	return pageText([]string{"Beløbet er 900.000 kr. Åse Falsk skrev dette bagefter."})
}

func replacePage(_ *job, u *update, first page) error {
	u.set(first.num, first.dict.with(dict{"Contents": u.add(falseText())}))
	return nil
}

func overwritePage(j *job, u *update, first page) error {
	o := first.dict["Contents"]
	if a, ok := o.(array); ok && len(a) > 0 {
		o = a[0]
	}
	r, ok := o.(ref)
	if !ok {
		return errors.New("fakepdf: the first page has no text to overwrite")
	}
	u.set(r.num, falseText())
	return nil
}

// treeOf returns the node of the tree of pages that holds a page.
func treeOf(j *job, p page) (dict, int, array, error) {
	r, ok := p.dict["Parent"].(ref)
	if !ok {
		return nil, 0, nil, errSyntax
	}
	d, err := j.file.dictAt(r)
	if err != nil {
		return nil, 0, nil, err
	}
	kids, err := j.file.arrayAt(d["Kids"])
	return d, r.num, kids, err
}

func addPage(j *job, u *update, first page) error {
	tree, num, kids, err := treeOf(j, first)
	if err != nil {
		return err
	}
	fresh := u.add(first.dict.with(dict{"Contents": u.add(falseText()), "Annots": nil}))
	u.set(num, tree.with(dict{"Kids": append(append(array{}, kids...), fresh), "Count": integer(len(kids) + 1)}))
	return nil
}

func removePage(j *job, u *update, first page) error {
	tree, num, kids, err := treeOf(j, first)
	if err != nil {
		return err
	}
	left := array{}
	for _, k := range kids {
		if r, ok := k.(ref); !ok || r.num != first.num {
			left = append(left, k)
		}
	}
	u.set(num, tree.with(dict{"Kids": left, "Count": integer(len(left))}))
	return nil
}

// replaceCatalog names another catalog in the trailer. The form stays, so that the
// signature is still found.
func replaceCatalog(j *job, u *update, first page) error {
	root, _, err := j.file.catalog()
	if err != nil {
		return err
	}
	tree := u.reserve()
	fresh := u.add(first.dict.with(dict{"Contents": u.add(falseText()), "Parent": tree}))
	u.set(tree.num, dict{"Type": name("Pages"), "Kids": array{fresh}, "Count": number("1")})
	j.file.trailer = j.file.trailer.with(dict{"Root": u.add(root.with(dict{"Pages": tree}))})
	return nil
}

func addNote(j *job, u *update, first page) error {
	annots, err := j.file.arrayAt(first.dict["Annots"])
	if err != nil {
		return err
	}
	note := u.add(dict{
		"Type": name("Annot"), "Subtype": name("FreeText"), "F": number("4"), "DA": text("/F1 12 Tf 0 g"),
		"Contents": textOf("Beløbet er 900.000 kr."), "P": ref{num: first.num}, "AP": dict{"N": u.add(cover())},
		"Rect": wide(),
	})
	u.set(first.num, first.dict.with(dict{"Annots": append(append(array{}, annots...), note)}))
	return nil
}

func changeValue(j *job, u *update, first page) error {
	_, fields, err := j.file.form()
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.dict["FT"] == name("Tx") {
			u.set(f.num, f.dict.with(dict{"V": textOf("Beløbet er 900.000 kr."), "AP": nil}))
			return nil
		}
	}
	widget := u.add(dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Tx"), "F": number("4"), "T": textOf("Beløb"),
		"V": textOf("Beløbet er 900.000 kr."), "DA": text("/Helv 12 Tf 0 g"), "P": ref{num: first.num},
		"Rect": array{number("56"), number("700"), number("300"), number("760")},
	})
	return u.addWidget(widget, first)
}
