package nebtest

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// refusal says why a request goes no further, in the words of this broker.
type refusal struct{ code, why string }

// request is an authorization request that may go on.
type request struct {
	params   url.Values
	uri      string // of a pushed request
	idp      idpParams
	idps     []string
	scopes   []string
	prompt   string
	maxAge   time.Duration // negative: none
	signed   bool
	hidden   bool          // encrypted or pushed: no browser carries it
	text     *approvalText // to be signed; nil if there is none
	response []string      // code, id_token: what comes back
	mode     string        // query, fragment, form_post

	ageSub, ageSID string // of a proof of age: random
}

// responseModes are the response types that this fake speaks, in either order of
// their words, and the mode in which each comes back.
var responseModes = map[string]string{"code": "query", "id_token": "fragment", "code id_token": "fragment"}

// effective returns the parameters in force, as far as they can be read.
func (n *dialect) effective(sent url.Values, s Settings) url.Values {
	all := fakeoidc.Clone(sent)
	if raw := sent.Get("request"); raw != "" {
		inner, _, _ := n.object(raw, s)
		for name, values := range inner {
			all[name] = values
		}
	}
	if uri := sent.Get("request_uri"); uri != "" {
		if pushed, ok := n.pushed.Get(uri); ok {
			return n.effective(pushed, s)
		}
	}
	return all
}

// read judges an authorization request. A refusal never reaches the client.
func (n *dialect) read(sent url.Values, s Settings) (*request, *refusal) {
	req := &request{params: sent, maxAge: -1}
	if sent.Get("client_id") != n.b.ClientID() {
		return req, &refusal{"unauthorized_client", "Unknown client or client not enabled"}
	}
	if req.uri = sent.Get("request_uri"); req.uri != "" {
		pushed, ok := n.pushed.Get(req.uri)
		if !ok {
			return req, &refusal{"invalid_request_uri", "Invalid request_uri"}
		}
		req.params, req.hidden = pushed, true
	}
	if raw := req.params.Get("request"); raw != "" {
		inner, encrypted, ok := n.object(raw, s)
		if !ok {
			return req, &refusal{"invalid_request_object", "Invalid JWT request"}
		}
		merged := fakeoidc.Clone(req.params)
		merged.Del("request")
		for name, values := range inner {
			if (name == "client_id" || name == "response_type") && merged.Has(name) && merged.Get(name) != values[0] {
				return req, &refusal{"invalid_request", "Invalid JWT request"}
			}
			merged[name] = values
		}
		req.params, req.signed, req.hidden = merged, true, req.hidden || encrypted
	}
	return req, n.check(req, s)
}

// check judges the parameters of req, and reads them.
func (n *dialect) check(req *request, s Settings) *refusal {
	q := req.params
	for _, values := range q {
		if len(values) > 1 {
			return &refusal{"invalid_request", "Invalid request"}
		}
	}
	if !req.signed && !n.b.RedirectAllowed(q.Get("redirect_uri")) || !strings.Contains(q.Get("redirect_uri"), "://") {
		return &refusal{"invalid_request", "Invalid redirect_uri"}
	}
	req.response = strings.Fields(q.Get("response_type"))
	slices.Sort(req.response)
	usual, known := responseModes[strings.Join(req.response, " ")]
	req.mode = cmp.Or(q.Get("response_mode"), usual)
	front := slices.Contains(req.response, "id_token")
	var ok bool
	req.scopes = strings.Fields(q.Get("scope"))
	req.idps = strings.Fields(q.Get("idp_values"))
	if len(req.idps) == 0 {
		req.idps = s.IdPs
	}
	if req.idp, ok = parseParams(q.Get("idp_params")); !ok {
		return &refusal{"invalid_request", "Invalid idp_params"}
	}
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	req.prompt = q.Get("prompt")
	switch {
	case len(req.response) == 0:
		return &refusal{"invalid_request", "Missing response_type"}
	case !known:
		return &refusal{"unsupported_response_type", "Response type not supported"}
	case !slices.Contains([]string{"query", "fragment", "form_post"}, req.mode), front && req.mode == "query":
		return &refusal{"invalid_request", "Invalid response_mode"}
	case len(req.scopes) == 0:
		return &refusal{"invalid_request", "scope is missing"}
	case !slices.Contains(req.scopes, "openid"):
		return &refusal{"invalid_scope", "openid scope is missing"}
	case slices.ContainsFunc(req.scopes, func(w string) bool { return !s.mayUse(w) }):
		return &refusal{"invalid_scope", "Invalid scope"}
	case front && q.Get("nonce") == "":
		return &refusal{"invalid_request", "Invalid nonce"}
	case slices.ContainsFunc(req.idps, func(w string) bool { return w != "mitid" && w != "mitid_erhverv" }):
		return &refusal{"invalid_request", "Invalid idp_values"}
	case !slices.Contains([]string{"", "login", "none", "select_account"}, req.prompt):
		return &refusal{"invalid_request", "Invalid prompt"}
	case challenge != "" && !slices.Contains([]string{"", "plain", "S256"}, method), challenge != "" && (len(challenge) < 43 || len(challenge) > 128):
		return &refusal{"invalid_request", "Invalid code_challenge"}
	}
	if age := q.Get("max_age"); age != "" {
		seconds, err := strconv.ParseUint(age, 10, 31)
		if err != nil {
			return &refusal{"invalid_request", "Invalid max_age"}
		}
		req.maxAge = time.Duration(seconds) * time.Second
	}
	req.ageSub, req.ageSID = fakeoidc.NewUUID(), fakeoidc.NewUUID()
	return n.findText(req)
}

// findText finds the text that is to be signed: uploaded before, pushed, or in a
// signed request object.
func (n *dialect) findText(req *request) *refusal {
	q := req.params
	switch {
	case q.Get("signtext_id") != "":
		text, ok := n.texts.Get(q.Get("signtext_id"))
		if !ok {
			return &refusal{"invalid_request", "Invalid signtext_id"}
		}
		req.text = text
	case q.Get("signtext_base64") != "":
		if !req.hidden || req.uri == "" {
			return &refusal{"invalid_request", "signtext_base64 is only allowed in a pushed request"}
		}
		if req.text = newText(q.Get("signtext_base64"), cmp.Or(q.Get("signtext_type"), "text")); req.text == nil {
			return &refusal{"invalid_request", "Invalid signtext_base64"}
		}
	case req.signed:
		req.text = req.idp.mitid.text
	}
	return nil
}

// push answers a pushed authorization request (RFC 9126).
func (n *dialect) push(r *http.Request, form url.Values, s Settings) *mitidtest.Reply {
	if !n.authenticate(r, form, s) {
		return oauthError("invalid_client")
	}
	if form.Has("request_uri") {
		return oauthError("invalid_request")
	}
	kept := fakeoidc.Clone(form)
	for _, secret := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		kept.Del(secret)
	}
	kept.Set("client_id", n.b.ClientID())
	uri := "urn:ietf:params:oauth:request_uri:" + strings.ToUpper(fakehttp.RandomHex(32))
	n.pushed.Put(uri, kept, pushedLife)
	if _, bad := n.read(url.Values{"client_id": {n.b.ClientID()}, "request_uri": {uri}}, s); bad != nil {
		n.pushed.Take(uri)
		return jsonAnswer(http.StatusBadRequest, mitidtest.Object{{"error", bad.code}, {"error_description", bad.why}})
	}
	return jsonAnswer(http.StatusCreated, mitidtest.Object{{"request_uri", uri}, {"expires_in", int(pushedLife.Seconds())}})
}
