package eident_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

func TestSAMLStepUpRequests(t *testing.T) {
	for name, c := range map[string]struct {
		request mitid.Request
		config  func(*eident.SAMLConfig)
	}{
		"saml-stepup-cpr":            {request: mitid.Request{CPR: mitid.CPRRequired}},
		"saml-stepup-level-and-uuid": {request: mitid.Request{Level: claims.High}, config: func(c *eident.SAMLConfig) { c.UUIDInURL = true }},
	} {
		t.Run(name, func(t *testing.T) {
			l := known(inTime)
			l.Issuer = host
			rd, err := newSAMLWire(t, c.config, "https://app.example.dk/callback").StepUp(t.Context(), l, c.request)
			golden(t, name, masked(t, asked(t, rd, err)))
		})
	}
}

// TestSAMLStepUp: the AssertionID without TI2- names the transaction, within its 15 minutes.
func TestSAMLStepUp(t *testing.T) {
	fake, client := openSAML(t, nil, nil)
	who := mitidtest.Paiman()
	l, err := mitidtest.Login(t, client, fake, mitid.Request{}, mitidtest.Approve(who))
	require.NoError(t, err)
	c := l.Claims.(*eident.Claims)
	require.Regexp(t, `^[0-9a-f]{32}$`, c.TransactionID)
	require.Contains(t, l.Evidence.Tokens[0].Raw.Reveal(), `AssertionID="TI2-`+c.TransactionID+`"`)
	require.True(t, strings.HasSuffix(l.StepUp, "."+c.TransactionID))
	require.WithinDuration(t, fake.Now().Add(15*time.Minute), l.Expires, time.Minute)

	fake.Advance(14 * time.Minute)
	rd, err := client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(who))
	require.NoError(t, err)
	raised, err := client.Complete(t.Context(), rd.State, cb)
	require.NoError(t, err)
	require.True(t, raised.Identity.CPR == who.CPR)
	require.Equal(t, l.Identity.Subject, raised.Identity.Subject)
	require.NotEqual(t, l.StepUp, raised.StepUp, "a new assertion")

	rd, err = client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	cb, err = mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(mitidtest.Ditlev()))
	require.NoError(t, err)
	_, err = client.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid, "somebody else answers")

	rd, err = client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	fake.Advance(2 * time.Minute)
	cb, err = mitidtest.Walk(t.Context(), fake, rd)
	require.NoError(t, err)
	_, err = client.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrInteractionRequired, "the broker says idexpired")
	_, err = client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.ErrorIs(t, err, mitid.ErrInteractionRequired, "too late to be sent")
}

// TestSAMLStepUpThatBringsTheLoginsAssertionAgain: with the number in it, as the vendor may
// do it. Its times are those of the login.
func TestSAMLStepUpThatBringsTheLoginsAssertionAgain(t *testing.T) {
	fake, client := openSAML(t, func(s *switches) { s.SameAssertion = true }, nil)
	who := mitidtest.Paiman()
	rd, err := client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(who))
	require.NoError(t, err)
	fake.Advance(2 * time.Second) // the assertion is made when it is fetched
	l, err := client.Complete(t.Context(), rd.State, cb)
	require.NoError(t, err)
	fake.Advance(14 * time.Minute)
	rd, err = client.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	cb, err = mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(who))
	require.NoError(t, err)
	raised, err := client.Complete(t.Context(), rd.State, cb)
	require.NoError(t, err)
	require.True(t, raised.Identity.CPR == who.CPR)
	require.Equal(t, l.StepUp, raised.StepUp)
	require.Equal(t, l.Expires, raised.Expires)
}

// TestSAMLEvidence: the answer as it came, whose assertion anybody can verify with the
// certificate; without signers no certificate.
func TestSAMLEvidence(t *testing.T) {
	fake, client := openSAML(t, nil, nil)
	l, err := mitidtest.Login(t, client, fake, mitid.Request{ReferenceText: "Åse"})
	require.NoError(t, err)
	require.Len(t, l.Evidence.Tokens, 1)
	token := l.Evidence.Tokens[0]
	require.Equal(t, "assertion", token.Use)
	require.Equal(t, fake.Keys().Active().Certificate.Raw, token.Key)
	certificate, err := x509.ParseCertificate(token.Key)
	require.NoError(t, err)
	doc, err := xmlsig.Parse([]byte(token.Raw.Reveal()))
	require.NoError(t, err)
	v := xmlsig.Verifier{Certificates: []*x509.Certificate{certificate}, Now: fake.Now, ID: "AssertionID"}
	signed, err := v.Verify(doc, doc.Root().FindElement(".//Assertion"))
	require.NoError(t, err)
	require.Contains(t, string(signed.Covered), l.Identity.UUID.String())
	request := l.Evidence.Request.Reveal()
	for _, part := range []string{"mid=MER2", "TARGET=", "loa_value=substantial", "forcepkivendor=mitid", "reference_text_sha256="} {
		require.Contains(t, request, part)
	}

	fake, client = openSAML(t, nil, func(c *eident.SAMLConfig) { c.Signers = nil })
	l, err = mitidtest.Login(t, client, fake, mitid.Request{})
	require.NoError(t, err)
	token = l.Evidence.Tokens[0]
	require.Equal(t, "assertion", token.Use)
	require.Nil(t, token.Key, "nobody verified the signature that is there")
	require.Contains(t, token.Raw.Reveal(), "Envelope")
}
