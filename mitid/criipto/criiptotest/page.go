package criiptotest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// welcome shows the page where a human picks a citizen.
func (c *dialect) welcome(w http.ResponseWriter, r *http.Request, req *request) {
	s := c.snapshot()
	_, message := req.hint.heading(s)
	pages := mitidtest.Pages{
		Locales: req.params.Get("ui_locales"), Action: req.hint.action, Service: s.CompanyAlias, Message: message, UUID: req.hint.uuid,
		Methods:   req.acrs,
		Choose:    func(acr string) { req.acrs = []string{acr} },
		Companies: func(o mitidtest.Outcome) ([]mitidtest.Company, bool) { return c.choice(req, o) },
		CPR:       func(o mitidtest.Outcome) *mitidtest.CPRPage { return c.cprPage(req, o) },
		WrongCPR:  func() mitidtest.Outcome { return mitidtest.Fail(c.snapshot().CPRError, "") },
		OtherBrowser: func(w http.ResponseWriter, r *http.Request, noCookies bool) {
			code := "MITID_NONCE_COOKIE_MALFORMED"
			if noCookies {
				code = "MITID_NONCE_COOKIE_MISSING"
			}
			c.sendBack(w, r, req, c.snapshot(), mitidtest.ErrorPairs(code, ""))
		},
		End: func(w http.ResponseWriter, r *http.Request, o mitidtest.Outcome) { c.act(w, r, req, c.snapshot(), o) },
	}
	if req.provesAge() {
		pages.Ages = fakeoidc.Ages(req.scopes, scopeAgeOver)
	}
	c.b.ShowPages(w, r, pages)
}

// demandsCompany reports whether the person must act for a company.
func (r *request) demandsCompany() bool { return r.acrs[0] == acrBusiness || r.hint.business }

// choice returns the companies that the person may act for, and whether they may be
// private instead.
func (c *dialect) choice(req *request, o mitidtest.Outcome) (choice []mitidtest.Company, optional bool) {
	if !req.demandsCompany() && !req.hint.optional {
		return nil, false
	}
	return companies(&o.Citizen, req, c.snapshot()), !req.demandsCompany()
}

// cprPage returns the CPR page, unless it is not needed.
func (c *dialect) cprPage(req *request, o mitidtest.Outcome) *mitidtest.CPRPage {
	s := c.snapshot()
	demanded := req.demandsCompany()
	var co *mitidtest.Company
	if demanded || req.hint.optional && o.CVR != "" {
		co = mitidtest.ChooseCompany(companies(&o.Citizen, req, s), o.CVR)
	}
	_, remembered := c.consents.Get(o.Citizen.MitIDUUID(nil))
	known := remembered && !o.Citizen.CPR.IsZero()
	if !asksCPR(req, s, co) || known || co == nil && demanded {
		return nil
	}
	return &mitidtest.CPRPage{Prefilled: req.hint.sub, MaySkip: s.CPROptional}
}
