package signingtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// pending is a login at the eID tenant that has begun.
type pending struct {
	party    *party
	provider *provider // that logs in
	stage    string
	verifier string // PKCE
	nonce    string
	redirect string
	until    time.Time
	// of a page
	visitor string // the browser's cookie
	lang    string
	chosen  string // the id of the provider that the person signs with
	name    string // that the person typed
}

const (
	pendingLife = time.Hour
	maxPending  = 10_000
	maxToken    = 1 << 20
	tenantReply = "/signatures" // where the real service's redirects lead, at the tenant
)

// begin returns the address at the tenant that logs the party in.
func (s *Service) begin(p *pending, acr, lang string) (address, state string) {
	state, p.nonce, p.verifier = fakehttp.RandomHex(16), fakehttp.RandomHex(16), newToken()
	p.until = s.Now().Add(pendingLife)
	sum := sha256.Sum256([]byte(p.verifier))
	in := p.provider.verify
	q := url.Values{
		"client_id": {s.tenant.ClientID()}, "redirect_uri": {p.redirect}, "response_type": {"code"},
		"scope": {"openid"}, "state": {state}, "nonce": {p.nonce}, "acr_values": {acr},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		"prompt": {"login"},
	}
	if in.Scope != nil {
		q.Set("scope", *in.Scope)
	}
	var hints []string
	if in.LoginHint != nil {
		hints = strings.Fields(*in.LoginHint)
	}
	if in.Message != nil && *in.Message != "" {
		hints = append(hints, "message:"+base64.StdEncoding.EncodeToString([]byte(*in.Message)))
	}
	if !slices.ContainsFunc(hints, func(h string) bool { return strings.HasPrefix(h, "action:") }) {
		hints = append(hints, "action:sign")
	}
	q.Set("login_hint", strings.Join(hints, " "))
	if lang != "" {
		q.Set("ui_locales", lang)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waits) >= maxPending {
		delete(s.pending, s.waits[0])
		s.waits = s.waits[1:]
	}
	s.waits = append(s.waits, state)
	s.pending[state] = p
	for _, g := range p.party.members {
		s.happened(g.order, g, "sent to the eID tenant to log in")
	}
	return s.tenant.Issuer() + "/oauth2/authorize?" + q.Encode(), state
}

// resume takes a login that has begun, once.
func (s *Service) resume(state string) *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending[state]
	delete(s.pending, state)
	if p == nil || s.Now().After(p.until) {
		return nil
	}
	return p
}

// proof is a token with the keys that were published when it was issued.
type proof struct {
	jwt, jwks string
	claims    claimSet
}

// exchange asks the tenant for the token behind a code, over HTTP as the real service does.
func (s *Service) exchange(ctx context.Context, p *pending, code string) (*proof, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.redirect}, "code_verifier": {p.verifier},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.tenant.Issuer()+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, refuse("the login could not be completed")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(s.tenant.ClientID()), url.QueryEscape(s.tenant.ClientSecret().Reveal()))
	var answer struct {
		IDToken string `json:"id_token"`
	}
	if err := s.ask(req, &answer); err != nil {
		return nil, refuse("the login could not be completed")
	}
	jwks, err := s.fetchKeys(ctx)
	if err != nil {
		return nil, err
	}
	claims, ok := readClaims(answer.IDToken)
	if !ok || claims.get("nonce") != p.nonce || !signedBy(answer.IDToken, jwks) {
		return nil, refuse("the login could not be completed")
	}
	return &proof{jwt: answer.IDToken, jwks: jwks, claims: claims}, nil
}

// fetchKeys returns the keys that the tenant publishes.
func (s *Service) fetchKeys(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.tenant.Issuer()+"/.well-known/jwks", nil)
	if err != nil {
		return "", refuse("the tenant's keys could not be had")
	}
	var keys json.RawMessage
	if err := s.ask(req, &keys); err != nil {
		return "", refuse("the tenant's keys could not be had")
	}
	return string(keys), nil
}

// ask reads a JSON answer of the tenant.
func (s *Service) ask(req *http.Request, to any) error {
	res, err := s.tenant.HTTPClient().Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxToken))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return refuse("the tenant refuses")
	}
	return json.Unmarshal(body, to)
}

// accept checks a token that the caller brings: of this tenant, in time.
func (s *Service) accept(ctx context.Context, p *provider, jwt string) (*proof, error) {
	jwks, err := s.fetchKeys(ctx)
	if err != nil {
		return nil, err
	}
	claims, ok := readClaims(jwt)
	audiences := append([]string{s.tenant.ClientID()}, p.verify.Audiences...)
	if !ok || !signedBy(jwt, jwks) || claims.get("iss") != s.tenant.Issuer() || !slices.Contains(audiences, claims.get("aud")) ||
		!s.Now().Before(claims.seconds("exp")) {
		return nil, refuse("the token is not valid")
	}
	return &proof{jwt: jwt, jwks: jwks, claims: claims}, nil
}
