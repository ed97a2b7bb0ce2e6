package criiptotest

import (
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// grant is what a person has allowed the application to learn.
type grant struct {
	req         *request
	citizen     mitidtest.Citizen
	company     *mitidtest.Company // if nil, for themself
	acr         string
	level       claims.Level
	at          time.Time
	session     string
	tellCPR     bool
	tellAddress bool
}

// grantTo returns what o's person grants, or how the broker ends the login.
func (c *dialect) grantTo(req *request, s Settings, o mitidtest.Outcome) (*grant, *refusal) {
	g := &grant{req: req, citizen: o.Citizen, acr: req.acrs[0], at: c.b.Now(), session: fakeoidc.NewUUID()}
	if req.provesAge() {
		return g, nil
	}
	if o.CVR != "" && slices.Contains(req.acrs, acrBusiness) {
		g.acr = acrBusiness
	}
	if g.acr == acrBusiness || req.hint.business || req.hint.optional && o.CVR != "" {
		if g.company = mitidtest.ChooseCompany(companies(&o.Citizen, req, s), o.CVR); g.company == nil {
			return nil, &refusal{"access_denied", ""}
		}
	}
	g.level = o.Citizen.Reaches(levelOf(g.acr))
	if s.Level != claims.LevelUnknown {
		g.level = s.Level
	}
	if !asksCPR(req, s, g.company) {
		return g, nil
	}
	return g, c.collectCPR(g, s, o)
}

// collectCPR does what the CPR page does: it compares what the person types with
// their number, unless the broker remembers it.
func (c *dialect) collectCPR(g *grant, s Settings, o mitidtest.Outcome) *refusal {
	own := g.citizen.CPR
	_, remembered := c.consents.Get(g.citizen.MitIDUUID(nil))
	typed := own.Reveal()
	if g.req.hint.sub != "" {
		typed = g.req.hint.sub
	}
	if !o.Types.IsZero() {
		typed = o.Types.Reveal()
	}
	switch {
	case !own.IsZero() && remembered:
	case own.IsZero() || o.HidesCPR:
		if s.CPROptional {
			return nil
		}
		return &refusal{s.CPRError, ""}
	case typed != own.Reveal():
		return &refusal{s.CPRError, ""}
	case !o.Forgets:
		c.consents.Put(g.citizen.MitIDUUID(nil), true, consentLife)
	}
	g.tellCPR = wantsCPR(g.req, s)
	g.tellAddress = g.company == nil && s.Address && (!s.DynamicScopes || slices.Contains(g.req.scopes, "address"))
	return nil
}

// wantsCPR reports whether the token is to hold a CPR number: on request with
// dynamic scopes, always without them.
func wantsCPR(req *request, s Settings) bool {
	return s.CPR && (!s.DynamicScopes || slices.Contains(req.scopes, "ssn"))
}

// asksCPR reports whether the person is asked for a CPR number. An address needs
// one too; so do signatories, who are found by it; employees are never asked.
func asksCPR(req *request, s Settings, co *mitidtest.Company) bool {
	switch {
	case co != nil && co.Role == mitidtest.Employee:
		return false
	case co != nil:
		return true
	}
	return wantsCPR(req, s) || s.CPR && s.Address && slices.Contains(req.scopes, "address")
}

// companies returns those that the person may act for in this login.
func companies(p *mitidtest.Citizen, req *request, s Settings) []mitidtest.Company {
	var cs []mitidtest.Company
	for _, co := range p.Companies {
		if (req.hint.vat == "" || req.hint.vat == co.CVR) && (co.Role == mitidtest.Employee || s.Signatories) {
			cs = append(cs, co)
		}
	}
	return cs
}
