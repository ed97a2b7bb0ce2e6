package cades_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha512"
	"crypto/x509"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/cades"
)

const document = "Lejekontrakt for Grusgraven 1, æøå"

// digest returns the digest of the document.
func digest(h crypto.Hash) []byte { return digestOf(h, []byte(document)) }

func digestOf(h crypto.Hash, b []byte) []byte {
	d := h.New()
	d.Write(b)
	return d.Sum(nil)
}

func pss(salt int, hash []byte) []byte {
	return algorithm(oid(1, 2, 840, 113549, 1, 1, 10), der(0x30,
		der(0xa0, algorithm(hash)), der(0xa1, algorithm(oid(1, 2, 840, 113549, 1, 1, 8), algorithm(hash))), der(0xa2, value(salt))))
}

func TestVerifyTakesWhatIsGenuine(t *testing.T) {
	plain, curve := newSigner(rsaKey(), nil), newSigner(ecKey(), nil)
	another := newSigner(ecKey(), func(c *x509.Certificate) { c.SerialNumber.SetInt64(8) })
	withPSS := newSigner(rsaKey(), nil)
	withPSS.alg = pss(32, idSHA256())
	anyRSA := newSigner(rsaKey(), nil)
	anyRSA.alg = algorithm(oid(1, 2, 840, 113549, 1, 1, 1), null)
	sha512 := newSigner(rsaKey(), nil)
	sha512.alg = algorithm(oid(1, 2, 840, 113549, 1, 1, 13), null)
	for title, m := range map[string]message{
		"RSA":                  {signer: plain},
		"RSA without the hash": {signer: anyRSA},
		"RSA with SHA-512": {
			signer: sha512, digest: digest(crypto.SHA512), digestAlg: algorithm(oid(2, 16, 840, 1, 101, 3, 4, 2, 3), null), options: crypto.SHA512,
		},
		"RSA-PSS":                          {signer: withPSS, options: &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}},
		"ECDSA":                            {signer: curve},
		"signer by key id":                 {signer: plain, identifier: der(0x80, []byte{1, 2, 3})},
		"more certificates":                {signer: plain, certs: [][]byte{another.cert.Raw, plain.cert.Raw, der(0x30)}},
		"a certificate twice":              {signer: plain, certs: [][]byte{plain.cert.Raw, plain.cert.Raw}},
		"without protection":               {signer: plain, attributes: func(all [][]byte) [][]byte { return all[:3] }},
		"without the certificate's digest": {signer: plain, attributes: func(all [][]byte) [][]byte { return all[:2] }},
		"another attribute":                {signer: plain, attributes: func(all [][]byte) [][]byte { return append(all, attribute(oid(1, 2, 3), null, null)) }},
	} {
		t.Run(title, func(t *testing.T) {
			if m.digest == nil {
				m.digest = digest(crypto.SHA256)
			}
			got, err := cades.Verify(m.bytes(), digest)
			require.NoError(t, err)
			assert.True(t, got.Certificate.Equal(m.cert))
			assert.Equal(t, title != "without the certificate's digest", got.Named)
			assert.Nil(t, got.Timestamp)
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	plain, curve := newSigner(rsaKey(), nil), newSigner(ecKey(), nil)
	another := newSigner(ecKey(), func(c *x509.Certificate) { c.SerialNumber.SetInt64(8) })
	short := newSigner(shortKey(), nil)
	wrongPSS := func(alg []byte) *signer {
		s := newSigner(rsaKey(), nil)
		s.alg = alg
		return s
	}
	flip := func(b []byte) []byte {
		b[len(b)/2] ^= 1
		return b
	}
	only := func(keep ...int) func([][]byte) [][]byte {
		return func(all [][]byte) [][]byte {
			var kept [][]byte
			for _, i := range keep {
				kept = append(kept, all[i])
			}
			return kept
		}
	}
	instead := func(i int, with []byte) func([][]byte) [][]byte {
		return func(all [][]byte) [][]byte {
			all[i] = with
			return all
		}
	}
	sha256 := digest(crypto.SHA256)
	for title, c := range map[string]struct {
		m   message
		why string
	}{
		"digest of something else":      {message{signer: plain, digest: digestOf(crypto.SHA256, []byte("x"))}, "the digest of something else"},
		"digest cut":                    {message{signer: plain, digest: sha256[:16]}, "the digest of something else"},
		"digest missing":                {message{signer: plain, attributes: only(0, 2)}, "no digest among"},
		"digest twice":                  {message{signer: plain, attributes: only(0, 1, 1, 2)}, "an attribute twice"},
		"digest with two values":        {message{signer: plain, attributes: instead(1, attribute(idDigest(), octets(sha256), octets(sha256)))}, "no digest among"},
		"digest of no value":            {message{signer: plain, attributes: instead(1, attribute(idDigest()))}, "attributes that cannot be read"},
		"content type missing":          {message{signer: plain, attributes: only(1, 2)}, "another content type"},
		"content type another":          {message{signer: plain, attributes: instead(0, attribute(idType(), idTST()))}, "another content type"},
		"attributes missing":            {message{signer: plain, attributes: only()}, "no signed attributes"},
		"content in it":                 {message{signer: plain, content: []byte(document)}, "another content"},
		"a timestamp":                   {message{signer: plain, contentType: idTST()}, "another content"},
		"SHA-1":                         {message{signer: plain, digestAlg: algorithm(idSHA1())}, "too short or not known"},
		"digest with parameters":        {message{signer: plain, digestAlg: algorithm(idSHA256(), octets(nil))}, "too short or not known"},
		"signature one bit off":         {message{signer: plain, value: flip}, "wrong signature"},
		"signature of ECDSA off":        {message{signer: curve, value: flip}, "wrong signature"},
		"signature empty":               {message{signer: plain, value: func([]byte) []byte { return nil }}, "wrong signature"},
		"algorithm of another key":      {message{signer: wrongPSS(algorithm(oid(1, 2, 840, 10045, 4, 3, 2)))}, "does not fit"},
		"algorithm of another hash":     {message{signer: wrongPSS(algorithm(oid(1, 2, 840, 113549, 1, 1, 13), null))}, "does not fit"},
		"algorithm unknown":             {message{signer: wrongPSS(algorithm(oid(1, 2, 3)))}, "does not fit"},
		"PSS without parameters":        {message{signer: wrongPSS(algorithm(oid(1, 2, 840, 113549, 1, 1, 10)))}, "cannot be read"},
		"PSS with SHA-1":                {message{signer: wrongPSS(pss(20, idSHA1()))}, "do not fit"},
		"PSS with another salt":         {message{signer: wrongPSS(pss(20, idSHA256())), options: &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}}, "wrong signature"},
		"PSS without salt":              {message{signer: wrongPSS(pss(0, idSHA256())), options: &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}}, "wrong signature"},
		"RSA of 1024 bits":              {message{signer: short}, "less than 2048"},
		"certificate missing":           {message{signer: plain, certs: [][]byte{curve.cert.Raw[:0]}}, "the signer's certificate is not in it"},
		"certificate of somebody else":  {message{signer: plain, certs: [][]byte{another.cert.Raw}}, "the signer's certificate is not in it"},
		"certificate of another key":    {message{signer: plain, certs: [][]byte{curve.cert.Raw}}, "does not fit"},
		"two certificates of one name":  {message{signer: plain, certs: [][]byte{plain.cert.Raw, curve.cert.Raw}}, "two certificates"},
		"certificate's digest another":  {message{signer: plain, attributes: instead(2, attribute(idCertV2(), certificateID(another.cert)))}, "names another certificate"},
		"certificate's digest unread":   {message{signer: plain, attributes: instead(2, attribute(idCertV2(), null))}, "an attribute that names the certificate cannot be read"},
		"certificate's digest empty":    {message{signer: plain, attributes: instead(2, attribute(idCertV2(), der(0x30, der(0x30))))}, "an attribute that names the certificate cannot be read"},
		"certificate's digest in SHA-1": {message{signer: plain, attributes: instead(2, attribute(idCertV2(), der(0x30, der(0x30, der(0x30, algorithm(idSHA1()), octets(sha256))))))}, "not known"},
		"protected algorithms others":   {message{signer: plain, attributes: instead(3, attribute(idProtects(), der(0x30, algorithm(oid(2, 16, 840, 1, 101, 3, 4, 2, 3)), der(0xa1, oid(1, 2, 840, 113549, 1, 1, 11)))))}, "protected algorithms"},
		"protected algorithms unread":   {message{signer: plain, attributes: instead(3, attribute(idProtects(), null))}, "protected algorithms"},
		"two signers":                   {message{signer: plain, signers: func(one []byte) []byte { return append(one, one...) }}, "not exactly one signer"},
		"no signer":                     {message{signer: plain, signers: func([]byte) []byte { return nil }}, "not exactly one signer"},
		"signer unread":                 {message{signer: plain, signers: func([]byte) []byte { return null }}, "a signer that cannot be read"},
		"signer by an empty key id":     {message{signer: plain, identifier: der(0x80)}, "the signer's certificate is not in it"},
	} {
		t.Run(title, func(t *testing.T) {
			if c.m.digest == nil {
				c.m.digest = sha256
			}
			got, err := cades.Verify(c.m.bytes(), digest)
			assert.Nil(t, got)
			var e *cades.Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, e.Why, c.why)
		})
	}
}

func TestVerifyRefusesAnotherForm(t *testing.T) {
	good := message{signer: newSigner(ecKey(), nil), digest: digest(crypto.SHA256)}.bytes()
	for title, b := range map[string][]byte{
		"nothing": nil, "text": []byte("æøå"), "cut": good[:len(good)-1], "bytes behind": append(good[:len(good):len(good)], 0),
		"indefinite length": append([]byte{0x30, 0x80}, good[4:]...), "another type": der(0x30, idData(), der(0xa0, octets(nil))), "too long": make([]byte, cades.MaxSize+1),
	} {
		_, err := cades.Verify(b, digest)
		var e *cades.Error
		assert.ErrorAs(t, err, &e, title)
		_, err = cades.VerifyTimestamp(b, digest)
		assert.ErrorAs(t, err, &e, title)
	}
}

// A chain is only as quick as its largest key.
func TestVerifyRefusesHugeKeys(t *testing.T) {
	s := newSigner(ecKey(), nil)
	n := new(big.Int).Lsh(big.NewInt(1), 8200)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(9)}, s.cert, &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}, s.key)
	require.NoError(t, err)
	m := message{signer: s, certs: [][]byte{s.cert.Raw, der}, digest: digest(crypto.SHA256)}
	_, err = cades.Verify(m.bytes(), digest)
	assert.ErrorContains(t, err, "more than 8192 bits")
}
