package eidenttest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// welcome shows the page where a human picks a citizen; a step-up goes on with the
// one who logged in.
func (e *dialect) welcome(w http.ResponseWriter, r *http.Request, req *request) {
	sit := mitidtest.Pages{
		Locales: pageLanguage(req.params.Get("language")), Service: e.snapshot().ServiceName, UUID: req.hint,
		Action: "login", Message: req.reference,
		Companies: func(o mitidtest.Outcome) ([]mitidtest.Company, bool) {
			if !req.business() {
				return nil, false
			}
			return o.Citizen.Companies, req.private()
		},
		CPR:      func(o mitidtest.Outcome) *mitidtest.CPRPage { return e.cprPage(req, o) },
		WrongCPR: func() mitidtest.Outcome { return mitidtest.Fail(e.snapshot().CPRError, "") },
		End:      func(w http.ResponseWriter, r *http.Request, o mitidtest.Outcome) { e.act(w, r, req, e.snapshot(), o) },
	}
	if req.transaction != "" {
		sit.Action, sit.Message = "approve", req.transaction
	}
	if req.steps != nil {
		sit.Known = &req.steps.citizen
	}
	e.b.ShowPages(w, r, sit)
}

// cprPage returns the CPR page, unless it is not needed. A business login of somebody
// without a company ends without one.
func (e *dialect) cprPage(req *request, o mitidtest.Outcome) *mitidtest.CPRPage {
	s := e.snapshot()
	lost := req.business() && !req.private() && len(o.Citizen.Companies) == 0
	if !req.asksCPR(s) || lost {
		return nil
	}
	return &mitidtest.CPRPage{MaySkip: s.CPROptional}
}

// pageLanguage turns language into a language of the pages. The real broker's
// default is Norwegian, which these pages do not speak.
func pageLanguage(sent string) string {
	switch sent {
	case "da_DK", "da-DK":
		return "da"
	default:
		return "en"
	}
}
