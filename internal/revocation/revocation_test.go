package revocation_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/dkeid/dkeid/internal/revocation"
)

// then is when the certificate was used.
var then = time.Now().UTC().Truncate(time.Minute) // the library dates answers itself

type party struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial int64

func issue(t *testing.T, by *party, change func(c *x509.Certificate)) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial++
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Opdigtet æøå"}, NotBefore: then.AddDate(-1, 0, 0), NotAfter: then.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	change(c)
	p := &party{key: key}
	parent := by
	if by == nil {
		parent = &party{c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent.cert, key.Public(), parent.key)
	require.NoError(t, err)
	p.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return p
}

func authority(t *testing.T) *party {
	return issue(t, nil, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.Subject.CommonName = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign|x509.KeyUsageDigitalSignature, "Opdigtet rod"
	})
}

func answer(t *testing.T, ca, by *party, cert *x509.Certificate, change func(r *ocsp.Response)) []byte {
	t.Helper()
	r := ocsp.Response{Status: ocsp.Good, SerialNumber: cert.SerialNumber, ThisUpdate: then.Add(time.Minute), NextUpdate: then.AddDate(0, 0, 1), IssuerHash: crypto.SHA1}
	if by != ca {
		r.Certificate = by.cert
	}
	if change != nil {
		change(&r)
	}
	raw, err := ocsp.CreateResponse(ca.cert, by.cert, r, by.key)
	require.NoError(t, err)
	return raw
}

func TestOCSP(t *testing.T) {
	ca, other := authority(t), authority(t)
	leaf := issue(t, ca, func(*x509.Certificate) {})
	responder := issue(t, ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} })
	foreign := issue(t, other, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} })
	plain := issue(t, ca, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	expired := issue(t, ca, func(c *x509.Certificate) {
		c.ExtKeyUsage, c.NotAfter = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, then.AddDate(0, 0, -1)
	})
	revoked := func(at time.Time) func(r *ocsp.Response) {
		return func(r *ocsp.Response) { r.Status, r.RevokedAt = ocsp.Revoked, at }
	}
	for title, c := range map[string]struct {
		raw  []byte
		want revocation.Status
	}{
		"good, by the issuer":          {answer(t, ca, ca, leaf.cert, nil), revocation.Good},
		"good, by a responder":         {answer(t, ca, responder, leaf.cert, nil), revocation.Good},
		"years later":                  {answer(t, ca, ca, leaf.cert, func(r *ocsp.Response) { r.ThisUpdate = then.AddDate(1, 0, 0) }), revocation.Good},
		"before, and it still holds":   {answer(t, ca, ca, leaf.cert, func(r *ocsp.Response) { r.ThisUpdate = then.Add(-time.Hour) }), revocation.Good},
		"before, and no longer":        {answer(t, ca, ca, leaf.cert, func(r *ocsp.Response) { r.ThisUpdate, r.NextUpdate = then.AddDate(0, 0, -2), then.AddDate(0, 0, -1) }), revocation.Unknown},
		"before, without an end":       {answer(t, ca, ca, leaf.cert, func(r *ocsp.Response) { r.ThisUpdate, r.NextUpdate = then.AddDate(0, 0, -2), time.Time{} }), revocation.Unknown},
		"revoked before":               {answer(t, ca, ca, leaf.cert, revoked(then.Add(-time.Minute))), revocation.Revoked},
		"revoked then":                 {answer(t, ca, ca, leaf.cert, revoked(then)), revocation.Revoked},
		"revoked after":                {answer(t, ca, ca, leaf.cert, revoked(then.Add(time.Minute))), revocation.Good},
		"not known to the responder":   {answer(t, ca, ca, leaf.cert, func(r *ocsp.Response) { r.Status = ocsp.Unknown }), revocation.Unknown},
		"of another certificate":       {answer(t, ca, ca, plain.cert, nil), revocation.Unknown},
		"by another authority":         {answer(t, ca, other, leaf.cert, func(r *ocsp.Response) { r.Certificate = nil }), revocation.Unknown},
		"by a responder of another":    {answer(t, ca, foreign, leaf.cert, nil), revocation.Unknown},
		"by one that must not answer":  {answer(t, ca, plain, leaf.cert, nil), revocation.Unknown},
		"by the certificate itself":    {answer(t, ca, leaf, leaf.cert, nil), revocation.Unknown},
		"by a responder that is over":  {answer(t, ca, expired, leaf.cert, nil), revocation.Unknown},
		"not an answer":                {[]byte("æøå"), revocation.Unknown},
		"an answer and something more": {append(answer(t, ca, ca, leaf.cert, nil), 0), revocation.Unknown},
	} {
		t.Run(title, func(t *testing.T) {
			a := revocation.Answers{OCSPs: [][]byte{c.raw}}
			assert.Equal(t, c.want, a.Judge(leaf.cert, ca.cert, then, 0).Status)
		})
	}
	t.Run("one says revoked", func(t *testing.T) {
		a := revocation.Answers{OCSPs: [][]byte{answer(t, ca, ca, leaf.cert, nil), answer(t, ca, ca, leaf.cert, revoked(then.Add(-time.Hour))), answer(t, ca, ca, leaf.cert, nil)}}
		v := a.Judge(leaf.cert, ca.cert, then, 0)
		assert.Equal(t, revocation.Revoked, v.Status)
		assert.Equal(t, then.Add(-time.Hour), v.RevokedAt.UTC())
	})
}

func TestCRL(t *testing.T) {
	ca, other := authority(t), authority(t)
	leaf := issue(t, ca, func(*x509.Certificate) {})
	list := func(by *party, change func(l *x509.RevocationList)) []byte {
		l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: then.Add(time.Minute), NextUpdate: then.AddDate(0, 0, 1)}
		if change != nil {
			change(l)
		}
		raw, err := x509.CreateRevocationList(rand.Reader, l, by.cert, by.key)
		require.NoError(t, err)
		return raw
	}
	revoked := func(at time.Time, reason int) func(l *x509.RevocationList) {
		return func(l *x509.RevocationList) {
			l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: leaf.cert.SerialNumber, RevocationTime: at, ReasonCode: reason}}
		}
	}
	extension := func(critical bool, id asn1.ObjectIdentifier, v any) func(l *x509.RevocationList) {
		return func(l *x509.RevocationList) {
			raw, err := asn1.Marshal(v)
			require.NoError(t, err)
			l.ExtraExtensions = []pkix.Extension{{Id: id, Critical: critical, Value: raw}}
		}
	}
	point := asn1.ObjectIdentifier{2, 5, 29, 28}
	type users struct {
		OnlyUsers bool `asn1:"tag:1"`
	}
	type cas struct {
		OnlyCAs bool `asn1:"tag:2"`
	}
	type indirect struct {
		Indirect bool `asn1:"tag:4"`
	}
	for title, c := range map[string]struct {
		raw  []byte
		want revocation.Status
	}{
		"not on it":            {list(ca, nil), revocation.Good},
		"on it":                {list(ca, revoked(then.Add(-time.Second), 1)), revocation.Revoked},
		"on it since later":    {list(ca, revoked(then.Add(time.Second), 1)), revocation.Good},
		"removed from it":      {list(ca, revoked(then.Add(-time.Second), 8)), revocation.Good},
		"of another authority": {list(other, nil), revocation.Unknown},
		"that held until before": {list(ca, func(l *x509.RevocationList) {
			l.ThisUpdate, l.NextUpdate = then.AddDate(0, 0, -2), then.AddDate(0, 0, -1)
		}), revocation.Unknown},
		"of users alone":           {list(ca, extension(true, point, users{true})), revocation.Good},
		"of authorities alone":     {list(ca, extension(true, point, cas{true})), revocation.Unknown},
		"of others' certificates":  {list(ca, extension(true, point, indirect{true})), revocation.Unknown},
		"of differences":           {list(ca, extension(true, asn1.ObjectIdentifier{2, 5, 29, 27}, 1)), revocation.Unknown},
		"with something important": {list(ca, extension(true, asn1.ObjectIdentifier{1, 2, 3}, 1)), revocation.Unknown},
		"with something else":      {list(ca, extension(false, asn1.ObjectIdentifier{1, 2, 3}, 1)), revocation.Good},
		"not a list":               {[]byte("æøå"), revocation.Unknown},
	} {
		t.Run(title, func(t *testing.T) {
			a := revocation.Answers{CRLs: [][]byte{c.raw}}
			assert.Equal(t, c.want, a.Judge(leaf.cert, ca.cert, then, 0).Status)
		})
	}
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte{0x30, 0}, []byte{0x30, 0})
	cert := &x509.Certificate{SerialNumber: big.NewInt(1)}
	f.Fuzz(func(t *testing.T, answer, list []byte) {
		a := revocation.Answers{OCSPs: [][]byte{answer}, CRLs: [][]byte{list}}
		assert.Equal(t, revocation.Unknown, a.Judge(cert, cert, then, 0).Status)
	})
}
