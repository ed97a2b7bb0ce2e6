package brokersuite

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// field is one field of mitid.Request: it is carried, or refused by name.
type field struct {
	name    string // of the field
	title   string
	request mitid.Request
	as      mitidtest.Outcome
	want    mitid.Kind
	prepare func(mitidtest.Traits)
	check   func(r *rig, l *mitid.Login)
}

// fields are the fields of mitid.Request.
func (s *suite) fields(t *testing.T) {
	m := s.rig(t, mitidtest.Config{}).traits()
	for _, f := range slices.Concat(personFields(m), journeyFields(m)) {
		t.Run(f.name+"/"+f.title, func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			if f.prepare != nil {
				f.prepare(r.traits())
			}
			l, err := r.login(f.request, f.as)
			if f.want == mitid.Unsupported {
				r.expect(f.want, err, f.title)
				return
			}
			if r.lacksOther(err, f) || r.unsupported(err, f.name, f.title) {
				return
			}
			r.expect(f.want, err, f.title)
			if err == nil && f.check != nil {
				f.check(r, l)
			}
		})
	}
	t.Run("Level/low", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		_, err := r.login(mitid.Request{Level: claims.Low}, mitidtest.Approve(mitidtest.PasswordUser()))
		r.expect(mitid.AssuranceTooLow, err, "the client's floor holds")
		r.client = r.newClient(claims.Low)
		l := r.must(mitid.Request{Level: claims.Low}, mitidtest.Approve(mitidtest.PasswordUser()))
		assert.Equal(t, claims.Low, l.Level)
		assert.Equal(t, "low", r.carried().Level, "no more than what was asked for")
		_, err = r.login(mitid.Request{Level: claims.Substantial}, mitidtest.Approve(mitidtest.PasswordUser()))
		r.expect(mitid.AssuranceTooLow, err, "the request's level holds")
	})
	t.Run("Silent and Fresh/sessions", s.sessions)
	t.Run("RevokeCPRConsent", s.consent)
}

func personFields(m mitidtest.Traits) []field {
	ditlev, paiman := mitidtest.Ditlev(), mitidtest.Paiman()
	employee, signatory := mitidtest.CompanyEmployee(), mitidtest.CompanySignatory()
	uuid, _ := claims.ParseUUID(ditlev.MitIDUUID(nil))
	second, _ := claims.ParseCVR(employee.Companies[1].CVR)
	professional := mitid.Request{Capacity: claims.CapacityProfessional}
	professionalHigh, declined, withheld := accepted, accepted, mitid.ClaimMissing
	if m.ProfessionalCap {
		professionalHigh = mitid.AssuranceTooLow
	}
	if m.ForcedCPR {
		declined, withheld = mitid.UserCancelled, mitid.UserCancelled
	}
	forSignatory := mitid.Request{Capacity: claims.CapacityProfessional}
	if !m.PrivateCPR {
		forSignatory.CPR = mitid.CPRIfPresent
	}
	withoutHint, withoutPAR := mitid.Unsupported, func(m mitidtest.Traits) { m.WithoutPAR() }
	if m.WithoutPAR == nil {
		withoutHint, withoutPAR = accepted, nil
	}
	return []field{
		{name: "Level", title: "not asked for", as: mitidtest.Approve(ditlev), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "substantial", r.carried().Level, "the client's floor is what is asked for")
			assert.False(r, r.carried().AsksCPR, "nobody asked for a CPR number")
		}},
		{name: "Level", title: "high", request: mitid.Request{Level: claims.High}, as: mitidtest.Approve(ditlev), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, claims.High, l.Level)
			assert.Equal(r, "high", r.carried().Level)
		}},
		{name: "Level", title: "high not reached", request: mitid.Request{Level: claims.High}, as: mitidtest.Approve(mitidtest.Citizen{Name: "Øjvind", Level: claims.Substantial}), want: mitid.AssuranceTooLow},
		{name: "Capacity", title: "employee", request: professional, as: mitidtest.Approve(employee), check: func(r *rig, l *mitid.Login) {
			r.isEmployee(l, &employee, 0)
		}},
		{name: "Capacity", title: "signatory", request: forSignatory, as: mitidtest.Approve(signatory), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, claims.CapacitySignatory, l.Identity.Capacity)
			if !m.PrivateCPR {
				assert.Equal(r, signatory.CPR, l.Identity.CPR)
			}
			if assert.NotNil(r, l.Identity.Organisation) {
				assert.Equal(r, signatory.Companies[0].CVR, l.Identity.Organisation.CVR.String())
			}
		}},
		{name: "Capacity", title: "nobody's employee", request: professional, as: mitidtest.Approve(ditlev), want: m.NoCompany},
		{name: "Capacity", title: "either, private", request: mitid.Request{Capacity: claims.CapacityEither}, as: mitidtest.Approve(employee), check: func(r *rig, l *mitid.Login) {
			r.isPerson(l, &employee)
		}},
		{name: "Capacity", title: "either, employee", request: mitid.Request{Capacity: claims.CapacityEither}, as: mitidtest.Approve(employee).For(employee.Companies[1].CVR), check: func(r *rig, l *mitid.Login) {
			r.isEmployee(l, &employee, 1)
		}},
		{name: "Capacity", title: "high for an organisation", request: mitid.Request{Capacity: claims.CapacityProfessional, Level: claims.High}, as: mitidtest.Approve(employee), want: professionalHigh, check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, claims.High, l.Level)
		}},
		{name: "CPR", title: "required", request: mitid.Request{CPR: mitid.CPRRequired}, as: mitidtest.Approve(paiman), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, paiman.CPR, l.Identity.CPR)
		}},
		{name: "CPR", title: "required, refused by the person", request: mitid.Request{CPR: mitid.CPRRequired}, as: mitidtest.Approve(paiman).WithoutCPR(), want: withheld},
		{name: "CPR", title: "if present, refused by the person", request: mitid.Request{CPR: mitid.CPRIfPresent}, as: mitidtest.Approve(paiman).WithoutCPR(), want: declined, check: func(r *rig, l *mitid.Login) {
			assert.True(r, l.Identity.CPR.IsZero())
		}},
		{name: "Address", title: "given", request: mitid.Request{Address: true}, as: mitidtest.Approve(paiman), check: func(r *rig, l *mitid.Login) {
			assert.NotNil(r, l.Identity.Address)
			assert.True(r, l.Identity.CPR.IsZero(), "an address without the number")
		}},
		{name: "Address", title: "not asked for", as: mitidtest.Approve(paiman), check: func(r *rig, l *mitid.Login) { assert.Nil(r, l.Identity.Address) }},
		{name: "Organisation", title: "of an employee", request: mitid.Request{Capacity: claims.CapacityProfessional, Organisation: true}, as: mitidtest.Approve(employee), check: func(r *rig, l *mitid.Login) {
			r.isEmployee(l, &employee, 0)
		}},
		{name: "Organisation", title: "of a private person", request: mitid.Request{Organisation: true}, as: mitidtest.Approve(ditlev)},
		{name: "NemIDPID", title: "asked for", request: mitid.Request{NemIDPID: true}, as: mitidtest.Approve(ditlev)},
		{name: "UUID", title: "the same person", request: mitid.Request{UUID: uuid}, as: mitidtest.Approve(ditlev), check: func(r *rig, l *mitid.Login) {
			r.isPerson(l, &ditlev)
			assert.Equal(r, ditlev.MitIDUUID(nil), r.carried().UUID)
		}},
		{name: "UUID", title: "somebody else", request: mitid.Request{UUID: uuid}, as: mitidtest.Approve(paiman), want: mitid.TokenInvalid},
		{name: "CPRHint", title: "right", request: mitid.Request{CPR: mitid.CPRRequired, CPRHint: ditlev.CPR}, as: mitidtest.Approve(ditlev), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, ditlev.CPR.Reveal(), r.carried().CPR)
			assert.Equal(r, r.fake.Endpoints().PAR, mitidtest.NormalizePath(r.params().Path), "the hint travels past the browser")
		}},
		{name: "CPRHint", title: "of somebody else", request: mitid.Request{CPR: mitid.CPRRequired, CPRHint: paiman.CPR}, as: mitidtest.Approve(ditlev), want: m.WrongCPR},
		{name: "CPRHint", title: "without PAR", request: mitid.Request{CPR: mitid.CPRRequired, CPRHint: ditlev.CPR}, as: mitidtest.Approve(ditlev), want: withoutHint, prepare: withoutPAR},
		{name: "CVRHint", title: "second company", request: mitid.Request{Capacity: claims.CapacityProfessional, CVRHint: second}, as: mitidtest.Approve(employee), check: func(r *rig, l *mitid.Login) {
			r.isEmployee(l, &employee, 1)
		}},
	}
}

// lacksOther reports whether err refuses another field that the request of f sets too: an
// adapter that lacks both may name either.
func (r *rig) lacksOther(err error, f field) bool {
	r.Helper()
	if mitid.KindOf(err) != mitid.Unsupported || strings.Contains(err.Error(), f.name) {
		return false
	}
	request := reflect.ValueOf(f.request)
	for i := range request.NumField() {
		name := request.Type().Field(i).Name
		if !request.Field(i).IsZero() && strings.Contains(err.Error(), "Request."+name) {
			r.suite.absent(r.T, f.name+"/"+f.title)
			return r.unsupported(err, name)
		}
	}
	return false
}

// spoilReference spoils the reference text, where the broker returns one.
func spoilReference(text string) func(mitidtest.Traits) {
	return func(m mitidtest.Traits) {
		if m.SpoilReference != nil {
			m.SpoilReference(text)
		}
	}
}

func journeyFields(m mitidtest.Traits) []field {
	const text = "Godkend overførsel på 100 kr. til Åse Ærø"
	const html = "<p>Godkend <b>overførsel</b> på 100 kr. til Åse Ærø</p>"
	fs := []field{
		{name: "ReferenceText", title: "shown and returned", request: mitid.Request{ReferenceText: text}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			if assert.NotNil(r, l.Texts.Reference) {
				assert.Equal(r, text, l.Texts.Reference.Body)
			}
		}},
		{name: "ReferenceText", title: "another one comes back", request: mitid.Request{ReferenceText: text}, as: mitidtest.Approve(mitidtest.Ditlev()), want: mitid.TransactionMismatch, prepare: spoilReference(text + "0")},
		{name: "ReferenceText", title: "none comes back", request: mitid.Request{ReferenceText: text}, as: mitidtest.Approve(mitidtest.Ditlev()), want: mitid.TransactionMismatch, prepare: spoilReference("")},
		{name: "TransactionText", title: "plain", request: mitid.Request{TransactionText: mitid.Text{Body: text}}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			if assert.NotNil(r, l.Texts.Transaction) {
				assert.Equal(r, text, l.Texts.Transaction.Body)
			}
		}},
		{name: "TransactionText", title: "HTML", request: mitid.Request{TransactionText: mitid.Text{Type: mitid.HTMLText, Body: html}}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			if assert.NotNil(r, l.Texts.Transaction) {
				assert.Equal(r, mitid.Text{Type: mitid.HTMLText, Body: html}, *l.Texts.Transaction)
			}
		}},
		{name: "TransactionText", title: "with a script", request: mitid.Request{TransactionText: mitid.Text{Type: mitid.HTMLText, Body: html + "<script>alert(1)</script>"}}, as: mitidtest.Approve(mitidtest.Ditlev()), want: mitid.InputInvalid},
		{name: "TransactionText", title: "beside a reference text", request: mitid.Request{TransactionText: mitid.Text{Body: text}, ReferenceText: "Ordre 7 æøå"}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			if assert.NotNil(r, l.Texts.Transaction) && assert.NotNil(r, l.Texts.Reference) {
				assert.Equal(r, text, l.Texts.Transaction.Body)
				assert.Equal(r, "Ordre 7 æøå", l.Texts.Reference.Body)
			}
		}},
		{name: "Locale", title: "Danish", request: mitid.Request{Locale: mitid.Danish}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "da", r.carried().Locale)
		}},
		{name: "Locale", title: "English", request: mitid.Request{Locale: mitid.English}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "en", r.carried().Locale)
		}},
		{name: "Locale", title: "Greenlandic", request: mitid.Request{Locale: mitid.Greenlandic}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "kl", r.carried().Locale)
		}},
		{name: "Fresh", title: "asks for it", request: mitid.Request{Fresh: true}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, "login", r.carried().Prompt)
			assert.WithinDuration(r, r.fake.Now(), l.Identity.AuthTime, time.Minute)
		}},
		{name: "Silent", title: "without a session", request: mitid.Request{Silent: true}, as: mitidtest.Approve(mitidtest.Ditlev()), want: mitid.InteractionRequired},
		{name: "AppSwitch", title: "iOS", request: mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example/resume"}}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "ios", r.carried().Platform)
			assert.Equal(r, "https://app.example/resume", r.carried().Resume)
		}},
		{name: "AppSwitch", title: "Android", request: mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.Android}}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, _ *mitid.Login) {
			assert.Equal(r, "android", r.carried().Platform)
		}},
	}
	for action, word := range map[mitid.Action]string{mitid.LogOn: "log_on", mitid.Approve: "approve", mitid.Confirm: "confirm", mitid.Accept: "accept", mitid.Sign: "sign"} {
		fs = append(fs, field{name: "Action", title: word, request: mitid.Request{Action: action, ReferenceText: text}, as: mitidtest.Approve(mitidtest.Ditlev()), check: func(r *rig, l *mitid.Login) {
			assert.Equal(r, word, r.carried().Action)
			if m.Heading != nil {
				assert.Equal(r, m.Heading(action), l.Texts.ReferenceHeader)
			}
			assert.Empty(r, r.carried().Unknown, "a hint that the broker does not know")
		}})
	}
	return fs
}

// isEmployee asserts that the login is that of who, for their i-th company.
func (r *rig) isEmployee(l *mitid.Login, who *mitidtest.Citizen, i int) {
	r.Helper()
	co := &who.Companies[i]
	assert.Equal(r, claims.CapacityProfessional, l.Identity.Capacity)
	assert.Equal(r, r.traits().Subject(who, co), l.Identity.Subject)
	assert.Equal(r, who.MitIDUUID(co), l.Identity.UUID.String())
	assert.NotEqual(r, who.MitIDUUID(nil), l.Identity.UUID.String(), "another identity than in private")
	assert.True(r, l.Identity.CPR.IsZero())
	if assert.NotNil(r, l.Identity.Organisation) {
		assert.Equal(r, co.CVR, l.Identity.Organisation.CVR.String())
		assert.Equal(r, co.Name, l.Identity.Organisation.Name)
	}
}

// sessions are logins in one browser at a broker with single sign-on.
func (s *suite) sessions(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	r.rememberLogins()
	browser := r.fake.NewBrowser()
	if _, err := r.client.Begin(t.Context(), mitid.Request{Silent: true}); r.unsupported(err, "Silent") {
		return
	}
	in := func(q mitid.Request, as ...mitidtest.Outcome) *mitid.Login {
		rd, err := r.client.Begin(t.Context(), q)
		require.NoError(t, err)
		cb, err := browser.Walk(t.Context(), rd, as...)
		require.NoError(t, err)
		l, err := r.client.Complete(t.Context(), rd.State, cb)
		require.NoError(t, err)
		return l
	}
	first := in(mitid.Request{}, mitidtest.Approve(mitidtest.Paiman()))
	r.fake.Advance(10 * time.Minute)
	silent := in(mitid.Request{Silent: true}, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, first.Identity.Subject, silent.Identity.Subject, "the session's person, not another one")
	assert.Equal(t, first.Identity.AuthTime, silent.Identity.AuthTime, "the time of the real login")
	if r.traits().TextsNeedLogin {
		l := in(mitid.Request{ReferenceText: "Ordre 7 æøå"}, mitidtest.Approve(mitidtest.Paiman()))
		assert.Equal(t, first.Identity.Subject, l.Identity.Subject)
		assert.WithinDuration(t, r.fake.Now(), l.Identity.AuthTime, time.Minute, "the person saw the text")
	}
	fresh := in(mitid.Request{Fresh: true}, mitidtest.Approve(mitidtest.Ditlev()))
	assert.NotEqual(t, first.Identity.Subject, fresh.Identity.Subject)
	assert.WithinDuration(t, r.fake.Now(), fresh.Identity.AuthTime, time.Minute)
}

// consent is a CPR number that the broker remembers, and forgets on demand.
func (s *suite) consent(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	remembers := func() bool {
		who, ask := mitidtest.Ditlev(), r.traits().RemembersCPR
		return ask != nil && ask(&who)
	}
	if _, err := r.client.Begin(t.Context(), mitid.Request{RevokeCPRConsent: true}); r.unsupported(err, "RevokeCPRConsent") {
		return
	}
	r.must(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(mitidtest.Ditlev()))
	require.True(t, remembers())
	_, err := r.login(mitid.Request{RevokeCPRConsent: true}, mitidtest.Approve(mitidtest.Ditlev()))
	require.NoError(t, err)
	assert.False(t, remembers())
}
