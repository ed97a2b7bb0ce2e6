package criiptotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// request is an authorization request that may go on.
type request struct {
	params url.Values
	hint   *hint
	acrs   []string // what the person may choose from
	scopes []string
	prompt string
}

// refusal says why a request goes no further. Without a code it is shown to the
// person, because nobody can be trusted with a redirect.
type refusal struct{ code, why string }

// read finds the request's parameters: pushed before, or sent now.
func (c *dialect) read(params url.Values, s Settings) (url.Values, string, *refusal) {
	if !c.knows(params.Get("client_id")) {
		return nil, "", &refusal{why: "unknown client_id"}
	}
	uri := params.Get("request_uri")
	if uri == "" {
		if s.PAR == PARRequired {
			return nil, "", &refusal{why: "this application must push its authorization requests"}
		}
		return params, "", nil
	}
	pushed, ok := c.pushed.Take(uri)
	if !ok || pushed.Get("client_id") != params.Get("client_id") {
		return nil, "", &refusal{why: "the request_uri is unknown, used or expired, or another application's"}
	}
	return pushed, uri, nil
}

// check judges an authorization request, in the order that decides whether a
// refusal may be sent to the redirect_uri.
func (c *dialect) check(q url.Values, acrHeader, pinnedACR string, s Settings) (*request, *refusal) {
	for name, values := range q {
		if len(values) > 1 {
			return nil, &refusal{why: "a parameter is repeated: " + known(name)}
		}
	}
	if !c.b.RedirectAllowed(q.Get("redirect_uri")) {
		return nil, &refusal{why: "the redirect_uri is not registered"}
	}
	h, err := parseHint(q.Get("login_hint"))
	if err != nil {
		return nil, &refusal{why: err.Error()}
	}
	req := &request{params: q, hint: h, prompt: q.Get("prompt")}
	// The order of the older documentation: parameter, hint, header, path.
	for _, source := range []string{q.Get("acr_values"), h.acr, acrHeader, pinnedACR, strings.Join(acrs(), " ")} {
		if req.acrs = strings.Fields(source); len(req.acrs) > 0 {
			break
		}
	}
	for _, acr := range req.acrs {
		if !slices.Contains(acrs(), acr) && !req.provesAge() {
			return nil, &refusal{why: "no such acr value"}
		}
	}
	req.scopes = append(strings.Fields(q.Get("scope")), h.scopes...)
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch {
	case q.Has("request"):
		return req, &refusal{"request_not_supported", "this fake reads no request objects"}
	case q.Get("response_type") == "":
		return req, &refusal{"invalid_request", "response_type is missing"}
	case q.Get("response_type") != "code":
		return req, &refusal{"unsupported_response_type", "this fake speaks response_type code only"}
	case !slices.Contains([]string{"", "query", "form_post"}, q.Get("response_mode")):
		return req, &refusal{"invalid_request", "this fake speaks response_mode query and form_post only"}
	case !slices.Contains(req.scopes, "openid"):
		return req, &refusal{"invalid_scope", "scope must contain openid"}
	case challenge == "" && (s.PublicClient || q.Get("client_id") == publicClientID):
		return req, &refusal{"invalid_request", "a public client needs a code_challenge"}
	case challenge != "" && method != "S256":
		return req, &refusal{"invalid_request", "code_challenge_method must be S256"}
	case !slices.Contains([]string{"", "none", "login", "consent", "consent_revoke"}, req.prompt):
		return req, &refusal{"invalid_request", "no such prompt"}
	}
	return req, nil
}

// known returns name if it is a parameter of ours, so that pages repeat no input.
func known(name string) string {
	for _, k := range []string{"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "acr_values", "login_hint", "prompt", "code_challenge", "code_challenge_method", "request_uri"} {
		if k == name {
			return k
		}
	}
	return "another"
}

// push answers a pushed authorization request (RFC 9126).
func (c *dialect) push(r *http.Request, form url.Values, s Settings) *mitidtest.Reply {
	if bad := c.authenticate(r, form, s, pathPAR); bad != nil {
		return bad
	}
	if form.Has("request_uri") {
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "request_uri must not be pushed")
	}
	if form.Get("client_id") == "" {
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "client_id is missing")
	}
	kept := fakeoidc.Clone(form)
	for _, secret := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		kept.Del(secret)
	}
	if _, bad := c.check(kept, r.Header.Get("acr_values"), "", s); bad != nil {
		if bad.code == "" {
			bad.code = "invalid_request"
		}
		return mitidtest.NewFault(http.StatusBadRequest, bad.code, bad.why)
	}
	uri := "urn:ietf:params:oauth:request_uri:" + fakeoidc.NewUUID()
	c.pushed.Put(uri, kept, pushedLife)
	return mitidtest.NewReply(http.StatusCreated, mitidtest.Object{{"request_uri", uri}, {"expires_in", int(pushedLife.Seconds())}})
}

// levelOf returns the level that an acr value asks for.
func levelOf(acr string) claims.Level {
	switch acr {
	case acrLow:
		return claims.Low
	case acrHigh:
		return claims.High
	}
	return claims.Substantial
}
