package nemlogin

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// requireOurs checks that err is one of ours and repeats nothing long that came.
func requireOurs(t *testing.T, err error, input string) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.NotZero(t, f.Class)
	if len(input) > 40 {
		require.NotContains(t, err.Error(), input)
	}
}

// FuzzResponse: no response crashes Complete, and one that is taken names the person whom
// the genuine one names.
func FuzzResponse(f *testing.F) {
	b, a := newBroker(f, nil), attemptOf()
	a.Request.Capacity = claims.CapacityEither
	for _, w := range []*answer{employeeAnswer(a), newAnswer(&authnRequest{id: requestID(a)})} {
		f.Add(w.xml(f))
		f.Add(plainResponse(f, w))
		w.signMessage = true
		f.Add(w.xml(f))
	}
	for _, s := range []string{loginStatus("Responder", statusPrefix+"AuthnFailed", "æøå"), loginStatus("Success", "", "")} {
		w := newAnswer(&authnRequest{id: requestID(a)})
		w.status = s
		f.Add(w.xml(f))
	}
	f.Add([]byte(`<samlp:Response xmlns:samlp="` + nsProtocol + `"/>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(raw)}, "RelayState": {a.Handle}}
		as, err := b.Complete(t.Context(), a, mitid.Callback{Method: http.MethodPost, Body: []byte(form.Encode())})
		if err != nil {
			require.Nil(t, as)
			requireOurs(t, err, string(raw))
			return
		}
		require.Contains(t, []string{namePerson + personUUID, nameProfessional + employeeUUID}, as.Identity.Subject)
	})
}

// FuzzForm: no form crashes Complete, and none without a signature is taken.
func FuzzForm(f *testing.F) {
	b, a := newBroker(f, nil), attemptOf()
	for _, s := range []string{"", "SAMLResponse=", "SAMLResponse=PA==&RelayState=x", "SAMLResponse=a&SAMLResponse=b", "SAMLart=AAQ=", "SAMLResponse=%", "RelayState=%C3%A6", "a;b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		as, err := b.Complete(t.Context(), a, mitid.Callback{Method: http.MethodPost, Body: []byte(body)})
		require.Nil(t, as)
		requireOurs(t, err, body)
	})
}

// FuzzAssertion: no assertion crashes the reading behind the signature, and one that is
// taken is for us, for this login, and names somebody.
func FuzzAssertion(f *testing.F) {
	b, a := newBroker(f, nil), attemptOf()
	f.Add(xmlOf(employeeAnswer(a).newAssertion()))
	f.Add(xmlOf(newAnswer(&authnRequest{id: requestID(a)}).newAssertion()))
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := xmlsig.Parse(raw)
		if err != nil {
			return
		}
		as, err := b.readAssertion(a, doc.Root())
		if err != nil {
			require.Nil(t, as)
			requireOurs(t, err, string(raw))
			return
		}
		text := string(raw)
		for _, must := range []string{spEntityID, requestID(a), idpEntityID} {
			require.Contains(t, text, must)
		}
		require.NotEmpty(t, as.sessionIndex)
		said, err := claims.ParseOIOSAML(as.attributes)
		if err != nil {
			requireOurs(t, err, text)
			return
		}
		if id, err := b.identity(as, said); err == nil {
			require.True(t, strings.HasPrefix(id.Subject, model+"eid/"))
		}
	})
}

// FuzzEnvelope: no EncryptedAssertion crashes the decryption.
func FuzzEnvelope(f *testing.F) {
	b, a := newBroker(f, nil), attemptOf()
	for _, encrypt := range []func(*answer){gcm, cbc} {
		w := employeeAnswer(a)
		encrypt(w)
		f.Add(xmlOf(w.encrypt(f, []byte("<x>æøå</x>"))))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc := etree.NewDocument()
		if parsed, err := xmlsig.Parse(raw); err == nil {
			doc.SetRoot(parsed.Root())
		} else {
			return
		}
		e, err := readEnvelope(doc.Root())
		if err != nil {
			require.Nil(t, e)
			requireOurs(t, err, string(raw))
			return
		}
		if plain := b.decrypt(e); plain != nil && e.gcm {
			require.Equal(t, "<x>æøå</x>", string(plain))
		}
	})
}
