package oidcrp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certify returns a certificate of public, as x5c has it.
func certify(tb testing.TB, name string, public any) string {
	tb.Helper()
	issuer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: testNow, NotAfter: testNow.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, issuer)
	require.NoError(tb, err)
	return base64.StdEncoding.EncodeToString(der)
}

func TestVerifyByWhoMaySign(t *testing.T) {
	k := testKey(t, "mitid")
	named := certify(t, "Æblegården", k.Public())
	is := func(c *x509.Certificate) bool { return c != nil && c.Subject.CommonName == "Æblegården" }
	isNot := func(c *x509.Certificate) bool { return !is(c) }
	none := func(c *x509.Certificate) bool { return c == nil }
	for name, c := range map[string]struct {
		x5c    any
		signer func(*x509.Certificate) bool
		want   bool
	}{
		"its certificate":           {[]string{named}, is, true},
		"its certificate, not that": {[]string{named}, isNot, false},
		"anybody":                   {[]string{named}, nil, true},
		"no certificate":            {nil, is, false},
		"no certificate, anybody":   {nil, nil, true},
		"another key's":             {[]string{certify(t, "Æblegården", testKey(t, "general").Public())}, is, false},
		"another key's is none":     {[]string{certify(t, "Æblegården", ecKey(t, elliptic.P256()).Public())}, none, true},
		"an empty chain":            {[]string{}, none, true},
		"noise":                     {[]string{"????"}, none, true},
		"no list":                   {7, none, true},
		"too long":                  {[]string{named + string(make([]byte, maxCertificate))}, none, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			b.set("/jwks", 200, keyDocument(with(publicJWK(t, "mitid", k), "x5c", c.x5c)))
			v, err := newParty(t, b).VerifyBy(t.Context(), goodToken(t), Rules{Token: "slip", Signer: c.signer}, parse)
			if !c.want {
				requireClass(t, fault.TokenInvalid, err)
				assert.ErrorContains(t, err, "slip: signed with a key that is not for such tokens")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.signer != nil && is(v.Certificate), c.signer != nil && !none(v.Certificate))
		})
	}
}

func TestVerifyByTypes(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	for _, c := range []struct {
		typ   any
		types []string
		want  bool
	}{
		{"JWT", nil, true}, {nil, nil, true}, {"at+jwt", nil, false}, {"jwt", nil, true}, {"application/jwt", nil, true}, {"Application/JWT", nil, true}, {"", nil, false}, {"application/", nil, false},
		{"application/application/jwt", nil, false}, {"text/jwt", nil, false}, {"jwt ", nil, false}, {"jwt;v=1", nil, false}, {nil, []string{"jwt"}, false}, {7, nil, false},
		{"at+jwt", []string{"at+jwt"}, true}, {"AT+JWT", []string{"at+jwt"}, true}, {"application/at+JWT", []string{"at+jwt"}, true}, {"a\u0074+jwt ", []string{"at+jwt"}, false}, {"JWT", []string{"at+jwt"}, false},
		{nil, []string{"at+jwt"}, false}, {nil, []string{"at+jwt", ""}, true},
	} {
		raw := token(t, testKey(t, "mitid"), with(goodHeader(), "typ", c.typ), goodClaims())
		for range 2 {
			_, err := p.VerifyBy(t.Context(), raw, Rules{Types: c.types}, parse)
			if c.want {
				require.NoError(t, err, "%v %v", c.typ, c.types)
				continue
			}
			requireClass(t, fault.TokenInvalid, err)
		}
	}
}

// A token that passed as one kind is not good for another.
func TestATokenOfOneKindIsNotAnother(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	raw := token(t, testKey(t, "mitid"), with(goodHeader(), "typ", "at+jwt"), goodClaims())
	_, err := p.VerifyBy(t.Context(), raw, Rules{Types: []string{"at+jwt"}}, parse)
	require.NoError(t, err)
	_, err = p.Verify(t.Context(), raw, testNonce, parse)
	requireClass(t, fault.TokenInvalid, err)
}
