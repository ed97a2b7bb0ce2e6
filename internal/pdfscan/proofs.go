package pdfscan

import (
	"maps"
	"slices"
)

// Proofs are what a file brings along to judge certificates with (DSS, ISO 32000-2, 12.8.4.3).
// Nobody vouches for it.
type Proofs struct {
	Certificates [][]byte // DER
	OCSPs        [][]byte // OCSPResponse, DER
	CRLs         [][]byte // CertificateList, DER
}

// maxProofs is how many proofs are read.
const maxProofs = 1024

// Proofs returns the proofs of the newest state of the file. What of them cannot be read is left
// out. The error, an [*Error], says that the catalog cannot be read.
func (f *File) Proofs() (Proofs, error) {
	r := f.newest()
	root, err := r.root()
	if err != nil {
		return Proofs{}, err
	}
	var p Proofs
	dss, _ := r.dict(root["DSS"])
	seen := map[ref]bool{}
	take := func(d dict, keys [3]name) {
		for i, into := range []*[][]byte{&p.Certificates, &p.OCSPs, &p.CRLs} {
			list, _, err := r.list(d[keys[i]])
			if err != nil {
				continue
			}
			for _, v := range list {
				n, isRef := v.(ref)
				if !isRef || seen[n] || len(seen) >= maxProofs {
					continue
				}
				seen[n] = true
				if data, err := r.contents(v); err == nil {
					*into = append(*into, data)
				}
			}
		}
	}
	take(dss, [3]name{"Certs", "OCSPs", "CRLs"})
	vri, _ := r.dict(dss["VRI"])
	for _, key := range slices.Sorted(maps.Keys(vri)) {
		d, _ := r.dict(vri[key])
		take(d, [3]name{"Cert", "OCSP", "CRL"})
	}
	return p, nil
}

// contents returns the unpacked data of the stream that v refers to.
func (r *reading) contents(v any) ([]byte, error) {
	v, err := r.resolve(v)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*stream)
	if !ok {
		return nil, malformed("something in place of a stream")
	}
	return r.file.unpack(s)
}

// maxAttached is how many attachments are looked at.
const maxAttached = 256

// An Attachment is an embedded file.
type Attachment struct {
	Name string
	Data []byte
}

// Attachments returns the embedded files of a revision, such as [Signature.Revision]: those in
// the catalog's name tree. One that cannot be read is left out. The error is an [*Error].
func (f *File) Attachments(revision int) ([]Attachment, error) {
	r := &reading{f, revision}
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	names, err := r.dict(root["Names"])
	if err != nil {
		return nil, err
	}
	var all []Attachment
	todo, seen := []any{names["EmbeddedFiles"]}, map[ref]bool{}
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n, isRef := v.(ref); isRef {
			if seen[n] || len(seen) > maxAttached {
				return nil, malformed("attachments that cannot be read, or too many")
			}
			seen[n] = true
		}
		node, err := r.dict(v)
		if err != nil {
			return nil, err
		}
		kids, _, err := r.list(node["Kids"])
		if err != nil {
			return nil, err
		}
		todo = append(todo, kids...)
		list, _, err := r.list(node["Names"])
		if err != nil {
			return nil, err
		}
		for i := 1; i < len(list) && len(all) < maxAttached; i += 2 {
			if a, ok := r.attachment(list[i]); ok {
				all = append(all, a)
			}
		}
	}
	return all, nil
}

func (r *reading) attachment(v any) (Attachment, bool) {
	spec, err := r.dict(v)
	if err != nil {
		return Attachment{}, false
	}
	files, err := r.dict(spec["EF"])
	if err != nil {
		return Attachment{}, false
	}
	var a Attachment
	for _, key := range []name{"F", "UF"} {
		if t, ok := spec[key].(text); ok {
			a.Name, _ = t.decoded()
		}
	}
	for _, key := range []name{"F", "UF"} {
		if files[key] == nil {
			continue
		}
		if a.Data, err = r.contents(files[key]); err == nil {
			return a, true
		}
	}
	return Attachment{}, false
}
