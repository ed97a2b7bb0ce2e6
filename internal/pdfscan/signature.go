package pdfscan

import (
	"cmp"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"slices"
)

// A Signature is a signature or document timestamp of a file, as it stands in the
// revision that it covers.
type Signature struct {
	Timestamp   bool   // a document timestamp (SubFilter ETSI.RFC3161)
	SubFilter   string // such as ETSI.CAdES.detached
	Contents    []byte // CMS SignedData or a timestamp token: one DER value without the padding
	ContactInfo string // decoded; empty if there is none
	End         int    // how many bytes of the file it covers, its own Contents included

	file     *File
	gap      span
	revision int
}

// Digest returns the digest of what the signature covers: everything up to End but its
// own Contents. h is SHA-256, SHA-384 or SHA-512. What signatures share is hashed once,
// if they are asked in their order. Signatures of one File are not for concurrent use.
func (s *Signature) Digest(h crypto.Hash) []byte {
	p := s.file.digests[h]
	if p == nil || p.at > s.gap.from {
		p = &prefix{state: newHash(h)}
		s.file.digests[h] = p
	}
	_, _ = p.state.Write(s.file.raw[p.at:s.gap.from]) // a hash takes everything
	p.at = s.gap.from
	d, err := p.state.Clone()
	if err != nil {
		return nil // SHA-2 can always be copied; a digest of nothing fits no signature
	}
	_, _ = d.Write(s.file.raw[s.gap.to:s.End])
	return d.Sum(nil)
}

// A prefix is the digest of the beginning of a file.
type prefix struct {
	at    int
	state hash.Cloner
}

func newHash(h crypto.Hash) hash.Cloner {
	d := sha256.New()
	switch h {
	case crypto.SHA384:
		d = sha512.New384()
	case crypto.SHA512:
		d = sha512.New()
	}
	return d.(hash.Cloner)
}

// The limits of forms.
const (
	maxFields     = 5_000
	maxSignatures = 256
)

// Signatures returns the signatures and document timestamps that the form fields of the
// file name, in the order in which they were made. A file without any has none.
//
// Each one must cover its revision whole, and nothing but its own Contents may be left
// out: four numbers from 0, the gap exactly its Contents in hexadecimal digits, the end at
// the end of the update in which its dictionary stands (ISO 32000-2, 12.8.1). Its
// dictionary must stand in no other update. The error is an [*Error]; Forged if one of
// these rules is broken.
func (f *File) Signatures() ([]Signature, error) {
	fields, err := f.newest().signatureFields()
	if err != nil {
		return nil, err
	}
	if len(fields) > maxSignatures {
		return nil, fail(TooLarge, "too many signatures")
	}
	var all []Signature
	for field, v := range fields {
		s, err := f.signature(v)
		if err != nil {
			return nil, err
		}
		then, err := (&reading{f, s.revision}).signatureFields()
		if err != nil {
			return nil, err
		}
		if then[field] != v {
			return nil, modified("a signature in another field than it was made in")
		}
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Signature) int { return cmp.Compare(a.End, b.End) })
	for i := 1; i < len(all); i++ {
		if all[i].revision == all[i-1].revision {
			return nil, forged("two signatures in one update")
		}
	}
	return all, nil
}

// signatureFields returns the form fields of type Sig that have a value, and the values.
func (r *reading) signatureFields() (map[ref]ref, error) {
	form, err := r.form()
	if err != nil || form == nil {
		return nil, err
	}
	v, err := r.resolve(form["Fields"])
	if err != nil {
		return nil, err
	}
	top, ok := v.(array)
	if !ok && v != nil {
		return nil, malformed("form fields that cannot be read")
	}
	type node struct {
		field any
		typ   any // inherited
	}
	var todo []node
	for _, field := range top {
		todo = append(todo, node{field: field})
	}
	found, seen, taken := map[ref]ref{}, map[ref]bool{}, map[ref]bool{}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		at, ok := n.field.(ref)
		if !ok || seen[at] || len(seen) > maxFields {
			return nil, malformed("form fields that cannot be read, or too many")
		}
		seen[at] = true
		v, err := r.resolve(at)
		if err != nil {
			return nil, err
		}
		d, ok := v.(dict)
		if !ok {
			return nil, malformed("a form field that is no dictionary")
		}
		if d["FT"] != nil {
			n.typ = d["FT"]
		}
		if n.typ == name("Sig") && d["V"] != nil {
			value, ok := d["V"].(ref)
			if !ok || taken[value] {
				return nil, forged("a signature that is not one field's alone")
			}
			found[at], taken[value] = value, true
		}
		kids, err := r.resolve(d["Kids"])
		if err != nil {
			return nil, err
		}
		list, ok := kids.(array)
		if !ok && kids != nil {
			return nil, malformed("form fields that cannot be read")
		}
		for _, kid := range list {
			todo = append(todo, node{kid, n.typ})
		}
	}
	return found, nil
}

// form returns the interactive form; nil if there is none.
func (r *reading) form() (dict, error) {
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	v, err := r.resolve(root["AcroForm"])
	if err != nil || v == nil {
		return nil, err
	}
	d, ok := v.(dict)
	if !ok {
		return nil, malformed("a form that is no dictionary")
	}
	return d, nil
}

// signature reads the signature dictionary v and checks what it covers.
func (f *File) signature(v ref) (*Signature, error) {
	r := f.newest()
	o, err := r.object(v)
	if err != nil {
		return nil, err
	}
	if o == nil || o.packed {
		return nil, forged("a signature that is not an object of its own")
	}
	d, ok := o.value.(dict)
	if !ok {
		return nil, forged("a signature that is no dictionary")
	}
	_, rev, _ := r.entry(v.num)
	for _, older := range f.versions[v.num] {
		if older.rev < rev && older.entry.kind != 'f' {
			return nil, modified("a signature dictionary that a later update has replaced")
		}
	}
	s := &Signature{file: f, revision: rev}
	if err := s.cover(d, o, &f.revisions[rev]); err != nil {
		return nil, err
	}
	filter, ok := d["SubFilter"].(name)
	if !ok || d["Filter"] == nil {
		return nil, forged("a signature without a format")
	}
	s.SubFilter, s.Timestamp = string(filter), filter == "ETSI.RFC3161"
	contact, err := (&reading{f, rev}).resolve(d["ContactInfo"])
	if err != nil {
		return nil, err
	}
	if t, isText := contact.(text); isText {
		s.ContactInfo, ok = t.decoded()
	} else {
		ok = contact == nil
	}
	if !ok {
		return nil, forged("a ContactInfo that cannot be read")
	}
	return s, nil
}

// cover checks the byte range of signature dictionary d, and takes the DER value out of its
// Contents.
func (s *Signature) cover(d dict, o *placed, r *revision) error {
	n, ok := integers(d["ByteRange"])
	if !ok || len(n) != 4 {
		return forged("a byte range that does not have two parts")
	}
	contents, ok := d["Contents"].(text)
	if !ok || !contents.hex || !contents.clean {
		return forged("a signature without Contents in hexadecimal digits")
	}
	end := n[2] + n[3]
	switch {
	case n[0] != 0:
		return forged("a byte range that does not begin at 0")
	case n[1] != contents.from || n[2] != contents.to:
		return forged("a byte range that leaves out something else than Contents")
	case contents.from < o.from || contents.to > o.to || o.from < r.from || o.to > r.at:
		return forged("a signature that does not stand in its own update")
	case end < r.end || end > len(s.file.raw) || end-r.end > 2:
		return forged("a byte range that does not end with its update")
	}
	for _, c := range s.file.raw[r.end:end] {
		if c != '\r' && c != '\n' {
			return forged("a byte range that does not end with its update")
		}
	}
	s.gap, s.End = span{contents.from, contents.to}, end
	var value asn1.RawValue
	padding, err := asn1.Unmarshal(contents.bytes, &value)
	if err != nil || value.Tag != asn1.TagSequence || value.Class != asn1.ClassUniversal {
		return forged("Contents that are no DER value")
	}
	for _, c := range padding {
		if c != 0 {
			return forged("something behind the DER value in Contents")
		}
	}
	s.Contents = value.FullBytes
	return nil
}
