package fakepdf

import (
	"crypto"
	"maps"
	"slices"
	"time"
)

// A Seal is what the seal of a whole file says, as Nets eID Broker makes it of a
// workflow and of a receipt.
type Seal struct {
	// At is the time of the signature (/M, signingTime) and of its time stamp. If zero,
	// it is the time of Config.Now. Fractions of a second are dropped.
	At time.Time

	Name   string // may be empty
	Reason string // may be empty

	// Attachments are files in the PDF, such as workflow_token.jwt: name and content.
	Attachments map[string][]byte
}

// Seal rewrites a PDF as one revision with one signature over all of it, as the
// sample that Signaturgruppen publishes has it: the signature dictionary first in
// the file, SHA-256, DocMDP that permits no change (P=1), signingTime, and what
// proves that nothing was revoked in the CMS message itself.
//
// Forms, annotations, actions and layers of the input are not taken over: its pages
// are, and its information.
func (a *Authority) Seal(pdf []byte, s Seal) ([]byte, error) {
	return a.sealSpoiled(pdf, s, spoil{})
}

func (a *Authority) sealSpoiled(pdf []byte, s Seal, wrong spoil) ([]byte, error) {
	s.At = a.second(s.At)
	f, pages, err := readPages(pdf)
	if err != nil {
		return nil, err
	}
	root, num, err := f.catalog()
	if err != nil {
		return nil, err
	}
	bare := map[int]object{}
	for _, p := range pages {
		bare[p.num] = p.dict.with(dict{"Annots": nil, "AA": nil})
	}
	u, err := rewrite(f, bare, root["Pages"], f.trailer["Info"])
	if err != nil {
		return nil, err
	}
	place := &slot{num: u.reserve().num, room: signatureRoom, spoil: wrong, dict: dict{
		"Type": name("Sig"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.CAdES.detached"),
		"M": text(pdfTime(s.At)),
		"Reference": array{dict{
			"Type": name("SigRef"), "TransformMethod": name("DocMDP"),
			"TransformParams": dict{"Type": name("TransformParams"), "P": number("1"), "V": name("1.2")},
		}},
	}}
	for k, v := range map[name]string{"Name": s.Name, "Reason": s.Reason} {
		if v != "" {
			place.dict[k] = textOf(v)
		}
	}
	widget := u.add(invisible("Signature1", place.num, pages[0].num))
	u.set(pages[0].num, bare[pages[0].num].(dict).with(dict{"Annots": array{widget}}))
	catalog := dict{
		"Type": name("Catalog"), "Pages": root["Pages"], "Perms": dict{"DocMDP": ref{num: place.num}},
		"AcroForm": dict{"Fields": array{widget}, "SigFlags": number("3")},
	}
	if len(s.Attachments) > 0 {
		catalog["Names"] = dict{"EmbeddedFiles": dict{"Names": attach(u, s.Attachments)}}
	}
	u.set(num, catalog)
	out := u.write([]byte(fileHead), place, false)
	return out, a.fillSeal(out, place, s.At, wrong)
}

func attach(u *update, files map[string][]byte) array {
	var out array
	for _, title := range slices.Sorted(maps.Keys(files)) {
		out = append(out, textOf(title), u.add(attachment(u, title, files[title])))
	}
	return out
}

// rewrite takes over the objects that lead from some, a few of them changed. The new
// file has a table.
func rewrite(f *file, changed map[int]object, from ...object) (*update, error) {
	u := newUpdate(f)
	f.streamed = false
	queue, seen := from, map[int]bool{}
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		switch o := o.(type) {
		case ref:
			if seen[o.num] {
				continue
			}
			seen[o.num] = true
			v, ok := changed[o.num]
			if !ok {
				var err error
				if v, err = f.object(o.num); err != nil {
					return nil, err
				}
			}
			u.set(o.num, v)
			u.next = max(u.next, o.num+1)
			queue = append(queue, v)
		case array:
			queue = append(queue, o...)
		case dict:
			for _, v := range o {
				queue = append(queue, v)
			}
		case *stream:
			queue = append(queue, o.dict)
		}
	}
	return u, nil
}

// fillSeal signs a file whose slot is still open.
func (a *Authority) fillSeal(out []byte, place *slot, at time.Time, wrong spoil) error {
	archive, err := a.revocationArchive(at, wrong)
	if err != nil {
		return err
	}
	more := [][]byte{
		attribute(oidSigningTime, signingTime(at)),
		attribute(oidAdobeRevocation, archive),
	}
	return place.fill(out, crypto.SHA256, func(digest []byte) ([]byte, error) {
		return a.seals(digest, crypto.SHA256, at, wrong, more)
	})
}

// revocationArchive is Adobe's attribute with lists and answers of the time of
// signing (ISO 32000-1, 12.8.3.3.2).
func (a *Authority) revocationArchive(at time.Time, wrong spoil) ([]byte, error) {
	answers, crl, err := a.answers(at, wrong)
	if err != nil {
		return nil, err
	}
	return sequence(tagged(0, sequence(crl)), tagged(1, sequence(answers...))), nil
}
