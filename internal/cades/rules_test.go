package cades_test

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/ber"
	"github.com/dkeid/dkeid/internal/cades"
)

// indefinite writes a DER value in BER: what holds others has no length and an end.
func indefinite(t *testing.T, in []byte) []byte {
	t.Helper()
	var out []byte
	for len(in) > 0 {
		n, _, err := ber.Length(in)
		require.NoError(t, err)
		one := in[:n]
		in = in[n:]
		if one[0]&0x20 == 0 {
			out = append(out, one...)
			continue
		}
		head := 2
		if one[1] > 0x80 {
			head += int(one[1] & 0x7f)
		}
		out = append(append(append(out, one[0], 0x80), indefinite(t, one[head:])...), 0, 0)
	}
	return out
}

func faultOf(t *testing.T, err error) cades.Fault {
	t.Helper()
	var e *cades.Error
	require.ErrorAs(t, err, &e)
	return e.Fault
}

func TestRulesBER(t *testing.T) {
	m := message{signer: newSigner(rsaKey(), nil), digest: digest(crypto.SHA256), attributes: inOrder}
	in := indefinite(t, m.bytes())
	_, err := cades.Verify(in, digest)
	assert.Equal(t, cades.Indefinite, faultOf(t, err))
	s, err := cades.Rules{BER: true}.Verify(in, digest)
	require.NoError(t, err)
	assert.Equal(t, m.cert.Raw, s.Certificate.Raw)

	t.Run("attributes in another order than DER wants", func(t *testing.T) {
		m := m
		m.shuffled = true
		_, err := cades.Rules{BER: true}.Verify(indefinite(t, m.bytes()), digest)
		require.NoError(t, err)
	})
	t.Run("one bit changed", func(t *testing.T) {
		in := bytes.Clone(in)
		at := bytes.Index(in, digest(crypto.SHA256))
		in[at] ^= 1
		_, err := cades.Rules{BER: true}.Verify(in, digest)
		assert.Equal(t, cades.WrongSignature, faultOf(t, err))
	})
	t.Run("something behind", func(t *testing.T) {
		_, err := cades.Rules{BER: true}.Verify(append(bytes.Clone(in), 0), digest)
		assert.Equal(t, cades.Malformed, faultOf(t, err))
	})
}

// inOrder sorts attributes as DER does.
func inOrder(all [][]byte) [][]byte {
	for i := range all {
		for j := range i {
			if bytes.Compare(all[i], all[j]) < 0 {
				all[i], all[j] = all[j], all[i]
			}
		}
	}
	return all
}

func TestVerifyTellsWhatIsSigned(t *testing.T) {
	plain := newSigner(rsaKey(), nil)
	at := time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC)
	v1 := func(digest []byte) []byte {
		return attribute(oid(1, 2, 840, 113549, 1, 9, 16, 2, 12), der(0x30, der(0x30, der(0x30, octets(digest)))))
	}
	sum := sha1.Sum(plain.cert.Raw)
	m := message{signer: plain, digest: digest(crypto.SHA256), attributes: func(all [][]byte) [][]byte {
		return append(all[:2], v1(sum[:]), attribute(oid(1, 2, 840, 113549, 1, 9, 5), value(at)),
			attribute(oid(1, 2, 840, 113583, 1, 1, 8), der(0x30)))
	}}
	s, err := cades.Verify(m.bytes(), digest)
	require.NoError(t, err)
	assert.True(t, s.NamedBySHA1 && !s.Named)
	assert.Equal(t, at, s.At)
	assert.Equal(t, []byte{0x30, 0}, s.Revocation)
	assert.Equal(t, crypto.SHA256, s.Digest)

	m.attributes = func(all [][]byte) [][]byte { return append(all[:2], v1(make([]byte, 20))) }
	_, err = cades.Verify(m.bytes(), digest)
	assert.Equal(t, cades.WrongCertificate, faultOf(t, err))
}

func TestFaults(t *testing.T) {
	m := message{signer: newSigner(rsaKey(), nil), digest: digest(crypto.SHA256)}
	_, err := cades.Verify(m.bytes(), func(h crypto.Hash) []byte { return digestOf(h, []byte("andet")) })
	assert.Equal(t, cades.WrongDigest, faultOf(t, err))
	m.digestAlg = algorithm(idSHA1())
	_, err = cades.Verify(m.bytes(), digest)
	assert.Equal(t, cades.Weak, faultOf(t, err))
	m = message{signer: newSigner(rsaKey(), nil), digest: digest(crypto.SHA256), certs: [][]byte{newSigner(ecKey(), nil).cert.Raw}, identifier: der(0x80, []byte{9})}
	_, err = cades.Verify(m.bytes(), digest)
	assert.Equal(t, cades.NoCertificate, faultOf(t, err))
}
