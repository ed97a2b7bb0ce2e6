package pdfscan

import (
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"hash"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/ber"
)

// A Signature is a signature or document timestamp of a file, as it stands in the
// revision that it covers.
type Signature struct {
	Timestamp bool   // a document timestamp (SubFilter ETSI.RFC3161)
	SubFilter string // such as ETSI.CAdES.detached
	Contents  []byte // CMS SignedData or a timestamp token: one value in DER or BER, without the padding
	DER       bool   // Contents has definite lengths throughout
	End       int    // how many bytes of the file it covers, its own Contents included
	Field     string // the whole name of its field

	// Name, Reason, Location and ContactInfo are what it says of itself, decoded; empty if
	// it does not, or what it says cannot be read.
	Name, Reason, Location, ContactInfo string
	At                                  time.Time // when it says that it was made; zero if it does not

	Certifies int    // 1, 2 or 3 if it is a certification that allows that much (DocMDP)
	Locks     []Lock // fields that must stay as they are

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

// A SignatureField is a form field with a signature or document timestamp.
type SignatureField struct {
	Name      string     // the whole name, with a dot between its parts; "" if it has none that can be read
	Signature *Signature // nil if there is an Err
	Err       *Error     // what is wrong with the signature
}

// SignatureFields returns the form fields that have a signature or document timestamp, in
// the order of the form.
//
// Each signature must cover its revision whole, and nothing but its own Contents may be
// left out: four numbers from 0, the gap exactly its Contents in hexadecimal digits, the
// end at the end of the update in which its dictionary stands (ISO 32000-2, 12.8.1). Its
// dictionary must stand in no other update and belong to no other field, and no other
// signature may stand in its update. SignatureField.Err says if one of these rules is
// broken: it is Forged, or Modified if a later update broke it. The error that is
// returned, an [*Error], says that the form cannot be read.
func (f *File) SignatureFields() ([]SignatureField, error) {
	fields, err := f.newest().signatureFields()
	if err != nil {
		return nil, err
	}
	if len(fields) > maxSignatures {
		return nil, fail(TooLarge, "too many signatures")
	}
	uses, in := map[ref]int{}, map[int]int{}
	for _, field := range fields {
		uses[field.value]++
	}
	all := make([]SignatureField, len(fields))
	for i, field := range fields {
		all[i].Name = field.name
		s, err := f.signatureOf(field, uses[field.value] > 1)
		if err != nil {
			all[i].Err = asError(err)
			continue
		}
		all[i].Signature = s
		in[s.revision]++
	}
	for i := range all {
		if s := all[i].Signature; s != nil && in[s.revision] > 1 {
			all[i].Signature, all[i].Err = nil, forged("two signatures in one update")
		}
	}
	return all, nil
}

func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return malformed("a signature that cannot be read")
}

// signatureOf reads the signature of a field.
func (f *File) signatureOf(field sigField, shared bool) (*Signature, error) {
	if field.value == (ref{}) || shared {
		return nil, forged("a signature that is not one field's alone")
	}
	s, err := f.signature(field.value)
	if err != nil {
		return nil, err
	}
	then, err := (&reading{f, s.revision}).signatureFields()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(then, func(t sigField) bool { return t.at == field.at })
	if i < 0 || then[i].value != field.value {
		return nil, fail(Modified, "a signature in another field than it was made in")
	}
	s.Field = then[i].name
	return s, s.locked(then[i].lock)
}

// A sigField is a form field of type Sig that has a value.
type sigField struct {
	at, value ref // value is zero if it is no reference
	name      string
	lock      any
}

// signatureFields returns the form fields of type Sig that have a value, in their order.
func (r *reading) signatureFields() ([]sigField, error) {
	var found []sigField
	err := r.fields(func(f formField) {
		if f.typ == name("Sig") && f.dict["V"] != nil {
			value, _ := f.dict["V"].(ref)
			found = append(found, sigField{f.at, value, f.name, f.dict["Lock"]})
		}
	})
	return found, err
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
			return nil, fail(Modified, "a signature dictionary that a later update has replaced")
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
	return s, s.says(&reading{f, rev}, d)
}

// cover checks the byte range of signature dictionary d, and takes the value out of its
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
	length, der, err := ber.Length(contents.bytes)
	if err != nil || contents.bytes[0] != 0x30 { // a SEQUENCE
		return forged("Contents that are no value in DER or BER")
	}
	for _, c := range contents.bytes[length:] {
		if c != 0 {
			return forged("something behind the value in Contents")
		}
	}
	s.Contents, s.DER = contents.bytes[:length], der
	return nil
}
