package fakepdf

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// evidenceForgeries are genuine signatures whose evidence proves nobody.
func evidenceForgeries() []Forgery {
	said := func(title, what string, f func(contact string) string) Forgery {
		return Forgery{Name: title, What: what, Is: Unproven, make: func(j *job) ([]byte, error) {
			base := j.before(j.num)
			if base == nil {
				return nil, errors.New("fakepdf: a seal of a whole file has no evidence in its dictionary")
			}
			s := j.signature()
			s.ContactInfo = f(s.ContactInfo)
			return j.remakeOn(base, s, spoil{})
		}}
	}
	return []Forgery{
		said("evidence-missing", "the signature has no ContactInfo", func(string) string { return "" }),
		said("evidence-of-a-drawing", "the evidence is a drawing alone", func(contact string) string {
			image := "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
			return evidence(contact, "criipto.signature.drawable.v1", map[string]string{"image": image, "name": "Åse Falsk"})
		}),
		said("evidence-empty", "the evidence is an empty composite", func(contact string) string {
			return evidence(contact, "criipto.signature.composite.v1", []string{})
		}),
		said("evidence-not-json", "ContactInfo is no JSON text", func(string) string { return "Åse Falsk" }),
	}
}

// evidence returns contact with another type and value.
func evidence(contact, kind string, value any) string {
	all := map[string]any{}
	_ = json.Unmarshal([]byte(contact), &all) // what is no object is replaced
	inner, _ := json.Marshal(value)           // texts alone
	if all == nil {
		all = map[string]any{}
	}
	all["type"], all["value"] = kind, string(inner)
	out, _ := json.Marshal(all)
	return string(out)
}

// swapped changes the evidence: in JSON, whose signature it is.
func swapped(contact string) string {
	all := map[string]any{}
	if json.Unmarshal([]byte(contact), &all) != nil || all["meta"] == nil {
		return `{"meta":"{}","type":"criipto.signature.jwt.v1","value":"{\"navn\":\"Åse Falsk\"}"}`
	}
	all["meta"] = `{"applicationId":"00000000-0000-0000-0000-000000000001","signatureOrderId":"00000000-0000-0000-0000-000000000002","signatoryId":"00000000-0000-0000-0000-000000000003"}`
	out, _ := json.Marshal(all) // it was JSON
	return string(out)
}

// wholeForgeries do something to the whole file.
func wholeForgeries() []Forgery {
	return []Forgery{
		{Name: "signatures-removed", What: "the file as it was before the first signature", Is: Unsigned, make: func(j *job) ([]byte, error) {
			return j.original()
		}},
		{Name: "last-signature-removed", What: "the file as it was before the last signature", Is: Unsigned, make: func(j *job) ([]byte, error) {
			if base := j.before(j.num); base != nil {
				return base, nil
			}
			return j.original()
		}},
		{Name: "drawing-without-signature", What: "a drawing of a signature on the last page, and no signature", Is: Unsigned, make: drawing},
		{Name: "field-without-signature", What: "a signature field without a value", Is: Unsigned, make: func(j *job) ([]byte, error) {
			return j.unsignedField(nil)
		}},
		{Name: "field-with-empty-signature", What: "a signature field whose dictionary has an empty Contents and a ByteRange of zeros", Is: Unsigned, make: func(j *job) ([]byte, error) {
			zero := number("0")
			return j.unsignedField(dict{
				"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"),
				"ByteRange": array{zero, zero, zero, zero}, "Contents": text{}, "ContactInfo": textOf(j.signature().ContactInfo),
			})
		}},
		{Name: "document-replaced", What: "another document, with a genuine signature and the same evidence", Is: Mismatched, make: func(j *job) ([]byte, error) {
			other := New(Page{Lines: []string{"Beløbet er 900.000 kr.", "Ikke det dokument, der blev sendt."}})
			if j.before(j.num) == nil {
				return j.Seal(other, Seal{At: j.at(), Reason: j.signature().Reason})
			}
			return j.remakeOn(other, j.signature(), spoil{})
		}},
		{Name: "signed-byte-changed", What: "one byte of the first revision is another", Is: Invalid, make: func(j *job) ([]byte, error) {
			out := bytes.Clone(j.file.data)
			i := bytes.Index(out, []byte("/MediaBox"))
			if i < 0 {
				i = 1
			}
			out[i+1] ^= 0x20
			return out, nil
		}},
		{Name: "file-cut", What: "the last 200 bytes are missing", Is: Invalid, make: func(j *job) ([]byte, error) {
			return bytes.Clone(j.file.data[:max(0, len(j.file.data)-200)]), nil
		}},
		{Name: "file-cut-in-contents", What: "the file ends in the middle of Contents", Is: Invalid, make: func(j *job) ([]byte, error) {
			return bytes.Clone(j.file.data[:min(j.file.places[j.num].offset+signatureRoom, len(j.file.data))]), nil
		}},
		{Name: "bytes-behind-end", What: "text follows the end of the file", Is: Changed, make: func(j *job) ([]byte, error) {
			return append(bytes.Clone(j.file.data), "Åse Falsk skrev dette bagefter.\n"...), nil
		}},
		{Name: "bytes-before-start", What: "a line stands before the file", Is: Invalid, make: func(j *job) ([]byte, error) {
			return append([]byte("Åse Falsk\n"), j.file.data...), nil
		}},
	}
}

// original is the file before the first signature. A seal of a whole file leaves no
// such thing, so its pages are written again.
func (j *job) original() ([]byte, error) {
	_, fields, err := j.file.form()
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		r, ok := f.dict["V"].(ref)
		if !ok || f.dict["FT"] != name("Sig") {
			continue
		}
		if base := j.before(r.num); base != nil {
			return base, nil
		}
		return j.bare()
	}
	return nil, errSyntax
}

// bare writes the pages of a sealed file without the seal.
func (j *job) bare() ([]byte, error) {
	root, num, err := j.file.catalog()
	if err != nil {
		return nil, err
	}
	catalog := root.with(dict{"Perms": nil, "AcroForm": nil})
	pages, err := j.file.pages()
	if err != nil {
		return nil, err
	}
	changed := map[int]object{num: catalog}
	for _, p := range pages {
		changed[p.num] = p.dict.with(dict{"Annots": nil})
	}
	u, err := rewrite(j.file, changed, j.file.trailer["Root"], j.file.trailer["Info"])
	if err != nil {
		return nil, err
	}
	return u.write([]byte(fileHead), nil, false), nil
}

// onOriginal appends a revision to the file as it was before the first signature.
func (j *job) onOriginal(f func(u *update, last page) error) ([]byte, error) {
	base, err := j.original()
	if err != nil {
		return nil, err
	}
	file, err := readFile(base)
	if err != nil {
		return nil, err
	}
	pages, err := file.pages()
	if err != nil {
		return nil, err
	}
	u := newUpdate(file)
	if err := f(u, pages[len(pages)-1]); err != nil {
		return nil, err
	}
	return u.bytes(nil), nil
}

func drawing(j *job) ([]byte, error) {
	return j.onOriginal(func(u *update, last page) error {
		annots, err := u.file.arrayAt(last.dict["Annots"])
		if err != nil {
			return err
		}
		line := array{}
		for _, n := range strings.Fields("60 720 90 750 120 720 150 750 180 720 210 750") {
			line = append(line, number(n))
		}
		ink := u.add(dict{
			"Type": name("Annot"), "Subtype": name("Ink"), "F": number("4"), "P": ref{num: last.num},
			"T": textOf(j.signature().Name), "Contents": textOf(j.signature().Reason), "InkList": array{line},
			"Rect": array{number("50"), number("710"), number("220"), number("760")},
		})
		u.set(last.num, last.dict.with(dict{"Annots": append(append(array{}, annots...), ink)}))
		return nil
	})
}

// unsignedField appends a signature field to the original. If value is nil, the field
// has none.
func (j *job) unsignedField(value dict) ([]byte, error) {
	return j.onOriginal(func(u *update, last page) error {
		widget := invisible("Signature1", 0, last.num)
		delete(widget, "V")
		if value != nil {
			widget["V"] = u.add(value)
		}
		return u.addWidget(u.add(widget), last)
	})
}
