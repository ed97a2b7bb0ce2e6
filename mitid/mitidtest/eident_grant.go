package mitidtest

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// eidentGrant is what a person has allowed the merchant to learn.
type eidentGrant struct {
	req      *eidentRequest
	citizen  Citizen
	company  *Company // if nil, for themself
	level    claims.Level
	at       time.Time // of the login, also after a step-up
	mitidID  string    // MitID's transaction
	jti      string
	typedCPR bool // on the CPR page
	tellCPR  bool
}

// act carries out what a scripted person does.
func (e *eident) act(w http.ResponseWriter, req *eidentRequest, s EIdentSettings, o Outcome) {
	bad := &refusal{s.AbortError, s.AbortDetail}
	switch o.Act {
	case Approves:
		var g *eidentGrant
		if g, bad = e.grantTo(req, s, o); bad == nil {
			code := randomHex(16)
			put(e.b, e.grants, code, g, s.CodeLifetime)
			e.sendBack(w, req, s, Pairs{{"code", code}})
			return
		}
	case Fails:
		bad = &refusal{o.Code, o.Description}
	}
	e.sendBack(w, req, s, ErrorPairs(bad.code, bad.why))
}

// grantTo returns what o's person grants, or how the broker ends the login.
func (e *eident) grantTo(req *eidentRequest, s EIdentSettings, o Outcome) (*eidentGrant, *refusal) {
	g := &eidentGrant{req: req, citizen: o.Citizen, at: e.b.Now(), mitidID: newUUID(), jti: randomHex(16)}
	if req.steps != nil {
		return e.stepUp(g, s, o)
	}
	if req.business() && (!req.private() || o.CVR != "") {
		if g.company = ChooseCompany(o.Citizen.Companies, o.CVR); g.company == nil {
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
func (e *eident) stepUp(g *eidentGrant, s EIdentSettings, o Outcome) (*eidentGrant, *refusal) {
	old := g.req.steps
	g.at, g.level, g.mitidID = old.at, old.level, old.mitidID
	if o.Citizen.uuid() == old.citizen.uuid() {
		g.citizen, g.company = old.citizen, old.company
	}
	return g, e.collectCPR(g, s, o)
}

// collectCPR does what the CPR page does: it compares what the person types with
// their number. It is shown to everybody, employees too.
func (e *eident) collectCPR(g *eidentGrant, s EIdentSettings, o Outcome) *refusal {
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
func (q *eidentRequest) asksCPR(s EIdentSettings) bool { return q.asks("ssn") || q.asks(s.PIDScope) }
