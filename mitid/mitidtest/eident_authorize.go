package mitidtest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/claims"
)

// The eIDs of amr_values.
const (
	eidentPrivate  = "mitid"
	eidentBusiness = "mitid:mitid_erhverv"
)

// The lengths of texts, in characters before they are encoded.
const (
	eidentMaxReference   = 130
	eidentMaxTransaction = 600
)

// eidentRequest is a request at the start page that may go on.
type eidentRequest struct {
	params      url.Values
	scopes      []string
	eids        []string // what the person may choose from
	level       claims.Level
	authLevel   claims.Level // asked for with aal_value; if zero, not
	hint        string       // a MitID UUID
	reference   string       // decoded
	transaction string       // decoded
	steps       *eidentGrant // the transaction to step up from; nil for a login
}

func (q *eidentRequest) business() bool { return slices.Contains(q.eids, eidentBusiness) }
func (q *eidentRequest) private() bool  { return slices.Contains(q.eids, eidentPrivate) }
func (q *eidentRequest) asks(scope string) bool {
	return slices.Contains(q.scopes, scope)
}

func (e *eident) authorize(w http.ResponseWriter, r *http.Request, form url.Values, s EIdentSettings) {
	if !allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	sent := sentParams(r, form)
	req, bad := e.check(sent, s)
	switch {
	case bad != nil && bad.code == "":
		e.b.ShowError(w, r, bad.why)
		return
	case bad != nil:
		e.sendBack(w, req, s, ErrorPairs(bad.code, bad.why))
		return
	}
	e.b.NoteNonce(sent.Get("nonce"))
	if o, ok := e.b.Scripted("state:" + sent.Get("state")); ok {
		e.act(w, req, s, o)
		return
	}
	e.welcome(w, r, req, s)
}

// sentParams are the parameters of a request that a browser makes.
func sentParams(r *http.Request, form url.Values) url.Values {
	if r.Method == http.MethodPost {
		return form
	}
	return r.URL.Query()
}

// scopes are those that this merchant may ask for.
func (e *eident) scopes(s EIdentSettings) []string {
	return []string{"openid", "profile", "ssn", "organisation", s.PIDScope}
}

// check judges a request, in the order that decides whether a refusal may be
// sent to the redirect_uri.
func (e *eident) check(q url.Values, s EIdentSettings) (*eidentRequest, *refusal) {
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
	req := &eidentRequest{params: q, scopes: strings.Fields(q.Get("scope"))}
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
	if _, err := strconv.ParseUint(or(q.Get("max_age"), "0"), 10, 31); err != nil {
		return req, &refusal{"invalid_request", "max_age is no number of seconds"}
	}
	if q.Has("transaction_id") {
		return req, e.checkStepUp(req, s)
	}
	if bad := req.readEIDs(s); bad != nil {
		return req, bad
	}
	if bad := req.readLevels(); bad != nil {
		return req, bad
	}
	return req, req.readTexts(s)
}

// checkStepUp finds the transaction that a step-up names.
func (e *eident) checkStepUp(req *eidentRequest, s EIdentSettings) *refusal {
	if !req.asks("ssn") {
		return &refusal{"invalid_request", "transaction_id is for scope ssn"}
	}
	old, ok := get(e.b, e.transactions, req.params.Get("transaction_id"))
	if !ok {
		return &refusal{s.LateError, ""}
	}
	req.steps = old
	return nil
}

// readEIDs reads which eIDs the person may use. Without the parameter they
// choose.
func (q *eidentRequest) readEIDs(s EIdentSettings) *refusal {
	sent := q.params.Get("amr_values")
	separators := or(s.AMRSeparator, ", ")
	q.eids = strings.FieldsFunc(sent, func(r rune) bool { return strings.ContainsRune(separators, r) })
	if sent == "" {
		q.eids = []string{eidentPrivate, eidentBusiness}
	}
	for _, eid := range q.eids {
		if eid != eidentPrivate && eid != eidentBusiness {
			return &refusal{"invalid_request", "no such eID in amr_values"}
		}
	}
	return nil
}

// readLevels reads the level: loa_value before acr_values, and aal_value where
// there is no loa_value.
func (q *eidentRequest) readLevels() *refusal {
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
	q.level = words[or(q.params.Get("loa_value"), acr)]
	if q.params.Get("loa_value") == "" {
		q.authLevel = words[q.params.Get("aal_value")]
	}
	if q.level == claims.LevelUnknown && q.authLevel == claims.LevelUnknown {
		q.level = claims.Substantial
	}
	return nil
}

// readTexts reads what MitID is to show, and who is to log in.
func (q *eidentRequest) readTexts(s EIdentSettings) *refusal {
	var ok [3]bool
	q.hint, ok[0] = s.Hint.read(q.params.Get("login_hint"))
	q.reference, ok[1] = s.Texts.read(q.params.Get("reference_text"))
	q.transaction, ok[2] = s.Texts.read(q.params.Get("transactiontext"))
	kind := q.params.Get("transactiontext_type")
	switch {
	case ok != [3]bool{true, true, true}:
		return &refusal{"invalid_request", "a text is not encoded as it must be"}
	case utf8.RuneCountInString(q.reference) > eidentMaxReference:
		return &refusal{"invalid_request", "reference_text is too long"}
	case utf8.RuneCountInString(q.transaction) > eidentMaxTransaction:
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
func (e EIdentEncoding) read(sent string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(sent)
	switch {
	case !utf8.ValidString(sent):
		return "", false
	case e == EIdentPlain, sent == "":
		return sent, true
	case err == nil && utf8.Valid(raw):
		return string(raw), true
	}
	return sent, e != EIdentBase64
}

// sendBack sends the browser to the merchant with params, the state and whatever
// the switches add.
func (e *eident) sendBack(w http.ResponseWriter, req *eidentRequest, s EIdentSettings, params Pairs) {
	back := &Answer{RedirectURI: req.params.Get("redirect_uri"), Params: params}
	if state := req.params.Get("state"); state != "" {
		back.Add("state", state)
	}
	if nonce := req.params.Get("nonce"); nonce != "" && s.NonceInAnswer {
		back.Add("nonce", nonce)
	}
	if s.IssParameter {
		back.Add("iss", e.b.Issuer())
	}
	if spoil := takeStage(e.b, func(p *spoiler) *func(*Broker, *Answer) { return &p.callback }); spoil != nil {
		spoil(e.b, back)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", back.Address())
	w.WriteHeader(http.StatusFound)
}
