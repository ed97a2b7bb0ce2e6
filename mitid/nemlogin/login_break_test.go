package nemlogin

import (
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
)

// A NameID with another qualifier names another principal (SAML Core section 8.3.7). A
// LogoutRequest with it is refused, so such a login could never be ended.
func TestTheNameIDIsOneOfOurs(t *testing.T) {
	qualified := func(name, value string) func(*answer) {
		return func(w *answer) {
			w.assertion = func(el *etree.Element) { el.FindElement("./Subject/NameID").CreateAttr(name, value) }
		}
	}
	refuse(t, []spoilt{
		{"of another service provider", qualified("SPNameQualifier", "https://evil.example"), mitid.ErrResponseInvalid},
		{"of another service provider by one character", qualified("SPNameQualifier", spEntityID+"/"), mitid.ErrResponseInvalid},
		{"of another identity provider", qualified("NameQualifier", "https://evil.example"), mitid.ErrResponseInvalid},
		{"qualified by nothing", qualified("SPNameQualifier", ""), mitid.ErrResponseInvalid},
	})
	for name, value := range map[string]string{"SPNameQualifier": spEntityID, "NameQualifier": idpEntityID} {
		_, err := loginWith(t, mitid.Request{}, qualified(name, value))
		require.NoError(t, err, name)
	}
}

// A NameID in the SubjectConfirmation names somebody else who may bring the assertion
// (SAML Core section 2.4.1.1).
func TestNobodyElseConfirmsTheSubject(t *testing.T) {
	within := func(local string) func(*answer) {
		return func(w *answer) {
			w.assertion = func(el *etree.Element) {
				confirmation := el.FindElement(confirmationPath)
				other := etree.NewElement(local)
				other.SetText(namePerson + "9b8f6a52-3f0e-4b9c-8b0f-51b7f8a8d0aa")
				confirmation.InsertChildAt(0, other)
			}
		}
	}
	refuse(t, []spoilt{
		{"a NameID", within("saml:NameID"), mitid.ErrResponseInvalid},
		{"an EncryptedID", within("saml:EncryptedID"), mitid.ErrResponseInvalid},
		{"a BaseID", within("saml:BaseID"), mitid.ErrResponseInvalid},
	})
}

// A login that is accepted can be ended by the IdP. Or else it is refused.
func TestEveryLoginCanBeEnded(t *testing.T) {
	for name, index := range map[string]string{
		"plain":                         "session-å",
		"1,024 bytes":                   string(make1(1024)),
		"1,025 bytes":                   string(make1(1025)),
		"digits that look like a CPR":   cprtest.Number(2).Reveal(),
		"digits of the person's number": "_" + cprtest.Number(1).Reveal(),
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			b := s.surfer()
			res := b.get("/")
			w := newAnswer(receive(t, res.Header.Get("Location"), &pairs("sp").Key.PublicKey))
			w.at, w.nameID, w.assertion = s.at, soeren, inSession(index)
			b.bring("/callback", w.callback(t))
			if !b.isIn(soeren) {
				return // refused
			}
			s.at = s.at.Add(time.Minute)
			b.bring("/logout", s.logoutOf("redirect", soeren, index))
			require.False(t, b.isIn(soeren), "the IdP ended the session, and it goes on")
		})
	}
}

func make1(n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = 'x'
	}
	return text
}
