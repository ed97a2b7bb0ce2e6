package nebtest

import (
	"net/http"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// levels are the levels of a login.
type levels struct{ loa, ial, aal claims.Level }

// grant is what a person has allowed the application to learn.
type grant struct {
	req         *request
	session     *session
	reused      bool   // the session was there before, and MitID did not see the person
	transaction string // the broker's
	cpr         bool   // dk.cpr is told
	lookedUp    bool   // the number is known in this flow, told or not
	consent     bool   // the CPR page was shown

	workflowSignature string // the id of the signature that this login made; empty if it made none
	text              *approvalText
	spoil             func(*mitidtest.Broker, *mitidtest.Object) // of what is told of the person
}

func (g *grant) has(scope string) bool { return slices.Contains(g.req.scopes, scope) }

// reuse grants from a session.
func (n *dialect) reuse(old *session, req *request, s Settings) *grant {
	n.mu.Lock()
	known := old.cpr || s.PublicProvider && !old.citizen.CPR.IsZero()
	n.mu.Unlock()
	g := &grant{req: req, session: old, reused: true, transaction: fakeoidc.NewUUID(), cpr: known && n.tellsCPR(old, req, s), lookedUp: known}
	if req.text != nil && req.text.signer != nil {
		g.text = req.text // a workflow is signed on top of any login
	}
	return g
}

// grantTo returns what o's person grants, or how the broker ends the login. With
// a session the person only meets the CPR page.
func (n *dialect) grantTo(r *http.Request, req *request, s Settings, o mitidtest.Outcome, old *session) (*grant, *refusal) {
	if old != nil {
		g := n.reuse(old, req, s)
		return g, n.collectCPR(g, s, o)
	}
	if bad := judgeParams(req, s); bad != nil {
		return nil, bad
	}
	session := &session{sid: fakeoidc.NewUUID(), citizen: o.Citizen, at: n.b.Now(), transaction: fakeoidc.NewUUID()}
	private := slices.Contains(req.idps, "mitid")
	if slices.Contains(req.idps, "mitid_erhverv") && (o.CVR != "" || !private && !(req.idp.allowPrivate && slices.Contains(req.scopes, "mitid"))) {
		session.company = mitidtest.ChooseCompany(o.Citizen.Companies, o.CVR)
		if session.company == nil {
			return nil, &refusal{"access_denied", s.NoCompany}
		}
	}
	session.sub = subjectOf(s.Organisation, &o.Citizen, session.company)
	level := o.Citizen.Reaches(req.idp.mitid.level)
	if s.Level != claims.LevelUnknown {
		level = s.Level
	}
	if session.company != nil {
		level = min(level, claims.Substantial) // the broker is Substantial (NSIS)
	}
	session.grantLevel = levels{loa: level, aal: level, ial: max(level, claims.Substantial)}
	if before := n.session(r); before != nil && before.sub == session.sub {
		session.sid = before.sid
	}
	if hint := req.idp.mitid.cpr; hint != "" && hint != o.Citizen.CPR.Reveal() {
		return nil, &refusal{"access_denied", s.WrongCPR}
	}
	g := &grant{req: req, session: session, transaction: fakeoidc.NewUUID(), text: req.text}
	return g, n.collectCPR(g, s, o)
}

// judgeParams reports what makes no sense in idp_params, to the client.
func judgeParams(req *request, s Settings) *refusal {
	m := &req.idp.mitid
	switch {
	case m.uuid != "" && !uuidForm.MatchString(m.uuid):
		return &refusal{"access_denied", "mitid_uuid_hint_malformed"}
	case req.idp.nonsense, m.cpr != "" && !req.hidden:
		return &refusal{"access_denied", s.BadParams}
	}
	return nil
}

// subjectOf is the broker's key of a person: one for each organisation.
func subjectOf(organisation string, p *mitidtest.Citizen, co *mitidtest.Company) string {
	return mitidtest.StableUUID("neb sub", organisation, p.MitIDUUID(co))
}

// asksCPR reports whether scopes of req need a CPR number.
func asksCPR(req *request, s Settings) bool {
	if req.provesAge() {
		return false
	}
	return s.UninvitedCPR || slices.ContainsFunc(req.scopes, func(w string) bool {
		return w == "ssn" || w == "ssn.details_name" || w == "ssn.details_address" || w == "nemid.pid"
	})
}

// needsCPR reports whether a session must be shown the CPR page.
func (n *dialect) needsCPR(old *session, req *request, s Settings) bool {
	if old == nil || old.company != nil || !asksCPR(req, s) || s.PublicProvider {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return !old.cpr
}

func (n *dialect) tellsCPR(of *session, req *request, s Settings) bool {
	return of.company == nil && !of.citizen.CPR.IsZero() && (s.UninvitedCPR || slices.Contains(req.scopes, "ssn"))
}

// collectCPR does what the CPR page does: it compares what the person types with
// their number. For public providers there is a look-up and no page. Employees
// are not asked.
func (n *dialect) collectCPR(g *grant, s Settings, o mitidtest.Outcome) *refusal {
	if g.session.company != nil || !asksCPR(g.req, s) {
		return nil
	}
	own := g.session.citizen.CPR
	typed := own.Reveal()
	if !o.Types.IsZero() {
		typed = o.Types.Reveal()
	}
	switch {
	case s.PublicProvider || s.UninvitedCPR:
		if own.IsZero() {
			return nil
		}
	case own.IsZero() || o.HidesCPR:
		if s.CPRSkip {
			return nil
		}
		return &refusal{"access_denied", "mitid_user_aborted"}
	case typed != own.Reveal():
		return &refusal{"access_denied", s.WrongCPR}
	default:
		g.consent = true
	}
	g.cpr, g.lookedUp = n.tellsCPR(g.session, g.req, s), true
	n.mu.Lock()
	defer n.mu.Unlock()
	g.session.cpr = true
	return nil
}
