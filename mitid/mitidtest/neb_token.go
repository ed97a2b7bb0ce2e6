package mitidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// newNEBDraft returns a token as this broker signs it: its header's members are
// in another order than Criipto's.
func newNEBDraft(k *Key, typ string, payload Object) *Draft {
	d := NewDraft(k, payload)
	d.Header = Object{{"alg", "RS256"}, {"kid", k.ID}, {"typ", typ}}
	return d
}

// digestOf is the key under which a token is remembered.
func digestOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// token answers a token request. A code is good for one attempt.
func (n *neb) token(r *http.Request, form url.Values, s NEBSettings) *Reply {
	if len(form) == 0 {
		return nebFault("invalid_request")
	}
	if !n.authenticate(r, form, s) {
		return nebFault("invalid_client")
	}
	for _, values := range form {
		if len(values) > 1 {
			return nebFault("invalid_request")
		}
	}
	switch form.Get("grant_type") {
	case "authorization_code":
	case "client_credentials":
		return n.serviceToken(form, s)
	case "":
		return nebFault("invalid_request")
	default:
		return nebFault("unsupported_grant_type")
	}
	g, ok := take(n.b, n.grants, form.Get("code"))
	if !ok || form.Get("redirect_uri") != g.req.params.Get("redirect_uri") || !g.proves(form) {
		return nebFault("invalid_grant")
	}
	g.spoil = takeStage(n.b, func(p *spoiler) *func(*Broker, *Object) { return &p.person })
	o, err := n.tokens(g, s)
	if err != nil {
		return nebAnswer(http.StatusInternalServerError, Object{{"error", "server_error"}})
	}
	return nebAnswer(http.StatusOK, o)
}

// proves checks the code_verifier (RFC 7636), of either method.
func (g *nebGrant) proves(form url.Values) bool {
	challenge := g.req.params.Get("code_challenge")
	if challenge != "" && g.req.params.Get("code_challenge_method") != "S256" {
		return form.Get("code_verifier") == challenge
	}
	return provesChallenge(form, challenge)
}

// serviceToken answers client credentials.
func (n *neb) serviceToken(form url.Values, s NEBSettings) *Reply {
	scope := strings.Fields(form.Get("scope"))
	if len(scope) == 0 || slices.ContainsFunc(scope, func(w string) bool { return !slices.Contains(s.ServiceScopes, w) }) {
		return nebFault("unauthorized_client")
	}
	now := n.b.Now().Unix()
	token, err := newNEBDraft(n.b.keys.Active(), "at+jwt", Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(nebServiceLife/time.Second)},
		{"scope", scope}, {"client_id", n.b.ClientID()}, {"jti", strings.ToUpper(randomHex(16))},
	}).Serialize()
	if err != nil {
		return nebAnswer(http.StatusInternalServerError, Object{{"error", "server_error"}})
	}
	put(n.b, n.service, digestOf(token), strings.Join(scope, " "), nebServiceLife)
	return nebAnswer(http.StatusOK, Object{
		{"access_token", token}, {"expires_in", int(nebServiceLife / time.Second)}, {"token_type", "Bearer"}, {"scope", strings.Join(scope, " ")},
	})
}

// tokens returns the token answer, member by member as recorded.
func (n *neb) tokens(g *nebGrant, s NEBSettings) (Object, error) {
	access, err := newNEBDraft(n.b.keys.Active(), "at+jwt", n.accessClaims(g)).Serialize()
	if err != nil {
		return nil, err
	}
	id, err := n.idToken(g, s, "at_hash", access)
	if err != nil {
		return nil, err
	}
	put(n.b, n.access, digestOf(access), g, nebAccessLife)
	o := Object{
		{"id_token", id},
		{"access_token", access},
		{"expires_in", int(nebAccessLife / time.Second)},
		{"token_type", "Bearer"},
		{"scope", strings.Join(g.scopes(), " ")},
	}
	if (s.UserinfoToken || g.has("userinfo_token")) && !g.req.provesAge() {
		d := newNEBDraft(n.b.keys.Active(), "at+jwt", n.userinfoClaims(g, s))
		if spoil := takeStage(n.b, func(p *spoiler) *func(*Broker, *Draft) { return &p.facts }); spoil != nil {
			spoil(n.b, d)
		}
		token, err := d.Serialize()
		if err != nil {
			return nil, err
		}
		o.Add("userinfo_token", token)
	}
	if g.has("transaction_token") {
		token, proof, err := n.transaction(g, s)
		if err != nil {
			return nil, err
		}
		o.Add("transaction_token", token)
		if proof != nil {
			o.Add("transaction_token_ocsp_resp", base64.StdEncoding.EncodeToString(proof))
		}
	}
	return o, nil
}

// idToken signs an ID token, and remembers it as a hint for a logout.
func (n *neb) idToken(g *nebGrant, s NEBSettings, hash, what string) (string, error) {
	d := newNEBDraft(n.b.keys.Active(), "JWT", n.idClaims(g, s, hash, what))
	if spoil := takeStage(n.b, func(p *spoiler) *func(*Broker, *Draft) { return &p.draft }); spoil != nil {
		spoil(n.b, d)
	}
	token, err := d.Serialize()
	if err == nil {
		put(n.b, n.hints, digestOf(token), g.session, nebIDLife)
	}
	return token, err
}

// spoilt lets a tampering change what is told of the person.
func (n *neb) spoilt(g *nebGrant, o Object) Object {
	if g.spoil != nil {
		g.spoil(n.b, &o)
	}
	return o
}

// userinfoClaims are the userinfo token's.
func (n *neb) userinfoClaims(g *nebGrant, s NEBSettings) Object {
	now := n.b.Now().Unix()
	o := Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(nebIDLife/time.Second)}, {"amr", []string{g.amr()}},
	}
	o = append(o, n.capacity(g, s)...)
	o = append(o, g.details(s)...)
	o.Add("auth_time", unixText(g.session.at))
	o.Add("sub", g.session.sub)
	o.Add("transaction_id", g.transaction)
	o.Add("aud", n.b.ClientID())
	return n.spoilt(g, g.extra(o))
}

// capacity is the part that the userinfo token and the transaction token share:
// who it is, how surely, and the numbers.
func (n *neb) capacity(g *nebGrant, s NEBSettings) Object {
	level := g.session.grantLevel
	o := n.aboutPerson(g, s)
	o = append(o, Object{
		{"loa", nebLevelURIs[level.loa]}, {"ial", nebLevelURIs[level.ial]}, {"aal", nebLevelURIs[level.aal]},
		{"identity_type", g.kind()}, {"idp_identity_id", g.identity()}, {"idp", g.idp()},
	}...)
	o = append(o, g.aboutCPR()...)
	o.Add("acr", nebLevelURIs[level.loa])
	return o
}
