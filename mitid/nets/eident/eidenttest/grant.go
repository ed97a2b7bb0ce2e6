package eidenttest

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// grant is what a person has allowed the merchant to learn.
type grant struct {
	req      *request
	citizen  mitidtest.Citizen
	company  *mitidtest.Company // if nil, for themself
	level    claims.Level
	at       time.Time // of the login, also after a step-up
	issued   time.Time // of the assertion of SAML; zero until it is made
	mitidID  string    // MitID's transaction
	jti      string
	typedCPR bool // on the CPR page
	tellCPR  bool
}

// act carries out what a scripted person does.
func (e *dialect) act(w http.ResponseWriter, r *http.Request, req *request, s Settings, o mitidtest.Outcome) {
	bad := &refusal{s.AbortError, s.AbortDetail}
	switch o.Act {
	case mitidtest.Approves:
		var g *grant
		if g, bad = e.grantTo(req, s, o); bad == nil {
			if req.target != "" {
				e.sendArtifact(w, r, req, s, g)
				return
			}
			code := fakehttp.RandomHex(16)
			e.grants.Put(code, g, s.CodeLifetime)
			e.sendBack(w, r, req, s, mitidtest.Pairs{{"code", code}})
			return
		}
	case mitidtest.Fails:
		bad = &refusal{o.Code, o.Description}
	}
	e.refuse(w, r, req, s, bad)
}

// grantTo returns what o's person grants, or how the broker ends the login.
func (e *dialect) grantTo(req *request, s Settings, o mitidtest.Outcome) (*grant, *refusal) {
	g := &grant{req: req, citizen: o.Citizen, at: e.b.Now(), mitidID: fakeoidc.NewUUID(), jti: fakehttp.RandomHex(16)}
	if req.steps != nil {
		return e.stepUp(g, s, o)
	}
	if req.business() && (!req.private() || o.CVR != "") {
		if g.company = mitidtest.ChooseCompany(o.Citizen.Companies, o.CVR); g.company == nil {
			return nil, &refusal{s.CompanyError, ""}
		}
	}
	g.level = o.Citizen.Reaches(max(req.level, req.authLevel))
	if s.Level != claims.LevelUnknown {
		g.level = s.Level
	}
	if g.company != nil {
		g.level = min(g.level, claims.Substantial) // the broker behind is no higher
	}
	return g, e.collectCPR(g, s, o)
}

// stepUp adds a CPR number to a login that is known. Nobody logs in, so whose it is
// does not depend on who is in front of the page; a scripted somebody else gets an
// answer about themself all the same, so that clients prove that they look.
func (e *dialect) stepUp(g *grant, s Settings, o mitidtest.Outcome) (*grant, *refusal) {
	old := g.req.steps
	g.at, g.level, g.mitidID = old.at, old.level, old.mitidID
	if s.SameAssertion && g.req.target != "" {
		g.jti, g.issued = old.jti, old.issued
	}
	if o.Citizen.MitIDUUID(nil) == old.citizen.MitIDUUID(nil) {
		g.citizen, g.company = old.citizen, old.company
	}
	return g, e.collectCPR(g, s, o)
}

// collectCPR does what the CPR page does: it compares what the person types with
// their number. It is shown to everybody, employees too.
func (e *dialect) collectCPR(g *grant, s Settings, o mitidtest.Outcome) *refusal {
	own := g.citizen.CPR
	if !g.req.asksCPR(s) {
		g.tellCPR = s.CPRUninvited && !own.IsZero()
		return nil
	}
	typed := own
	if !o.Types.IsZero() {
		typed = o.Types
	}
	switch {
	case own.IsZero() || o.HidesCPR:
		if s.CPROptional {
			return nil
		}
		return &refusal{s.CPRError, ""}
	case typed != own:
		return &refusal{s.CPRError, ""}
	}
	g.typedCPR, g.tellCPR = true, g.req.asks("ssn") || s.CPRUninvited
	return nil
}

// asksCPR reports whether the CPR page is shown. The PID of NemID needs it too.
func (q *request) asksCPR(s Settings) bool { return q.asks("ssn") || q.asks(s.PIDScope) }
