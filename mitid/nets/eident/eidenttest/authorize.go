package eidenttest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The eIDs of amr_values.
const (
	eidPrivate  = "mitid"
	eidBusiness = "mitid:mitid_erhverv"
)

// The lengths of texts, in characters before they are encoded.
const (
	maxReference   = 130
	maxTransaction = 600
)

// refusal says why a request goes no further. Without a code it is shown to the
// person, because nobody can be trusted with a redirect.
type refusal struct{ code, why string }

// request is a request at the start page that may go on.
type request struct {
	params      url.Values
	scopes      []string
	eids        []string // what the person may choose from
	level       claims.Level
	authLevel   claims.Level // asked for with aal_value; if zero, not
	hint        string       // a MitID UUID
	reference   string       // decoded
	transaction string       // decoded
	steps       *grant       // the transaction to step up from; nil for a login
	target      string       // TARGET of SAML; empty if the request is of OpenID Connect
	status      string       // the address that a code is appended to
}

func (q *request) business() bool { return slices.Contains(q.eids, eidBusiness) }
func (q *request) private() bool  { return slices.Contains(q.eids, eidPrivate) }
func (q *request) asks(scope string) bool {
	return slices.Contains(q.scopes, scope)
}

func (e *dialect) authorize(w http.ResponseWriter, r *http.Request, form url.Values, s Settings) {
	if !fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	sent := sentParams(r, form)
	e.b.Follow(r, sent)
	check := e.check
	if sent.Has("mid") {
		check = e.checkSAML
	}
	req, bad := check(sent, s)
	switch {
	case bad != nil && bad.code == "":
		e.b.ShowError(w, r, bad.why)
		return
	case bad != nil:
		e.refuse(w, r, req, s, bad)
		return
	}
	e.b.NoteNonce(sent.Get("nonce"))
	if o, ok := e.b.Scripted(r, cmp.Or(req.target, sent.Get("state")), ""); ok {
		e.act(w, r, req, s, o)
		return
	}
	e.welcome(w, r, req)
}

// sentParams are the parameters of a request that a browser makes.
func sentParams(r *http.Request, form url.Values) url.Values {
	if r.Method == http.MethodPost {
		return form
	}
	return r.URL.Query()
}

// scopes are those that this merchant may ask for.
func (e *dialect) scopes(s Settings) []string {
	return []string{"openid", "profile", "ssn", "organisation", s.PIDScope}
}

// check judges a request, in the order that decides whether a refusal may be
// sent to the redirect_uri.
func (e *dialect) check(q url.Values, s Settings) (*request, *refusal) {
	for _, values := range q {
		if len(values) > 1 {
			return nil, &refusal{why: "a parameter is repeated"}
		}
	}
	switch {
	case q.Get("client_id") != e.b.ClientID():
		return nil, &refusal{why: "unknown client_id"}
	case !e.b.RedirectAllowed(q.Get("redirect_uri")):
		return nil, &refusal{why: "the redirect_uri is not registered"}
	}
	req := &request{params: q, scopes: strings.Fields(q.Get("scope"))}
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch {
	case q.Get("response_type") != "code":
		return req, &refusal{"unsupported_response_type", "this broker speaks response_type code only"}
	case !slices.Contains(req.scopes, "openid"):
		return req, &refusal{"invalid_scope", "scope must contain openid"}
	case slices.ContainsFunc(req.scopes, func(scope string) bool { return !slices.Contains(e.scopes(s), scope) }):
		return req, &refusal{"invalid_scope", "no such scope"}
	case challenge != "" && !slices.Contains([]string{"", "plain", "S256"}, method):
		return req, &refusal{"invalid_request", "no such code_challenge_method"}
	case !slices.Contains([]string{"", "login", "none"}, q.Get("prompt")):
		return req, &refusal{"invalid_request", "no such prompt"}
	case q.Get("prompt") == "none":
		return req, &refusal{"login_required", ""}
	}
	if _, err := strconv.ParseUint(cmp.Or(q.Get("max_age"), "0"), 10, 31); err != nil {
		return req, &refusal{"invalid_request", "max_age is no number of seconds"}
	}
	return req, e.checkLogin(req, s)
}

// checkLogin judges the parameters that have one meaning in both protocols.
func (e *dialect) checkLogin(req *request, s Settings) *refusal {
	if req.params.Has("transaction_id") {
		return e.checkStepUp(req, s)
	}
	if bad := req.readEIDs(s); bad != nil {
		return bad
	}
	if bad := req.readLevels(); bad != nil {
		return bad
	}
	return req.readTexts(s)
}

// checkStepUp finds the transaction that a step-up names.
func (e *dialect) checkStepUp(req *request, s Settings) *refusal {
	if !req.asks("ssn") {
		return &refusal{"invalid_request", "transaction_id is for scope ssn"}
	}
	old, ok := e.transactions.Get(req.params.Get("transaction_id"))
	if !ok {
		return &refusal{s.LateError, ""}
	}
	req.steps = old
	return nil
}

// readEIDs reads which eIDs the person may use. Without the parameter they
// choose.
func (q *request) readEIDs(s Settings) *refusal {
	sent := q.params.Get("amr_values")
	separators := cmp.Or(s.AMRSeparator, ", ")
	q.eids = strings.FieldsFunc(sent, func(r rune) bool { return strings.ContainsRune(separators, r) })
	if sent == "" {
		q.eids = []string{eidPrivate, eidBusiness}
	}
	for _, eid := range q.eids {
		if eid != eidPrivate && eid != eidBusiness {
			return &refusal{"invalid_request", "no such eID in amr_values"}
		}
	}
	return nil
}

// readLevels reads the level: loa_value before acr_values, and aal_value where
// there is no loa_value.
func (q *request) readLevels() *refusal {
	words := map[string]claims.Level{"low": claims.Low, "substantial": claims.Substantial, "high": claims.High}
	acr, found := strings.CutPrefix(q.params.Get("acr_values"), "urn:eident:acrp:level:")
	for _, word := range []string{acr, q.params.Get("loa_value"), q.params.Get("aal_value")} {
		if _, ok := words[word]; !ok && word != "" {
			return &refusal{"invalid_request", "no such level"}
		}
	}
	if !found && acr != "" {
		return &refusal{"invalid_request", "no such acr value"}
	}
	q.level = words[cmp.Or(q.params.Get("loa_value"), acr)]
	if q.params.Get("loa_value") == "" {
		q.authLevel = words[q.params.Get("aal_value")]
	}
	if q.level == claims.LevelUnknown && q.authLevel == claims.LevelUnknown {
		q.level = claims.Substantial
	}
	return nil
}

// readTexts reads what MitID is to show, and who is to log in.
func (q *request) readTexts(s Settings) *refusal {
	var ok [3]bool
	q.hint, ok[0] = s.Hint.read(q.params.Get("login_hint"))
	q.reference, ok[1] = s.Texts.read(q.params.Get("reference_text"))
	q.transaction, ok[2] = s.Texts.read(q.params.Get("transactiontext"))
	kind := q.params.Get("transactiontext_type")
	switch {
	case ok != [3]bool{true, true, true}:
		return &refusal{"invalid_request", "a text is not encoded as it must be"}
	case utf8.RuneCountInString(q.reference) > maxReference:
		return &refusal{"invalid_request", "reference_text is too long"}
	case utf8.RuneCountInString(q.transaction) > maxTransaction:
		return &refusal{"invalid_request", "transactiontext is too long"}
	case kind != "" && kind != "text" && kind != "html":
		return &refusal{"invalid_request", "no such transactiontext_type"}
	case kind == "html" && forbiddenHTML(q.transaction):
		return &refusal{"invalid_request", "transactiontext holds what MitID does not show"}
	}
	return nil
}

// forbiddenHTML finds the coarsest of what the vendor's list forbids. What leaves
// an application is the application's to check.
func forbiddenHTML(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc([]string{"<script", "javascript:", "expression(", " onclick", " onload", " onerror", "<img", "<iframe"}, func(bad string) bool {
		return strings.Contains(s, bad)
	})
}

// read returns the text that was sent.
func (e Encoding) read(sent string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(sent)
	switch {
	case !utf8.ValidString(sent):
		return "", false
	case e == ReadPlain, sent == "":
		return sent, true
	case err == nil && utf8.Valid(raw):
		return string(raw), true
	}
	return sent, e != ReadBase64
}

// refuse sends the browser to the merchant with an error.
func (e *dialect) refuse(w http.ResponseWriter, r *http.Request, req *request, s Settings, bad *refusal) {
	if req.target != "" {
		e.sendStatus(w, r, req, bad.code)
		return
	}
	e.sendBack(w, r, req, s, mitidtest.ErrorPairs(bad.code, bad.why))
}

// sendBack sends the browser to the merchant with params, the state and whatever
// the switches add.
func (e *dialect) sendBack(w http.ResponseWriter, r *http.Request, req *request, s Settings, params mitidtest.Pairs) {
	back := &mitidtest.Answer{RedirectURI: req.params.Get("redirect_uri"), Params: params}
	if state := req.params.Get("state"); state != "" {
		back.Add("state", state)
	}
	if nonce := req.params.Get("nonce"); nonce != "" && s.NonceInAnswer {
		back.Add("nonce", nonce)
	}
	if s.IssParameter {
		back.Add("iss", e.issuer())
	}
	e.show(w, r, back, params.Problem())
}

// show sends the browser to the merchant, spoilt as a tampering says.
func (e *dialect) show(w http.ResponseWriter, r *http.Request, back *mitidtest.Answer, problem string) {
	e.b.Conclude(r, back, problem)
	w.Header().Set("Cache-Control", "no-store")
	back.Show(w)
}
