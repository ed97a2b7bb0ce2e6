package eident

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Complete fetches the assertion that the answer names by an artifact, once, and reads it.
// It checks in the assertion everything that was asked, because the person's browser could
// have changed the request.
//
// Nothing in an assertion of SAML 1.1 names the request. TARGET alone, which the Client
// keeps in the browser, binds the answer to the attempt.
func (b *SAMLBroker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	asked := b.asked(a) // before AdmitTexts, which may remove a text from a
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	artifact, err := b.artifact(a, values)
	if err != nil {
		return nil, err
	}
	q := newArtifactRequest(artifact, a.Now)
	resp, err := b.fetch(ctx, q)
	if err != nil {
		return nil, err
	}
	st, err := b.read(a, q.id, resp.Body)
	switch {
	case err != nil:
		return nil, err
	case resp.Status != http.StatusOK:
		return nil, refused(resp, fault.BrokerUnavailable, "failed, and gave an assertion all the same")
	}
	c, err := st.claims()
	if err != nil {
		return nil, err
	}
	id, err := b.cfg.identity(c)
	if err != nil {
		return nil, err
	}
	as := &mitid.Assertion{
		Identity: id, Claims: c, Echo: a.Nonce, Expires: time.Unix(c.Expires, 0), StepUp: handleOf(c.TransactionID, c.Expires),
	}
	if err := b.cfg.admit(a, as, c); err != nil {
		return nil, err
	}
	as.Evidence = oidcbroker.Evidence(a, asked, st.evidence(resp.Body))
	return as, nil
}

// artifact returns the artifact of an answer, or the error for a login that failed.
func (b *SAMLBroker) artifact(a *mitid.Attempt, values url.Values) (string, error) {
	bad := func(why string) (string, error) { return "", fault.New(fault.ResponseInvalid, why) }
	artifacts, codes := values["SAMLart"], values["status"]
	switch {
	case len(artifacts)+len(codes) != 1:
		return bad("the answer has neither SAMLart nor status, both, or one of them twice")
	case len(codes) == 1:
		return "", declinedWith(a, codes[0])
	case !isArtifact(artifacts[0]):
		return bad("SAMLart is no artifact")
	}
	return artifacts[0], nil
}

// maxArtifact is the length limit of an artifact. One of type 1 has 56 characters (SAML 1.1
// Bindings, section 4.1.1.8).
const maxArtifact = 512

// isArtifact reports whether s has the letters of an artifact: Base64, of either alphabet.
func isArtifact(s string) bool {
	const more = "+/=-_"
	return s != "" && len(s) <= maxArtifact && !strings.ContainsFunc(s, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || strings.ContainsRune(more, r))
	})
}

// asked returns the parameters of the request of a, for Login.Evidence.
func (b *SAMLBroker) asked(a *mitid.Attempt) url.Values {
	q := url.Values{"mid": {b.rule.ClientID}, "TARGET": {a.Handle}}
	b.cfg.addAsked(q, a, "forcepkivendor")
	return q
}
