package nemlogintest

import (
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// cookieSession holds the id of a session.
const cookieSession = "nemlogin-session"

// session is NemLog-in's session of one browser, which serves several service providers.
type session struct {
	id       string
	citizen  mitidtest.Citizen
	company  *mitidtest.Company
	level    claims.Level
	at       time.Time
	hidesCPR bool

	parts []participant // guarded by dialect.mu
}

// participant is a service provider that the person is logged in at.
type participant struct {
	to                    *provider
	nameID, format, index string
}

// serves reports whether the session answers q without another login.
func (of *session) serves(q *authnRequest) bool {
	fits := q.takesPrivate()
	if of.company != nil {
		fits = q.takesProfessional()
	}
	return fits && of.level >= q.level
}

// session returns the session of the browser, or nil.
func (e *dialect) session(r *http.Request) *session {
	of, _ := e.sessions.Get(e.b.Cookie(r, cookieSession))
	return of
}

// begin makes of the session of the browser. A session of the same person goes on at its
// service providers.
func (e *dialect) begin(w http.ResponseWriter, r *http.Request, of *session, s Settings) {
	if before := e.session(r); before != nil {
		e.sessions.Take(before.id)
		if before.citizen.MitIDUUID(before.company) == of.citizen.MitIDUUID(of.company) {
			e.mu.Lock()
			of.parts = slices.Clone(before.parts)
			e.mu.Unlock()
		}
	}
	e.sessions.Put(of.id, of, s.SessionLifetime)
	e.b.SetCookie(w, cookieSession, of.id)
}

// join adds the provider to the session, and returns the person's login there.
func (e *dialect) join(of *session, q *authnRequest, p *provider) *login {
	g := &login{request: q, to: p, citizen: of.citizen, company: of.company, level: of.level, at: of.at, hidesCPR: of.hidesCPR,
		format: p.nameID, index: fakehttp.RandomHex(16)}
	g.nameID = nameIDOf(p.entityID, &of.citizen, of.company)
	if p.nameID == formatTransient {
		g.nameID = nameIDPrefix(of.company) + fakeoidc.NewUUID()
	}
	part := participant{p, g.nameID, g.format, g.index}
	e.mu.Lock()
	of.parts = append(slices.DeleteFunc(of.parts, func(o participant) bool { return o.to.entityID == p.entityID }), part)
	e.mu.Unlock()
	e.subjects.Put(g.nameID, of, subjectLife)
	e.indexes.Put(g.index, of, subjectLife)
	return g
}

// subjectLife is how long a logout can be about somebody.
const subjectLife = 24 * time.Hour

// leave takes the provider out of the session. It returns its part, and those of the
// others.
func (e *dialect) leave(of *session, entityID string) (mine *participant, others []participant) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, part := range of.parts {
		e.b.Note(part.index, "logged out")
		if part.to.entityID == entityID {
			mine = &part
		} else {
			others = append(others, part)
		}
	}
	of.parts = nil
	return mine, others
}

// nameIDOf returns the persistent NameID of a person at one service provider.
func nameIDOf(entityID string, c *mitidtest.Citizen, co *mitidtest.Company) string {
	return nameIDPrefix(co) + mitidtest.StableUUID("nameid", entityID, c.MitIDUUID(co))
}

func nameIDPrefix(co *mitidtest.Company) string {
	if co != nil {
		return attrEID + "professional/uuid/"
	}
	return attrEID + "person/uuid/"
}
