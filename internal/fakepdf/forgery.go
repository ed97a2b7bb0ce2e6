package fakepdf

import (
	"errors"
	"slices"
)

// A Forgery is one way to spoil a signed file. Whatever it does not name stays
// genuine: where the signature has to be made again, it is made with the keys of the
// authority and verifies.
type Forgery struct {
	Name string // plain words with hyphens, such as "page-replaced"
	What string // what arrives
	Is   Defect
	// Prepared means that the document was another one before it was signed, with the first half of
	// the attack in it.
	Prepared bool
	make     func(j *job) ([]byte, error)
}

// A Defect is what a verifier must find.
type Defect string

// The defects.
const (
	Changed    Defect = "changed"    // the document is another one than at the time of signing
	Uncovered  Defect = "uncovered"  // the signature does not cover what it seems to
	Invalid    Defect = "invalid"    // the signature does not verify, or the file cannot be read
	Untimed    Defect = "untimed"    // the time of signing is not proven
	Foreign    Defect = "foreign"    // somebody else sealed it
	Unsigned   Defect = "unsigned"   // nobody signed
	Unproven   Defect = "unproven"   // it is signed, and the evidence says not by whom
	Unrevoked  Defect = "unrevoked"  // whether the seal was revoked is not known
	Mismatched Defect = "mismatched" // it is signed, and another document
	Broken     Defect = "broken"     // readers may see different files, or never come to an end; the signature verifies
	Lapsed     Defect = "lapsed"     // the seal was not valid when it signed
)

// Forgeries returns all forgeries, in order of what is wrong.
func Forgeries() []Forgery {
	return slices.Concat(
		appendedForgeries(), catalogForgeries(), fieldForgeries(), shadowForgeries(), lockForgeries(), rangeForgeries(), messageForgeries(), trustForgeries(),
		lifeForgeries(), evidenceForgeries(), wholeForgeries(), structureForgeries(), bombForgeries(),
	)
}

// Forge spoils a file that [Authority.Sign], [Authority.Close] or [Authority.Seal]
// of this authority made, in the way that has this name. It takes the last signature
// of the file, unless the forgery says otherwise, and makes later revisions of ours
// again. The input stays as it is.
func (a *Authority) Forge(forgery string, signed []byte) ([]byte, error) {
	all := Forgeries()
	i := slices.IndexFunc(all, func(f Forgery) bool { return f.Name == forgery })
	if i < 0 {
		return nil, errors.New("fakepdf: no forgery has this name")
	}
	j, err := a.newJob(signed)
	if err != nil {
		return nil, err
	}
	return all[i].make(j)
}

// A job is a signed file that is being spoiled.
type job struct {
	*Authority
	file   *file
	target field // the field of the last signature
	value  dict  // its signature dictionary
	num    int   // the number of that
	closed bool  // a document time stamp comes later
	stamp  int   // the number of its dictionary
}

func (a *Authority) newJob(signed []byte) (*job, error) {
	f, err := readFile(signed)
	if err != nil {
		return nil, err
	}
	_, fields, err := f.form()
	if err != nil {
		return nil, err
	}
	j := &job{Authority: a, file: f}
	for _, field := range fields {
		r, ok := field.dict["V"].(ref)
		if !ok {
			continue
		}
		d, err := f.dictAt(r)
		if err != nil {
			return nil, err
		}
		switch d["SubFilter"] {
		case name("ETSI.CAdES.detached"):
			j.target, j.value, j.num, j.closed = field, d, r.num, false
		case name("ETSI.RFC3161"):
			j.closed, j.stamp = true, r.num
		}
	}
	if j.value == nil {
		return nil, errors.New("fakepdf: the PDF has no signature to spoil")
	}
	return j, nil
}
