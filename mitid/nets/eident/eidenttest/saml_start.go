package eidenttest

import (
	"crypto/rand"
	"crypto/sha1" // of the issuer's name, as artifacts of type 1 demand
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// samlParams has the parameter of OpenID Connect for each parameter of SAML.
var samlParams = map[string]string{
	"locale": "language", "forcepkivendor": "amr_values", "presetid": "login_hint", "loa_value": "loa_value", "aal_value": "aal_value",
	"reference_text": "reference_text", "transactiontext": "transactiontext", "transactiontext_type": "transactiontext_type",
	"transaction_id": "transaction_id",
}

// checkSAML judges a request of SAML 1.1, which has no signature and no address to return
// to.
func (e *dialect) checkSAML(q url.Values, s Settings) (*request, *refusal) {
	for _, values := range q {
		if len(values) > 1 {
			return nil, &refusal{why: "a parameter is repeated"}
		}
	}
	status, _, _ := strings.Cut(q.Get("status"), "?")
	switch {
	case q.Get("mid") != e.b.ClientID():
		return nil, &refusal{why: "unknown mid"}
	case s.ArtifactReceiver == "":
		return nil, &refusal{why: "no artifact receiver is registered: set Settings.ArtifactReceiver"}
	case status != "" && status != s.ArtifactReceiver && !e.b.RedirectAllowed(status):
		return nil, &refusal{why: "the status address is not registered"}
	case q.Get("TARGET") == "":
		return nil, &refusal{why: "TARGET is missing"}
	}
	req := &request{params: make(url.Values), target: q.Get("TARGET"), status: q.Get("status"), scopes: []string{"openid", "profile", "organisation"}}
	for name, as := range samlParams {
		if q.Has(name) {
			req.params.Set(as, q.Get(name))
		}
	}
	for flag, scope := range map[string]string{"returnssn": "ssn", "return_nemid_pid": s.PIDScope} {
		switch q.Get(flag) {
		case "true":
			req.scopes = append(req.scopes, scope)
		case "", "false":
		default:
			return req, &refusal{code: "generalerror"}
		}
	}
	bad := e.checkLogin(req, s)
	if bad != nil && strings.HasPrefix(bad.code, "invalid_") {
		bad.code = "generalerror" // the codes of OAuth are not SAML's
	}
	return req, bad
}

// artifact is an assertion that the merchant can fetch.
type artifact struct {
	g    *grant
	mid  string
	made time.Time
}

// artifactMemory is how long the fake knows what became of an artifact.
const artifactMemory = time.Hour

// sendArtifact sends the browser to the merchant with an artifact of type 1 (SAML 1.1
// Bindings section 4.1.1.8).
func (e *dialect) sendArtifact(w http.ResponseWriter, r *http.Request, req *request, s Settings, g *grant) {
	source := sha1.Sum([]byte(e.assertionIssuer(s)))
	raw := append([]byte{0, 1}, source[:]...)
	handle := make([]byte, 20)
	_, _ = rand.Read(handle) // never fails (crypto/rand)
	art := base64.StdEncoding.EncodeToString(append(raw, handle...))
	e.artifacts.Put(art, &artifact{g, e.b.ClientID(), e.b.Now()}, artifactMemory)
	back := &mitidtest.Answer{RedirectURI: s.ArtifactReceiver, Params: mitidtest.Pairs{{Name: "SAMLart", Value: art}, {Name: "TARGET", Value: req.target}}}
	e.show(w, r, back, "")
}

// sendStatus sends the browser to the status address with a code at its end. Without such
// an address the person stays on an error page.
func (e *dialect) sendStatus(w http.ResponseWriter, r *http.Request, req *request, code string) {
	if req.status == "" {
		e.b.ShowError(w, r, "the login failed: "+code)
		return
	}
	address, query, _ := strings.Cut(req.status+url.QueryEscape(code), "?")
	back := &mitidtest.Answer{RedirectURI: address}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		back.Add(name, value)
	}
	e.show(w, r, back, code)
}
