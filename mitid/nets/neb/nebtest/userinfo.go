package nebtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// bearer returns what an access token stands for.
func (n *dialect) bearer(r *http.Request) (*grant, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g, ok := n.access.Get(digestOf(token))
	return g, ok && strings.EqualFold(scheme, "bearer")
}

// userinfo answers with texts only.
func (n *dialect) userinfo(r *http.Request, s Settings) *mitidtest.Reply {
	g, ok := n.bearer(r)
	if !ok {
		p := emptyAnswer(http.StatusUnauthorized)
		p.Header.Set("WWW-Authenticate", `Bearer realm="IdentityServer",error="invalid_token"`)
		return p
	}
	if g.req.provesAge() {
		return jsonAnswer(http.StatusOK, n.ageUserinfo(g, s))
	}
	now := n.b.Now()
	n.mu.Lock()
	active := !g.session.ended && !now.After(g.session.expiry())
	n.mu.Unlock()
	level := g.session.grantLevel
	o := mitidtest.Object{
		{"session_is_active", fmt.Sprint(active)},
		{"session_expiry", unixText(g.session.expiry())},
		{"idp", g.idp()},
		{"subject_type", "org_mapped"},
		{"idp_identity_id", g.identity()},
		{"loa", levelURIs[level.loa]},
		{"aal", levelURIs[level.aal]},
		{"ial", levelURIs[level.ial]},
	}
	o = append(o, n.aboutPerson(g, s)...)
	o = append(o, g.aboutCPR()...)
	o = append(o, g.details(s)...)
	o = append(o, g.aboutLogin()...)
	o = append(o, g.signedText()...)
	o = g.extra(o)
	o.Add("sub", g.session.sub)
	return jsonAnswer(http.StatusOK, n.spoilt(g, o))
}

// The error texts of the CPR match. The last one is this fake's own.
const (
	matchMissing  = "Missing Cpr parameter"
	matchExceeded = "Cpr Match exceeded. Only 3 tries is allowed within a session."
	matchLate     = "Cpr Match is only possible for 15 minutes after the login."
	matchTries    = 3
)

// apiAnswer is an answer of the broker's own REST interface.
func apiAnswer(status int, o mitidtest.Object) *mitidtest.Reply {
	p := jsonAnswer(status, o)
	p.Header.Set("Content-Type", "application/json; charset=utf-8")
	return p
}

func apiError(why string) *mitidtest.Reply {
	return apiAnswer(http.StatusBadRequest, mitidtest.Object{{"errorMessage", why}})
}

func unauthorized() *mitidtest.Reply {
	p := emptyAnswer(http.StatusUnauthorized)
	p.Header.Set("WWW-Authenticate", "Bearer")
	return p
}

// matchCPR tells whether a number is that of the person who logged in: three
// tries in a session, within fifteen minutes.
func (n *dialect) matchCPR(r *http.Request, body []byte, s Settings) *mitidtest.Reply {
	g, ok := n.bearer(r)
	if !ok {
		return unauthorized()
	}
	var asked struct {
		CPR *string `json:"cpr"`
	}
	if json.Unmarshal(body, &asked) != nil || asked.CPR == nil {
		return apiError(matchMissing)
	}
	number, err := cpr.Parse(*asked.CPR)
	now := n.b.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	of := g.session
	switch {
	case now.Sub(of.at) > cprTime:
		return apiError(matchLate)
	case of.tries >= matchTries:
		return apiError(matchExceeded)
	}
	of.tries++
	match := err == nil && number == of.citizen.CPR
	of.matched = of.matched || match
	if s.MatchAsText {
		return apiAnswer(http.StatusOK, mitidtest.Object{{"cprNumberMatch", fmt.Sprint(match)}})
	}
	return apiAnswer(http.StatusOK, mitidtest.Object{{"cprNumberMatch", match}})
}
