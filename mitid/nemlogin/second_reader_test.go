package nemlogin

import (
	"encoding/xml"
	"maps"
	"net/url"
	"slices"
	"testing"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Another reader, crewjam/saml, takes the same answers and reads the same from them. So
// the answers of these tests are SAML, and we do not read them in a way of our own.
func TestASecondReaderReadsTheSame(t *testing.T) {
	for name, spoil := range map[string]func(*answer){
		"citizen, GCM":      gcm,
		"citizen, CBC":      cbc,
		"employee, GCM":     func(w *answer) { gcm(w); employee(w) },
		"employee, CBC":     func(w *answer) { cbc(w); employee(w) },
		"response signed":   func(w *answer) { w.signMessage = true },
		"seven digits":      change(func(el *etree.Element) { el.CreateAttr("IssueInstant", "2026-11-30T12:00:00.1234567Z") }),
		"a key beside data": besideTheData,
	} {
		t.Run(name, func(t *testing.T) {
			b, a := newBroker(t, nil), attemptOf()
			a.Request.Capacity = claims.CapacityEither
			w := newAnswer(&authnRequest{id: requestID(a), relayState: a.Handle})
			spoil(w)
			cb := w.callback(t)
			as, err := b.Complete(t.Context(), a, cb)
			require.NoError(t, err)

			raw, err := readForm(cb)
			require.NoError(t, err)
			theirs, err := crewjam(t).ParseXMLResponse(raw, []string{requestID(a)}, crewjam(t).AcsURL)
			require.NoError(t, err)
			require.Equal(t, theirs.Subject.NameID.Value, as.Identity.Subject)
			require.Equal(t, theirs.AuthnStatements[0].SessionIndex, as.Identity.SessionID)
			require.True(t, theirs.AuthnStatements[0].AuthnInstant.Equal(as.Identity.AuthTime))
			require.Equal(t, attributesOf(theirs), readAgain(t, b, a, raw))
		})
	}
}

func attributesOf(a *saml.Assertion) map[string][]string {
	all := map[string][]string{}
	for _, at := range a.AttributeStatements[0].Attributes {
		for _, v := range at.Values {
			all[at.Name] = append(all[at.Name], v.Value)
		}
	}
	return all
}

func readAgain(t *testing.T, b *Broker, a *mitid.Attempt, raw []byte) map[string][]string {
	t.Helper()
	r, err := b.readResponse(a, raw)
	require.NoError(t, err)
	signed, _, err := b.openAssertion(r)
	require.NoError(t, err)
	as, err := b.readAssertion(a, signed.Root)
	require.NoError(t, err)
	all := map[string][]string{}
	for _, at := range as.attributes {
		all[at.Name] = at.Values
	}
	return all
}

// A second reader reads our request as it was meant.
func TestASecondReaderReadsTheRequest(t *testing.T) {
	r, rd := begin(t, newBroker(t, nil), mitid.Request{Level: claims.High, Fresh: true, AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example/"}})
	var theirs saml.AuthnRequest
	require.NoError(t, xml.Unmarshal(xmlOf(r.root), &theirs))
	require.Equal(t, r.id, theirs.ID)
	require.Equal(t, spEntityID, theirs.Issuer.Value)
	require.Equal(t, spACS, theirs.AssertionConsumerServiceURL)
	require.True(t, *theirs.ForceAuthn)
	require.Nil(t, theirs.IsPassive)
	require.Equal(t, "minimum", theirs.RequestedAuthnContext.Comparison)
	require.Equal(t, contexts(r.root), theirs.RequestedAuthnContext.ClassRefs())
	u, err := url.Parse(rd.URL)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"SAMLRequest", "RelayState", "SigAlg", "Signature"}, slices.Collect(maps.Keys(u.Query())))
}
