package fakepdf

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"strings"
	"time"
)

// addDSS appends the revision with what a verifier needs later: certificates, OCSP
// answers and lists of revoked certificates, all together and for this signature
// (/VRI; ISO 32000-2, 12.8.4.3). What is there already stays.
func (a *Authority) addDSS(pdf []byte, s *slot, at time.Time, wrong spoil) ([]byte, error) {
	f, err := readFile(pdf)
	if err != nil {
		return nil, err
	}
	root, num, err := f.catalog()
	if err != nil {
		return nil, err
	}
	dss, err := f.dictAt(root["DSS"])
	if err != nil {
		return nil, err
	}
	u := newUpdate(f)
	var certs, answers array
	for _, c := range []*signer{a.seal, a.tsa, a.responder, a.root} {
		certs = append(certs, u.add(packed(c.cert.Raw)))
	}
	ocsps, crl, err := a.answers(at, wrong)
	if err != nil {
		return nil, err
	}
	for _, answer := range ocsps {
		answers = append(answers, u.add(packed(answer)))
	}
	crls := array{u.add(packed(crl))}
	vri, err := f.dictAt(dss["VRI"])
	if err != nil {
		return nil, err
	}
	own := u.add(dict{"Cert": certs, "OCSP": answers, "CRL": crls})
	vri = vri.with(dict{vriName(pdf, s): own})
	changed := dict{"VRI": vri}
	for k, more := range map[name]array{"Certs": certs, "OCSPs": answers, "CRLs": crls} {
		old, err := f.arrayAt(dss[k])
		if err != nil {
			return nil, err
		}
		changed[k] = append(append(array{}, old...), more...)
	}
	if r, ok := root["DSS"].(ref); ok {
		u.set(r.num, dss.with(changed))
	} else {
		u.set(num, root.with(dict{"DSS": u.add(dss.with(changed))}))
	}
	if err := u.modified(at); err != nil {
		return nil, err
	}
	return u.bytes(nil), nil
}

// vriName is the SHA-1 of the signature's Contents with its padding, in upper case.
func vriName(pdf []byte, s *slot) name {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdef", r) {
			return r
		}
		return -1
	}, string(pdf[s.openAt+1:min(s.openAt+1+2*s.room, len(pdf))]))
	raw, _ := hex.DecodeString(digits[:len(digits)/2*2])
	return name(strings.ToUpper(hex.EncodeToString(sum1(raw))))
}

func packed(b []byte) *stream {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(b) // a buffer never fails
	_ = w.Close()
	return &stream{dict: dict{"Filter": name("FlateDecode")}, data: out.Bytes()}
}
