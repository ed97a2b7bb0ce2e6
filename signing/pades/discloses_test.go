package pades_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

func TestDiscloses(t *testing.T) {
	a := newAuthority(t)
	digits := cprtest.Number(9).Reveal()
	number := digits[:6] + "-" + digits[6:]
	sign := func(pdf []byte, s fakepdf.Signature) []byte {
		s.At = signedAt
		out, err := a.Sign(pdf, s)
		require.NoError(t, err)
		return out
	}
	login := func(claims fields) []byte {
		return sign(contract(), fakepdf.Signature{ContactInfo: contact(t, "PRODUCTION", oneLogin, idToken(t, header, claims.with(fields{"iat": signedAt.Unix(), "exp": signedAt.Unix()})))})
	}
	attached := func(content string) []byte {
		out, err := a.Seal(contract(), fakepdf.Seal{At: signedAt, Attachments: map[string][]byte{"æ.txt": []byte(content)}})
		require.NoError(t, err)
		return out
	}
	for title, c := range map[string]struct {
		pdf  []byte
		want []pades.Disclosure
	}{
		"nothing":                       {sign(contract(), fakepdf.Signature{}), nil},
		"what a page shows":             {sign(fakepdf.New(fakepdf.Page{Lines: []string{number}}), fakepdf.Signature{}), nil},
		"a name":                        {sign(contract(), fakepdf.Signature{Name: "Åse Sørensen"}), []pades.Disclosure{pades.DisclosesName}},
		"a number in the reason":        {sign(contract(), fakepdf.Signature{Reason: "Underskrevet af " + digits}), []pades.Disclosure{pades.DisclosesCPR}},
		"an order in the reason":        {sign(contract(), fakepdf.Signature{Reason: "Sag 99123456789012, 0a1b2c3d-0112-4234-8765-1212121212ab"}), nil},
		"a contact":                     {sign(contract(), fakepdf.Signature{ContactInfo: "aase@example.dk"}), []pades.Disclosure{pades.DisclosesEmail}},
		"a handle":                      {sign(contract(), fakepdf.Signature{Reason: "2 stk. @ 100 kr."}), nil},
		"a number in the title":         {sign(fakepdf.Document{Title: "Lønseddel " + number}.Bytes(), fakepdf.Signature{}), []pades.Disclosure{pades.DisclosesCPR}},
		"a number in an attachment":     {attached("Åse Sørensen;" + number), []pades.Disclosure{pades.DisclosesCPR}},
		"an attachment that is no text": {attached("\xff\xfe" + digits), nil},
		"a CPR number in a login":       {login(fields{"cprNumberIdentifier": digits}), []pades.Disclosure{pades.DisclosesCPR}},
		"an address in a login": {login(fields{"address": fields{"street": "Grusgraven 1"}, "sub": "x", "ip": "192.0.2.1", "birthdate": "1985-06-11", "email": "aase@example.dk"}), []pades.Disclosure{
			pades.DisclosesBirthDate, pades.DisclosesAddress, pades.DisclosesID, pades.DisclosesIP, pades.DisclosesEmail,
		}},
		"claims that are empty": {login(fields{"name": "", "address": nil}), nil},
	} {
		t.Run(title, func(t *testing.T) {
			assert.Equal(t, c.want, verify(t, c.pdf, generic(a)).Discloses)
		})
	}
}
