package mitidhttp_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// A signatory acts for an organisation as an employee does: Require lets both in
// where Professional is asked for, and neither where Private is.
func TestRequireAndSignatories(t *testing.T) {
	private := soren()
	employee, signatory := soren(), soren()
	firm := &claims.Organisation{Name: "Smørrebrød & Søn ApS"}
	employee.Capacity, employee.Subject, employee.Organisation = claims.CapacityProfessional, "{søren i firmaet}", firm
	signatory.Capacity, signatory.Subject, signatory.Organisation = claims.CapacitySignatory, "{søren for firmaet}", firm
	for _, c := range []struct {
		name string
		want claims.Capacity // of the gate
		who  claims.Identity
		in   bool
	}{
		{"private, private", claims.CapacityPrivate, private, true},
		{"private, employee", claims.CapacityPrivate, employee, false},
		{"private, signatory", claims.CapacityPrivate, signatory, false},
		{"professional, private", claims.CapacityProfessional, private, false},
		{"professional, employee", claims.CapacityProfessional, employee, true},
		{"professional, signatory", claims.CapacityProfessional, signatory, true},
		{"either, private", claims.CapacityEither, private, true},
		{"either, employee", claims.CapacityEither, employee, true},
		{"either, signatory", claims.CapacityEither, signatory, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The session begins at a gate that lets everybody in; another gate of the same
			// application, with the same keys, asks for more.
			s := newSite(t, true, func(s *site) { s.cfg.Request = mitid.Request{Capacity: claims.CapacityEither} })
			s.logsIn(c.who)
			b := s.browser()
			b.answer(b.get("/in/"))
			require.Equal(t, c.who.Subject+" substantial", b.get("/in/").body)

			s.cfg.Request = mitid.Request{Capacity: c.want}
			s.replica()
			p := b.get("/in/")
			if c.in {
				require.Equal(t, c.who.Subject+" substantial", p.body)
				return
			}
			require.Equal(t, http.StatusFound, p.StatusCode, "led to log in in the other capacity")
			require.NotContains(t, p.body, c.who.Subject)
			require.Equal(t, c.want, s.lastBegun().Capacity)
			require.Zero(t, s.lastBegun().UUID, "another identity, so this is no step-up")
			require.Equal(t, http.StatusUnauthorized, b.do(http.MethodPost, "/in/", "").StatusCode)
		})
	}
}
