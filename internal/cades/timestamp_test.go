package cades_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/fakepdf"
)

// stamper makes a certificate for timestamps.
func stamper(change func(c *x509.Certificate)) *signer {
	return newSigner(ecKey(), func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{usage(true, 8)}
		if change != nil {
			change(c)
		}
	})
}

// usage is the extension for extended key usage, of id-kp and these numbers.
func usage(critical bool, kp ...int) pkix.Extension {
	var ids [][]byte
	for _, n := range kp {
		ids = append(ids, oid(1, 3, 6, 1, 5, 5, 7, 3, n))
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: der(0x30, ids...)}
}

// info is a TSTInfo over the document.
func info(at string, change func(parts [][]byte) [][]byte) []byte {
	parts := [][]byte{value(1), oid(1, 2, 3), der(0x30, algorithm(idSHA256()), octets(digest(crypto.SHA256))), value(77), der(0x18, []byte(at))}
	if change != nil {
		parts = change(parts)
	}
	return der(0x30, parts...)
}

func token(s *signer, content []byte) message {
	return message{signer: s, contentType: idTST(), content: content, digest: digestOf(crypto.SHA256, content)}
}

func TestVerifyTimestampReadsTheTime(t *testing.T) {
	for at, want := range map[string]time.Time{
		"20310314120000Z":       then,
		"20310314120000.5Z":     then.Add(time.Second / 2),
		"20310314120000.00123Z": then.Add(1230 * time.Microsecond),
	} {
		s := stamper(nil)
		got, err := cades.VerifyTimestamp(token(s, info(at, nil)).bytes(), digest)
		require.NoError(t, err, at)
		assert.Equal(t, want, got.Time)
		assert.True(t, got.Certificate.Equal(s.cert))
	}
	more := func(parts [][]byte) [][]byte {
		return append(parts, der(0x30, value(1)), der(0x01, []byte{0xff}), value(99), der(0xa0, der(0xa4, der(0x30))), der(0xa1))
	}
	_, err := cades.VerifyTimestamp(token(stamper(nil), info("20310314120000Z", more)).bytes(), digest)
	assert.NoError(t, err, "with accuracy, ordering, nonce, name and extensions")
}

func TestVerifyTimestampRefuses(t *testing.T) {
	part := func(i int, with []byte) func([][]byte) [][]byte {
		return func(parts [][]byte) [][]byte {
			parts[i] = with
			return parts
		}
	}
	good := info("20310314120000Z", nil)
	for title, c := range map[string]struct {
		m   message
		why string
	}{
		"of something else":        {token(stamper(nil), info("20310314120000Z", part(2, der(0x30, algorithm(idSHA256()), octets(digestOf(crypto.SHA256, nil)))))), "of something else"},
		"of SHA-1":                 {token(stamper(nil), info("20310314120000Z", part(2, der(0x30, algorithm(idSHA1()), octets(make([]byte, 20)))))), "of something else"},
		"of another version":       {token(stamper(nil), info("20310314120000Z", part(0, value(2)))), "cannot be read"},
		"without a zone":           {token(stamper(nil), info("20310314120000", nil)), "without a time in UTC"},
		"in another zone":          {token(stamper(nil), info("20310314120000+0100", nil)), "without a time in UTC"},
		"without seconds":          {token(stamper(nil), info("203103141200Z", nil)), "without a time in UTC"},
		"with a comma":             {token(stamper(nil), info("20310314120000,5Z", nil)), "without a time in UTC"},
		"with zeros at the end":    {token(stamper(nil), info("20310314120000.50Z", nil)), "without a time in UTC"},
		"on no day":                {token(stamper(nil), info("20310230120000Z", nil)), "without a time in UTC"},
		"in UTCTime":               {token(stamper(nil), info("", part(4, der(0x17, []byte("310314120000Z"))))), "without a time in UTC"},
		"after the certificate":    {token(stamper(nil), info("20310314130001Z", nil)), "outside the life"},
		"before the certificate":   {token(stamper(nil), info("20310314105959Z", nil)), "outside the life"},
		"by a server":              {token(stamper(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{usage(true, 1)} }), good), "not for timestamps alone"},
		"by a server and stamper":  {token(stamper(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{usage(true, 8, 1)} }), good), "not for timestamps alone"},
		"by a usage not critical":  {token(stamper(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{usage(false, 8)} }), good), "not for timestamps alone"},
		"by a usage unknown":       {token(stamper(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{usage(true, 8, 999)} }), good), "not for timestamps alone"},
		"by anything":              {token(stamper(func(c *x509.Certificate) { c.ExtraExtensions = nil }), good), "not for timestamps alone"},
		"content changed":          {message{signer: stamper(nil), contentType: idTST(), content: good, digest: digestOf(crypto.SHA256, []byte("x"))}, "the digest of something else"},
		"no content":               {message{signer: stamper(nil), contentType: idTST(), digest: digest(crypto.SHA256)}, "no timestamp"},
		"a document":               {message{signer: stamper(nil), content: good, digest: digestOf(crypto.SHA256, good)}, "no timestamp"},
		"bytes behind the content": {token(stamper(nil), append(good, 0)), "cannot be read"},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := cades.VerifyTimestamp(c.m.bytes(), digest)
			assert.Nil(t, got)
			var e *cades.Error
			require.ErrorAs(t, err, &e)
			assert.Contains(t, e.Why, c.why)
		})
	}
}

func TestVerifyFindsTheTimestamp(t *testing.T) {
	mark := token(stamper(nil), info("20310314120000Z", nil)).bytes()
	m := message{signer: newSigner(ecKey(), nil), digest: digest(crypto.SHA256), unsigned: [][]byte{attribute(idTimestamp(), mark)}}
	got, err := cades.Verify(m.bytes(), digest)
	require.NoError(t, err)
	assert.Equal(t, mark, got.Timestamp)

	m.unsigned = [][]byte{attribute(idTimestamp(), mark, mark)}
	got, err = cades.Verify(m.bytes(), digest)
	require.NoError(t, err)
	assert.Nil(t, got.Timestamp, "two of them prove no time")

	m.unsigned = append(m.unsigned, m.unsigned[0])
	_, err = cades.Verify(m.bytes(), digest)
	assert.Error(t, err)
}

func TestChainNeedsRoots(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return then }})
	require.NoError(t, err)
	b, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return then }})
	require.NoError(t, err)
	others := []*x509.Certificate{a.RootCertificate(), b.RootCertificate()}
	assert.NotNil(t, cades.Chain(a.TSACertificate(), others, a.Roots(), then, x509.ExtKeyUsageTimeStamping))
	assert.NotNil(t, cades.Chain(a.SealCertificate(), nil, a.Roots(), then))
	assert.Nil(t, cades.Chain(a.SealCertificate(), others, b.Roots(), then), "what comes along vouches for nobody")
	assert.Nil(t, cades.Chain(a.SealCertificate(), others, nil, then), "no roots are not those of the system")
	assert.Nil(t, cades.Chain(a.SealCertificate(), nil, a.Roots(), then.AddDate(20, 0, 0)))
	assert.Nil(t, cades.Chain(a.TSACertificate(), nil, a.Roots(), then, x509.ExtKeyUsageServerAuth))
}
