package nebtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// newToken returns a token with the members of its header in this broker's order.
func newToken(k *mitidtest.Key, typ string, payload mitidtest.Object) *mitidtest.Token {
	d := mitidtest.NewToken(k, payload)
	d.Header = mitidtest.Object{{"alg", "RS256"}, {"kid", k.ID}, {"typ", typ}}
	return d
}

// digestOf is the key under which a token is remembered.
func digestOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// token answers a token request. A code is good for one attempt.
func (n *dialect) token(r *http.Request, form url.Values, s Settings) *mitidtest.Reply {
	if len(form) == 0 {
		return oauthError("invalid_request")
	}
	if !n.authenticate(r, form, s) {
		return oauthError("invalid_client")
	}
	for _, values := range form {
		if len(values) > 1 {
			return oauthError("invalid_request")
		}
	}
	switch form.Get("grant_type") {
	case "authorization_code":
	case "client_credentials":
		return n.serviceToken(form, s)
	case "":
		return oauthError("invalid_request")
	default:
		return oauthError("unsupported_grant_type")
	}
	g, ok := n.grants.Take(form.Get("code"))
	if !ok || form.Get("redirect_uri") != g.req.params.Get("redirect_uri") || !g.proves(form) {
		return oauthError("invalid_grant")
	}
	g.spoil = mitidtest.TakeSpoiler[mitidtest.Object](n.b, StagePerson)
	o, err := n.tokens(g, s)
	if err != nil {
		return jsonAnswer(http.StatusInternalServerError, mitidtest.Object{{"error", "server_error"}})
	}
	return jsonAnswer(http.StatusOK, o)
}

// proves checks the code_verifier (RFC 7636), of either method.
func (g *grant) proves(form url.Values) bool {
	challenge := g.req.params.Get("code_challenge")
	if challenge != "" && g.req.params.Get("code_challenge_method") != "S256" {
		return form.Get("code_verifier") == challenge
	}
	return fakeoidc.ProvesChallenge(form, challenge)
}

// serviceToken answers client credentials.
func (n *dialect) serviceToken(form url.Values, s Settings) *mitidtest.Reply {
	scope := strings.Fields(form.Get("scope"))
	if len(scope) == 0 || slices.ContainsFunc(scope, func(w string) bool { return !slices.Contains(s.ServiceScopes, w) }) {
		return oauthError("unauthorized_client")
	}
	now := n.b.Now().Unix()
	token, err := newToken(n.b.Keys().Active(), "at+jwt", mitidtest.Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(serviceLife/time.Second)},
		{"scope", scope}, {"client_id", n.b.ClientID()}, {"jti", strings.ToUpper(fakehttp.RandomHex(16))},
	}).Serialize()
	if err != nil {
		return jsonAnswer(http.StatusInternalServerError, mitidtest.Object{{"error", "server_error"}})
	}
	n.service.Put(digestOf(token), strings.Join(scope, " "), serviceLife)
	return jsonAnswer(http.StatusOK, mitidtest.Object{
		{"access_token", token}, {"expires_in", int(serviceLife / time.Second)}, {"token_type", "Bearer"}, {"scope", strings.Join(scope, " ")},
	})
}

// tokens returns the token answer, member by member as recorded.
func (n *dialect) tokens(g *grant, s Settings) (mitidtest.Object, error) {
	access, err := newToken(n.b.Keys().Active(), "at+jwt", n.accessClaims(g)).Serialize()
	if err != nil {
		return nil, err
	}
	id, err := n.idToken(g, s, "at_hash", access)
	if err != nil {
		return nil, err
	}
	n.access.Put(digestOf(access), g, accessLife)
	o := mitidtest.Object{
		{"id_token", id},
		{"access_token", access},
		{"expires_in", int(accessLife / time.Second)},
		{"token_type", "Bearer"},
		{"scope", strings.Join(g.scopes(), " ")},
	}
	if (s.UserinfoToken || g.has("userinfo_token")) && !g.req.provesAge() {
		d := newToken(n.b.Keys().Active(), "at+jwt", n.userinfoClaims(g, s))
		mitidtest.Spoil(n.b, StageUserinfoToken, d)
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
func (n *dialect) idToken(g *grant, s Settings, hash, what string) (string, error) {
	d := newToken(n.b.Keys().Active(), "JWT", n.idClaims(g, s, hash, what))
	mitidtest.Spoil(n.b, mitidtest.StageIDToken, d)
	token, err := d.Serialize()
	if err == nil {
		n.hints.Put(digestOf(token), g.session, idLife)
	}
	return token, err
}

// spoilt lets a tampering change what is told of the person.
func (n *dialect) spoilt(g *grant, o mitidtest.Object) mitidtest.Object {
	if g.spoil != nil {
		g.spoil(n.b, &o)
	}
	return o
}

// userinfoClaims are the userinfo token's.
func (n *dialect) userinfoClaims(g *grant, s Settings) mitidtest.Object {
	now := n.b.Now().Unix()
	o := mitidtest.Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(idLife/time.Second)}, {"amr", []string{g.amr()}},
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
func (n *dialect) capacity(g *grant, s Settings) mitidtest.Object {
	level := g.session.grantLevel
	o := n.aboutPerson(g, s)
	o = append(o, mitidtest.Object{
		{"loa", levelURIs[level.loa]}, {"ial", levelURIs[level.ial]}, {"aal", levelURIs[level.aal]},
		{"identity_type", g.kind()}, {"idp_identity_id", g.identity()}, {"idp", g.idp()},
	}...)
	o = append(o, g.aboutCPR()...)
	o.Add("acr", levelURIs[level.loa])
	return o
}
