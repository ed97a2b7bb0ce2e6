package fakepdf

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Room for what is signed, in bytes: those of Criipto's files (measured).
const (
	signatureRoom = 28768
	timestampRoom = 16384
)

// A Signature is what one signatory's signature says. A text that needs more than
// ASCII is written in UTF-16BE.
type Signature struct {
	// At is the time of the signature (/M) and of its time stamp. If zero, it is the
	// time of Config.Now. Fractions of a second are dropped.
	At time.Time

	Name        string // whose signature it is (/Name); may be empty
	Reason      string // a sentence (/Reason); it is also written on the last page
	ContactInfo string // the evidence (/ContactInfo), with Criipto a JSON text; may be empty

	// Field is the name of the signature field. If empty, it is "Signature" and the
	// first number that no field has.
	Field string

	// Certifies makes it a certification: 1 permits no change, 2 filling in and signing, 3 notes too
	// (DocMDP). If zero, it is an ordinary signature.
	Certifies int
	Locks     []string // fields that must not change any more (FieldMDP)
}

// Sign appends two revisions, as Criipto's files have them: the signature with its
// field and widget on the last page, then the material to validate it (/DSS). The
// input is a prefix of the result, byte for byte.
//
// It takes files with cross-reference tables and with cross-reference streams, of at
// most 64 MiB. It refuses what is encrypted, and what it cannot read.
func (a *Authority) Sign(pdf []byte, s Signature) ([]byte, error) {
	return a.signSpoiled(pdf, s, spoil{})
}

func (a *Authority) signSpoiled(pdf []byte, s Signature, wrong spoil) ([]byte, error) {
	s.At = a.second(s.At)
	f, pages, err := readPages(pdf)
	if err != nil {
		return nil, err
	}
	_, fields, err := f.form()
	if err != nil {
		return nil, err
	}
	if s.Field == "" {
		s.Field = freeName(fields)
	}
	u := newUpdate(f)
	place := &slot{num: u.reserve().num, room: signatureRoom, spoil: wrong, dict: dict{
		"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"),
		"M": text(pdfTime(s.At)), "Location": text(""),
		"Prop_Build": dict{"App": dict{"Name": name("fakepdf")}},
	}}
	for k, v := range map[name]string{"Name": s.Name, "Reason": s.Reason, "ContactInfo": s.ContactInfo} {
		if v != "" {
			place.dict[k] = textOf(v)
		}
	}
	if err := u.certify(place, s); err != nil {
		return nil, err
	}
	last := pages[len(pages)-1]
	widget := u.reserve()
	foot := 36 + 72*(len(fields)%9)
	u.set(widget.num, dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Sig"), "F": number("132"),
		"T": textOf(s.Field), "V": ref{num: place.num}, "P": ref{num: last.num},
		"Rect": array{number("36"), integer(foot), number("400"), integer(foot + 60)},
		"AP":   dict{"N": u.add(appearance(s))},
	})
	if err := u.addWidget(widget, last); err != nil {
		return nil, err
	}
	if err := u.modified(s.At); err != nil {
		return nil, err
	}
	out := u.bytes(place)
	err = place.fill(out, crypto.SHA512, func(digest []byte) ([]byte, error) {
		return a.seals(digest, crypto.SHA512, s.At, wrong, nil)
	})
	if err != nil {
		return nil, err
	}
	return a.addDSS(out, place, s.At, wrong)
}

// certify writes what the signature forbids.
func (u *update) certify(place *slot, s Signature) error {
	method := func(what name, parameters dict) dict {
		return dict{"Type": name("SigRef"), "TransformMethod": what, "TransformParams": parameters.with(dict{"Type": name("TransformParams"), "V": name("1.2")})}
	}
	all := array{}
	if len(s.Locks) > 0 {
		fields := array{}
		for _, f := range s.Locks {
			fields = append(fields, textOf(f))
		}
		all = append(all, method("FieldMDP", dict{"Action": name("Include"), "Fields": fields}))
	}
	if s.Certifies != 0 {
		all = append(all, method("DocMDP", dict{"P": integer(s.Certifies)}))
		root, num, err := u.file.catalog()
		if err != nil {
			return err
		}
		u.set(num, root.with(dict{"Perms": dict{"DocMDP": ref{num: place.num}}}))
	}
	if len(all) > 0 {
		place.dict["Reference"] = all
	}
	return nil
}

// seals writes the CMS message of a seal, with a time stamp over its value.
func (a *Authority) seals(digest []byte, h crypto.Hash, at time.Time, wrong spoil, more [][]byte) ([]byte, error) {
	who, root := a.seal, a.root.cert
	if wrong.seal != nil {
		who = wrong.seal
	}
	if wrong.root != nil {
		root = wrong.root
	}
	if wrong.digest != nil {
		digest = wrong.digest(digest)
	}
	m := message{
		contentType: oidData, digest: digest, hash: h, signed: more, value: wrong.value,
		chain: append([]*x509.Certificate{root}, wrong.chain...),
		unsigned: func(value []byte) ([][]byte, error) {
			if wrong.noToken {
				return nil, nil
			}
			if wrong.imprint != nil {
				value = wrong.imprint(value)
			}
			sum := sha256.Sum256(value)
			token, err := a.stamper(wrong).Timestamp(sum[:], at.Add(wrong.stamped))
			if err != nil {
				return nil, err
			}
			return [][]byte{attribute(oidTimestampToken, token)}, nil
		},
	}
	if wrong.edit != nil {
		wrong.edit(&m)
	}
	raw, err := who.sign(m)
	if err != nil || wrong.message == nil {
		return raw, err
	}
	return wrong.message(raw), nil
}

// stamper returns who makes the time stamp.
func (a *Authority) stamper(wrong spoil) *Authority {
	if wrong.stamps != nil {
		return wrong.stamps
	}
	if wrong.stampsWith != nil {
		return &Authority{root: a.root, tsa: wrong.stampsWith}
	}
	return a
}

// addWidget puts a field's widget on a page and the field into the form.
func (u *update) addWidget(widget ref, on page) error {
	annots, err := u.file.arrayAt(on.dict["Annots"])
	if err != nil {
		return err
	}
	annots = append(slices.Clone(annots), widget)
	if r, ok := on.dict["Annots"].(ref); ok {
		u.set(r.num, annots)
	} else {
		u.set(on.num, on.dict.with(dict{"Annots": annots}))
	}
	form, fields, err := u.file.form()
	if err != nil {
		return err
	}
	refs := array{}
	for _, f := range fields {
		refs = append(refs, ref{num: f.num, gen: u.file.places[f.num].gen})
	}
	form = form.with(dict{"Fields": append(refs, widget), "SigFlags": number("3")})
	_, num, err := u.file.catalog()
	if err != nil {
		return err
	}
	root, err := u.dict(num) // which may certify by now
	if err != nil {
		return err
	}
	if r, ok := root["AcroForm"].(ref); ok {
		u.set(r.num, form)
		return nil
	}
	u.set(num, root.with(dict{"AcroForm": u.add(form)}))
	return nil
}

// freeName returns "Signature" and the first number that no field has.
func freeName(fields []field) string {
	taken := map[string]bool{}
	for _, f := range fields {
		if t, ok := f.dict["T"].(text); ok {
			taken[stringOf(t)] = true
		}
	}
	for n := 1; ; n++ {
		if s := fmt.Sprintf("Signature%d", n); !taken[s] {
			return s
		}
	}
}

// appearance is what a signature looks like: its reason in lines of 60 characters.
func appearance(s Signature) *stream {
	lines := append(wrap(s.Reason, 60), s.At.Format("2006-01-02 15:04:05 UTC"), "FAKE: proves nothing")
	var b strings.Builder
	b.WriteString("1 g 0.6 w 0.5 0.5 363 59 re B 0 g BT /F1 9 Tf 11 TL 6 46 Td")
	for _, l := range lines[:min(len(lines), 5)] {
		b.WriteString(" ")
		b.Write(appendText(nil, winAnsi(l)))
		b.WriteString(" Tj T*")
	}
	b.WriteString(" ET")
	return &stream{
		dict: dict{
			"Type": name("XObject"), "Subtype": name("Form"),
			"BBox":      array{number("0"), number("0"), number("364"), number("60")},
			"Resources": dict{"Font": dict{"F1": helvetica()}},
		},
		data: []byte(b.String()),
	}
}

func helvetica() dict {
	return dict{
		"Type": name("Font"), "Subtype": name("Type1"), "BaseFont": name("Helvetica"),
		"Encoding": name("WinAnsiEncoding"),
	}
}

// wrap breaks a text into lines of at most n characters, three at most.
func wrap(s string, n int) []string {
	runes := []rune(s)
	var out []string
	for len(runes) > 0 && len(out) < 3 {
		k := min(n, len(runes))
		out, runes = append(out, string(runes[:k])), runes[k:]
	}
	return out
}
