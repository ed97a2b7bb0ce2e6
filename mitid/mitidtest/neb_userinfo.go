package mitidtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/cpr"
)

// bearer returns what an access token stands for.
func (n *neb) bearer(r *http.Request) (*nebGrant, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g, ok := get(n.b, n.access, digestOf(token))
	return g, ok && strings.EqualFold(scheme, "bearer")
}

// userinfo answers with texts only.
func (n *neb) userinfo(r *http.Request, s NEBSettings) *Reply {
	g, ok := n.bearer(r)
	if !ok {
		p := nebEmpty(http.StatusUnauthorized)
		p.Header.Set("WWW-Authenticate", `Bearer realm="IdentityServer",error="invalid_token"`)
		return p
	}
	if g.req.provesAge() {
		return nebAnswer(http.StatusOK, n.ageUserinfo(g, s))
	}
	n.b.mu.Lock()
	active := !g.session.ended && !n.b.now().After(g.session.expiry())
	n.b.mu.Unlock()
	level := g.session.grantLevel
	o := Object{
		{"session_is_active", fmt.Sprint(active)},
		{"session_expiry", unixText(g.session.expiry())},
		{"idp", g.idp()},
		{"subject_type", "org_mapped"},
		{"idp_identity_id", g.identity()},
		{"loa", nebLevelURIs[level.loa]},
		{"aal", nebLevelURIs[level.aal]},
		{"ial", nebLevelURIs[level.ial]},
	}
	o = append(o, n.aboutPerson(g, s)...)
	o = append(o, g.aboutCPR()...)
	o = append(o, g.details(s)...)
	o = append(o, g.aboutLogin()...)
	o = append(o, g.signedText()...)
	o = g.extra(o)
	o.Add("sub", g.session.sub)
	return nebAnswer(http.StatusOK, n.spoilt(g, o))
}

// The error texts of the CPR match. The last one is this fake's own.
const (
	matchMissing  = "Missing Cpr parameter"
	matchExceeded = "Cpr Match exceeded. Only 3 tries is allowed within a session."
	matchLate     = "Cpr Match is only possible for 15 minutes after the login."
	matchTries    = 3
)

// nebAPI is an answer of the broker's own REST interface.
func nebAPI(status int, o Object) *Reply {
	p := nebAnswer(status, o)
	p.Header.Set("Content-Type", "application/json; charset=utf-8")
	return p
}

func nebAPIError(why string) *Reply {
	return nebAPI(http.StatusBadRequest, Object{{"errorMessage", why}})
}

func nebUnauthorized() *Reply {
	p := nebEmpty(http.StatusUnauthorized)
	p.Header.Set("WWW-Authenticate", "Bearer")
	return p
}

// matchCPR tells whether a number is that of the person who logged in: three
// tries in a session, within fifteen minutes.
func (n *neb) matchCPR(r *http.Request, body []byte, s NEBSettings) *Reply {
	g, ok := n.bearer(r)
	if !ok {
		return nebUnauthorized()
	}
	var asked struct {
		CPR *string `json:"cpr"`
	}
	if json.Unmarshal(body, &asked) != nil || asked.CPR == nil {
		return nebAPIError(matchMissing)
	}
	number, err := cpr.Parse(*asked.CPR)
	n.b.mu.Lock()
	defer n.b.mu.Unlock()
	of := g.session
	switch {
	case n.b.now().Sub(of.at) > nebCPRTime:
		return nebAPIError(matchLate)
	case of.tries >= matchTries:
		return nebAPIError(matchExceeded)
	}
	of.tries++
	match := err == nil && number == of.citizen.CPR
	of.matched = of.matched || match
	if s.MatchAsText {
		return nebAPI(http.StatusOK, Object{{"cprNumberMatch", fmt.Sprint(match)}})
	}
	return nebAPI(http.StatusOK, Object{{"cprNumberMatch", match}})
}

// signText keeps a document that a later login signs.
func (n *neb) signText(r *http.Request, body []byte) *Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	scope, ok := get(n.b, n.service, digestOf(token))
	if !ok || !strings.EqualFold(scheme, "bearer") || !strings.Contains(" "+scope+" ", " signtext_api ") {
		return nebUnauthorized()
	}
	var asked struct {
		Type string `json:"SignTextType"`
		Body string `json:"SignTextBase64"`
	}
	if json.Unmarshal(body, &asked) != nil {
		return nebAPIError("Invalid request")
	}
	text := newNEBText(asked.Body, asked.Type)
	if text == nil {
		return nebAPIError("Invalid SignTextBase64 or SignTextType")
	}
	id := text.kind + "_" + newUUID()
	put(n.b, n.texts, id, text, nebServiceLife)
	return nebAPI(http.StatusOK, Object{{"signTextId", id}})
}
