package nemlogintest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// welcome shows the page where a human picks a citizen.
func (e *dialect) welcome(w http.ResponseWriter, r *http.Request, q *authnRequest, p *provider) {
	e.b.ShowPages(w, r, mitidtest.Pages{
		Service: e.switches.Now().ServiceName, Action: "login",
		Companies: func(o mitidtest.Outcome) ([]mitidtest.Company, bool) {
			if !q.takesProfessional() {
				return nil, false
			}
			return o.Citizen.Companies, q.takesPrivate()
		},
		End: func(w http.ResponseWriter, r *http.Request, o mitidtest.Outcome) {
			e.act(w, r, q, p, e.switches.Now(), o)
		},
	})
}
