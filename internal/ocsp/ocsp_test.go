package ocsp

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
)

const skew = 5 * time.Minute

// judge reads and checks an answer.
func judge(der []byte, cert, issuer *x509.Certificate) error {
	r, err := Parse(der)
	if err != nil {
		return err
	}
	return r.Check(cert, issuer, now, skew)
}

func TestAGoodAnswer(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*draft){
		"as recorded": nil,
		"by name":     func(d *draft) { d.responder, d.data.Responder = nil, context(1, true, w.responder.RawSubject) },
		"SHA-256": func(d *draft) {
			id := &d.single.ID
			id.Hash.Algorithm, id.NameHash, id.KeyHash = oidSHA256, sum256(w.cert.RawIssuer), sum256(w.keyBits(w.ca))
		},
		"an archive cutoff": func(d *draft) {
			d.single.Extensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}, Value: []byte{5, 0}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			der := w.answer(change)
			require.NoError(t, judge(der, w.cert, nil))
			require.NoError(t, judge(der, w.cert, w.ca))
			r, err := Parse(der)
			require.NoError(t, err)
			assert.Equal(t, Good, r.Status)
			assert.Equal(t, w.cert.SerialNumber, r.Serial)
			assert.True(t, r.NextUpdate.Equal(now.Add(time.Hour)))
		})
	}
	direct := w.answer(func(d *draft) { d.signer, d.responder, d.basic.Certs = w.caKey, w.ca, nil })
	require.NoError(t, judge(direct, w.cert, w.ca), "the authority itself")
	require.Error(t, judge(direct, w.cert, nil), "nobody knows who signed")
}

func TestBadAnswersAreRefused(t *testing.T) {
	w := newWorld(t)
	plain, plainKey := w.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "no responder"}})
	old, oldKey := w.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "old"}, NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
	other := newWorld(t)
	by := func(c *x509.Certificate) []asn1.RawValue { return []asn1.RawValue{{FullBytes: c.Raw}} }
	critical := []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
	for name, change := range map[string]func(*draft){
		"try later":                       func(d *draft) { d.response.Status = 3 },
		"another type":                    func(d *draft) { d.response.Bytes.Type = asn1.ObjectIdentifier{1, 2, 3} },
		"noise inside":                    func(d *draft) { d.response.Bytes.Response = []byte("æøå") },
		"another version":                 func(d *draft) { d.data.Version = 1 },
		"two answers":                     func(d *draft) { d.data.Responses = make([]outSingle, 2) },
		"no answers":                      func(d *draft) { d.data.Responses = []outSingle{} },
		"critical extension":              func(d *draft) { d.data.Extensions = critical },
		"critical extension of one":       func(d *draft) { d.single.Extensions = critical },
		"two signers":                     func(d *draft) { d.basic.Certs = append(by(w.responder), by(w.ca)...) },
		"a signer of noise":               func(d *draft) { d.basic.Certs = []asn1.RawValue{{FullBytes: []byte{0x30, 0}}} },
		"no signer":                       func(d *draft) { d.basic.Certs = nil },
		"SHA-1 signature":                 func(d *draft) { d.basic.Algorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1} },
		"RSA for an ECDSA key":            func(d *draft) { d.basic.Algorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11} },
		"another serial":                  func(d *draft) { d.single.ID.Serial = big.NewInt(5) },
		"another issuer":                  func(d *draft) { d.single.ID.NameHash = sum1(nil) },
		"digests of another kind":         func(d *draft) { d.single.ID.Hash.Algorithm = oidSHA256 },
		"digests of an unknown kind":      func(d *draft) { d.single.ID.Hash.Algorithm = oidBasic },
		"revoked":                         func(d *draft) { d.single.Status = context(1, true, []byte("\x18\x0f20260101000000Z")) },
		"unknown":                         func(d *draft) { d.single.Status = context(2, false, nil) },
		"a fourth status":                 func(d *draft) { d.single.Status = context(3, false, nil) },
		"good with something in it":       func(d *draft) { d.single.Status = context(0, false, []byte{0}) },
		"a status that is none":           func(d *draft) { d.single.Status = asn1.NullRawValue },
		"no responder named":              func(d *draft) { d.responder, d.data.Responder = nil, asn1.NullRawValue },
		"a third way of naming":           func(d *draft) { d.responder, d.data.Responder = nil, context(3, true, []byte{5, 0}) },
		"another responder named":         func(d *draft) { d.responder = w.ca },
		"another responder named by name": func(d *draft) { d.responder, d.data.Responder = nil, context(1, true, w.ca.RawSubject) },
		"never ends":                      func(d *draft) { d.single.NextUpdate = time.Time{} },
		"outdated":                        func(d *draft) { d.single.NextUpdate = now.Add(-skew) },
		"of tomorrow":                     func(d *draft) { d.single.ThisUpdate = now.Add(skew + time.Second) },
		"made tomorrow":                   func(d *draft) { d.data.ProducedAt = now.Add(skew + time.Second) },
		"ends before it begins": func(d *draft) {
			d.single.ThisUpdate, d.single.NextUpdate = now.Add(time.Minute), now
		},
		"signer may not sign":     func(d *draft) { d.signer, d.responder, d.basic.Certs = plainKey, plain, by(plain) },
		"signer is outdated":      func(d *draft) { d.signer, d.responder, d.basic.Certs = oldKey, old, by(old) },
		"signed by another key":   func(d *draft) { d.signer = plainKey },
		"signed by the subject":   func(d *draft) { d.signer, d.responder, d.basic.Certs = w.certKey, w.cert, by(w.cert) },
		"signature of noise":      func(d *draft) { d.basic.Signature = asn1.BitString{Bytes: []byte{1}, BitLength: 8} },
		"signature of seven bits": func(d *draft) { d.basic.Signature = asn1.BitString{Bytes: []byte{2}, BitLength: 7} },
		"signer of another authority": func(d *draft) {
			d.signer, d.responder, d.basic.Certs = other.responderKey, other.responder, by(other.responder)
		},
	} {
		t.Run(name, func(t *testing.T) {
			der := w.answer(change)
			for _, issuer := range []*x509.Certificate{nil, w.ca} {
				if name == "no signer" && issuer != nil {
					continue // then it says that the authority signed, which is another case
				}
				err := judge(der, w.cert, issuer)
				require.Error(t, err)
				require.Equal(t, fault.TokenInvalid, fault.ClassOf(err))
			}
		})
	}
}

// Without the authority's certificate a made-up responder passes; with it, not.
// That is what the package documentation says of it.
func TestOnlyTheAuthoritysCertificateUnmasksAMadeUpResponder(t *testing.T) {
	w := newWorld(t)
	forger := newWorld(t) // has the real authority's name, and takes its key id
	forger.ca.SubjectKeyId = w.ca.SubjectKeyId
	der := w.answer(func(d *draft) {
		fake, key := forger.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "OCSP"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
		d.signer, d.responder, d.basic.Certs = key, fake, []asn1.RawValue{{FullBytes: fake.Raw}}
	})
	require.NoError(t, judge(der, w.cert, nil))
	require.ErrorContains(t, judge(der, w.cert, w.ca), "not of the configured issuer")
	require.Error(t, judge(w.answer(nil), w.cert, forger.ca), "another authority than the one configured")
	require.Error(t, judge(w.answer(nil), nil, nil))
}

func TestEveryByteCounts(t *testing.T) {
	w := newWorld(t)
	der := w.answer(nil)
	require.NoError(t, judge(der, w.cert, w.ca))
	require.Error(t, judge(append(bytes.Clone(der), 0), w.cert, w.ca), "something behind it")
	require.Error(t, judge(make([]byte, MaxSize+1), w.cert, w.ca))
	signature := len(w.responder.Raw)
	for i := range der[:len(der)-signature] {
		spoilt := bytes.Clone(der)
		spoilt[i] ^= 1
		if judge(spoilt, w.cert, w.ca) == nil {
			// What the signature does not cover and nothing reads: parameters of the
			// algorithm identifier. No fact of the answer may change by it.
			r, err := Parse(spoilt)
			require.NoError(t, err)
			require.Equal(t, w.cert.SerialNumber, r.Serial)
		}
	}
	for i := range der {
		require.Error(t, judge(der[:i], w.cert, w.ca))
	}
}

func FuzzParse(f *testing.F) {
	w := newWorld(f)
	f.Add(w.answer(nil))
	f.Add(w.answer(func(d *draft) { d.single.Status = context(1, true, []byte("\x18\x0f20260101000000Z")) }))
	f.Add([]byte{0x30, 3, 0x0a, 1, 3})
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := Parse(der)
		if (r == nil) == (err == nil) {
			t.Fatal("an answer and an error, or neither")
		}
		if err != nil {
			return
		}
		// Without the signature, whose arithmetic would be all that the fuzzer sees.
		_ = r.CheckTime(now, skew)
		if r.names(w.cert, w.ca) && len(r.issuerName) == 0 {
			t.Fatal("an answer about nobody is about this certificate")
		}
		_ = r.isBy(w.responder)
	})
}
