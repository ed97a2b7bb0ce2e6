package pades_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

const (
	oneLogin  = "criipto.signature.jwt.v1"
	drawable  = "criipto.signature.drawable.v1"
	composite = "criipto.signature.composite.v1"
)

func criiptoPolicy(a *fakepdf.Authority) pades.Policy {
	p := pades.ForCriipto(a.Roots())
	p.At = signedAt.Add(time.Hour)
	return p
}

func TestCriiptoNamesThePerson(t *testing.T) {
	a := newAuthority(t)
	number := cprtest.Number(3)
	said := loggedIn().with(fields{"cprNumberIdentifier": number.Reveal(), "cvrNumberIdentifier": "12345674"})
	r := verify(t, signed(t, a, contact(t, "PRODUCTION", oneLogin, idToken(t, header, said))), criiptoPolicy(a))
	require.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
	require.Len(t, r.Signatures[0].Persons, 1)
	p := r.Signatures[0].Persons[0]
	uuid, err := claims.ParseUUID("7f2e1c34-5d6b-4a3f-8a55-2b0e0bbf1a11")
	require.NoError(t, err)
	cvr, err := claims.ParseCVR("12345674")
	require.NoError(t, err)
	assert.Equal(t, pades.Person{
		Name: "Åse Sørensen", Subject: "{7f2e1c34-5d6b-4a3f-8a55-2b0e0bbf1a11}", UUID: uuid, BirthDate: time.Date(1985, 6, 11, 0, 0, 0, 0, time.UTC),
		CPR: number, CVR: cvr, Level: claims.Substantial, Scheme: "dkmitid", Issuer: "https://grusgraven-test.criipto.id", Audience: "urn:my:application",
		LoginAt: signedAt.Add(-time.Minute), Order: "ordre-ø", Signatory: "underskriver-å", Said: "Lejekontrakt, Ærø",
	}, p)
	assert.Contains(t, r.Signatures[0].Notes, pades.KeysBySeal)
	assert.Subset(t, r.Discloses, []pades.Disclosure{pades.DisclosesCPR, pades.DisclosesName, pades.DisclosesBirthDate, pades.DisclosesID})
	for _, l := range []pades.Language{pades.Danish, pades.English} {
		assert.Contains(t, r.Text(l), "Åse Sørensen")
		assert.NotContains(t, r.Text(l), number.Reveal())
	}
}

// negativeSerial is a certificate that crypto/x509 refuses, as genuine ones of tokens.
func negativeSerial(t testing.TB) []byte {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(0x123456789abcdef), NotBefore: signedAt.AddDate(-1, 0, 0), NotAfter: signedAt.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, tokenKeys()[0].Public(), tokenKeys()[0])
	require.NoError(t, err)
	der = bytes.Replace(der, c.SerialNumber.Bytes(), append([]byte{0x81}, c.SerialNumber.Bytes()[1:]...), 1)
	_, err = x509.ParseCertificate(der)
	require.Error(t, err)
	return der
}

func TestCriiptoEvidence(t *testing.T) {
	a := newAuthority(t)
	own, strangers := tokenKeys()[0], tokenKeys()[1]
	good := idToken(t, header, loggedIn())
	drawn := fields{"image": "iVBORw0KGgo=", "name": "Bo Ærlig"}
	login := func(header, claims fields) string {
		return contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn().with(claims)))
	}
	parts := func(all ...any) string { return contact(t, "PRODUCTION", composite, all) }
	part := func(kind string, value any) fields { return fields{"type": kind, "value": value} }
	issuer := "https://grusgraven-test.criipto.id"
	at := func(d time.Duration) int64 { return signedAt.Add(d).Unix() }
	for title, c := range map[string]struct {
		evidence string
		change   func(p *pades.Policy)
		want     []pades.Reason
		notes    []pades.Note
		persons  int
	}{
		"one login":               {login(header, nil), nil, nil, []pades.Note{pades.KeysBySeal}, 1},
		"without the prefix":      {contact(t, "PRODUCTION", "signature.jwt.v1", good), nil, nil, nil, 1},
		"PS256 in place of RS256": {login(header.with(fields{"alg": "PS256"}), nil), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"a certificate beside the key that crypto/x509 refuses": {contact(t, "PRODUCTION", oneLogin, good.with(fields{
			"jwks": jwks(t, "nøgle-1", own, fields{"x5c": []string{base64.StdEncoding.EncodeToString(negativeSerial(t))}}),
		})), nil, nil, nil, 1},
		"members that nobody knows": {strings.Replace(login(header, fields{"ny": "æ"}), "{", `{"later":{"å":[1]},`, 1), nil, nil, nil, 1},

		"keys that were fetched": {login(header, nil), func(p *pades.Policy) {
			p.Keys = map[string][]byte{issuer: []byte(jwks(t, "nøgle-1", own, nil))}
		}, nil, []pades.Note{}, 1},
		"keys that were fetched are others": {login(header, nil), func(p *pades.Policy) {
			p.Keys = map[string][]byte{issuer: []byte(jwks(t, "nøgle-1", strangers, nil))}
		}, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"keys of another issuer were fetched": {login(header, nil), func(p *pades.Policy) {
			p.Keys = map[string][]byte{"https://other.criipto.id": []byte(jwks(t, "nøgle-1", strangers, nil))}
		}, nil, []pades.Note{pades.KeysBySeal}, 1},

		"unknown kid":       {login(header.with(fields{"kid": "nøgle-2"}), nil), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"alg none":          {login(header.with(fields{"alg": "none"}), nil), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"alg HS256":         {login(header.with(fields{"alg": "HS256"}), nil), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"signed by another": {contact(t, "PRODUCTION", oneLogin, fields{"jwt": jws(t, strangers, header, loggedIn()), "jwks": good["jwks"]}), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"no keys":           {contact(t, "PRODUCTION", oneLogin, good.with(fields{"jwks": nil})), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"no iat":            {login(header, fields{"iat": nil}), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"no exp":            {login(header, fields{"exp": nil}), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"over 64 KiB":       {login(header, fields{"name": strings.Repeat("æ", 64<<10)}), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},
		"too deep":          {login(header, fields{"x": deep(64)}), nil, []pades.Reason{pades.EvidenceWrong}, nil, 0},

		"another issuer":      {login(header, nil), func(p *pades.Policy) { p.Issuers = []string{issuer + "x"} }, []pades.Reason{pades.EvidenceWrong}, nil, 1},
		"the right issuer":    {login(header, nil), func(p *pades.Policy) { p.Issuers = []string{issuer} }, nil, nil, 1},
		"another application": {login(header, nil), func(p *pades.Policy) { p.Audiences = []string{"urn:other"} }, []pades.Reason{pades.EvidenceWrong}, nil, 1},
		"two applications": {login(header, fields{"aud": []string{"urn:my:application", "urn:other"}}), func(p *pades.Policy) {
			p.Audiences = []string{"urn:my:application"}
		}, []pades.Reason{pades.EvidenceWrong}, nil, 1},
		"a level too low":     {login(header, nil), func(p *pades.Policy) { p.MinLevel = claims.High }, []pades.Reason{pades.EvidenceWrong}, nil, 1},
		"a level that is met": {login(header, nil), func(p *pades.Policy) { p.MinLevel = claims.Substantial }, nil, nil, 1},
		"no level":            {login(header, fields{"loA": nil}), func(p *pades.Policy) { p.MinLevel = claims.Low }, []pades.Reason{pades.EvidenceWrong}, nil, 1},

		"a login after the signature":   {login(header, fields{"iat": at(6 * time.Minute)}), nil, []pades.Reason{pades.EvidenceElsewhen}, nil, 1},
		"a login long before":           {login(header, fields{"iat": at(-time.Hour), "exp": at(-40 * time.Minute)}), nil, []pades.Reason{pades.EvidenceElsewhen}, nil, 1},
		"clocks that differ a little":   {login(header, fields{"iat": at(4 * time.Minute)}), nil, nil, nil, 1},
		"a test environment":            {contact(t, "TEST", oneLogin, good), nil, []pades.Reason{pades.TestEnvironment}, nil, 1},
		"a test environment is allowed": {contact(t, "TEST", oneLogin, good), func(p *pades.Policy) { p.AllowTest = true }, nil, []pades.Note{pades.TestAllowed, pades.KeysBySeal}, 1},
		"an unknown environment":        {contact(t, "STAGING", oneLogin, good), nil, []pades.Reason{pades.TestEnvironment}, nil, 1},

		"a drawing":               {contact(t, "PRODUCTION", drawable, drawn), nil, nil, []pades.Note{pades.Drawn}, 1},
		"a drawing has no level":  {contact(t, "PRODUCTION", drawable, drawn), func(p *pades.Policy) { p.MinLevel = claims.Low }, []pades.Reason{pades.EvidenceMissing}, nil, 1},
		"a drawing has no issuer": {contact(t, "PRODUCTION", drawable, drawn), func(p *pades.Policy) { p.Issuers = []string{issuer} }, []pades.Reason{pades.EvidenceMissing}, nil, 1},
		"evidence of nothing":     {contact(t, "PRODUCTION", "criipto.signature.empty.v1", fields{}), nil, []pades.Reason{pades.EvidenceMissing}, nil, 0},
		"a drawing and a login":   {parts(part(drawable, drawn), part(oneLogin, good)), nil, nil, []pades.Note{pades.KeysBySeal}, 2},
		"one part is wrong":       {parts(part(oneLogin, good), part("signature.jwt.v1", idToken(t, header.with(fields{"kid": "x"}), loggedIn()))), nil, []pades.Reason{pades.EvidenceWrong}, nil, 1},
		"one login in two parts":  {parts(part(oneLogin, good), part(oneLogin, good)), nil, []pades.Reason{pades.EvidenceTwice}, nil, 2},
		"too many parts":          {parts(make([]any, 17)...), nil, []pades.Reason{pades.EvidenceMalformed}, nil, 0},

		"none":                {"", nil, []pades.Reason{pades.EvidenceMissing}, nil, 0},
		"an address":          {"Åse Sørensen, Grusgraven 1", nil, []pades.Reason{pades.EvidenceMissing}, nil, 0},
		"cut":                 {login(header, nil)[:200], nil, []pades.Reason{pades.EvidenceMalformed}, nil, 0},
		"names no signatory":  {strings.Replace(login(header, nil), "signatoryId", "signatory", 1), nil, []pades.Reason{pades.EvidenceMalformed}, nil, 0},
		"a member twice":      {strings.Replace(login(header, nil), "{", `{"type":"x",`, 1), nil, []pades.Reason{pades.EvidenceMalformed}, nil, 0},
		"a kind nobody knows": {contact(t, "PRODUCTION", "criipto.signature.jwt.v9", good), nil, []pades.Reason{pades.EvidenceMalformed}, nil, 0},
	} {
		t.Run(title, func(t *testing.T) {
			p := criiptoPolicy(a)
			if c.change != nil {
				c.change(&p)
			}
			r := verify(t, signed(t, a, c.evidence), p)
			s := r.Signatures[0]
			assert.ElementsMatch(t, c.want, r.Reasons)
			assert.Len(t, s.Persons, c.persons)
			if c.notes != nil {
				assert.ElementsMatch(t, c.notes, without(s.Notes, pades.NotTheOnly))
			}
			if c.persons == 2 {
				assert.NotEqual(t, "drawing", s.Persons[0].Scheme, "who logged in comes first")
			}
		})
	}
}

func without(all []pades.Note, one pades.Note) []pades.Note {
	out := []pades.Note{}
	for _, n := range all {
		if n != one {
			out = append(out, n)
		}
	}
	return out
}

func deep(n int) any {
	var v any = "æ"
	for range n {
		v = []any{v}
	}
	return v
}

// Nobody signs with the login of somebody else.
func TestOneLoginSignsOnce(t *testing.T) {
	a := newAuthority(t)
	same := contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn()))
	r := verify(t, signed(t, a, same, same), criiptoPolicy(a))
	assert.Equal(t, pades.Passed, r.Signatures[0].Verdict)
	assert.Equal(t, []pades.Reason{pades.EvidenceTwice}, r.Signatures[1].Reasons)
	other := contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn().with(fields{"name": "Bo Ærlig"})))
	assert.Equal(t, pades.Passed, verify(t, signed(t, a, same, other), criiptoPolicy(a)).Verdict)
}

// The evidence of a signature that fails is not read: nobody vouches for it.
func TestEvidenceOfAForgedSignatureIsNotRead(t *testing.T) {
	a := newAuthority(t)
	pdf := signed(t, a, contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn())))
	forged, err := a.Forge("evidence-swapped", pdf)
	require.NoError(t, err)
	r := verify(t, forged, criiptoPolicy(a))
	assert.Equal(t, pades.Failed, r.Verdict)
	assert.Empty(t, r.Signatures[0].Persons)
}

// The generic policy reads what is there.
func TestGenericPolicyReadsEvidence(t *testing.T) {
	a := newAuthority(t)
	for title, c := range map[string]struct {
		evidence string
		want     pades.Verdict
		persons  int
	}{
		"evidence":       {contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn())), pades.Passed, 1},
		"wrong evidence": {contact(t, "PRODUCTION", oneLogin, idToken(t, header.with(fields{"kid": "x"}), loggedIn())), pades.Failed, 0},
		"something else": {`{"phone":"æøå"}`, pades.Passed, 0},
		"none":           {"", pades.Passed, 0},
	} {
		t.Run(title, func(t *testing.T) {
			r := verify(t, signed(t, a, c.evidence), generic(a))
			assert.Equal(t, c.want, r.Verdict, "%v", r.Reasons)
			assert.Len(t, r.Signatures[0].Persons, c.persons)
		})
	}
}
