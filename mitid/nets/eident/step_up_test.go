package eident_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// now is the clock of the clients that talk to no fake.
func now() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

// known is a login of long enough ago that its transaction ends at until.
func known(until string) *mitid.Login {
	return &mitid.Login{
		Broker: "eident", Issuer: issuer, ClientID: "MER2", StepUp: until + ".617b5cdc6fb84f16a6022e328d970bb7",
		Identity: claims.Identity{Capacity: claims.CapacityPrivate, Subject: "mitid:" + someUUID, UUID: mustUUID(someUUID), Levels: claims.Levels{LoA: claims.Substantial}},
	}
}

const (
	inTime = "1795262401" // a second after now
	late   = "1795262400" // now
)

func TestStepUpRequests(t *testing.T) {
	for name, c := range map[string]struct {
		request mitid.Request
		config  func(*eident.Config)
	}{
		"stepup-cpr":            {request: mitid.Request{CPR: mitid.CPRRequired}},
		"stepup-cpr-english":    {request: mitid.Request{CPR: mitid.CPRIfPresent, Locale: mitid.English}},
		"stepup-level":          {request: mitid.Request{CPR: mitid.CPRRequired, Level: claims.High}},
		"stepup-level-and-uuid": {request: mitid.Request{Level: claims.High}, config: func(c *eident.Config) { c.UUIDInURL = true }},
		"stepup-text":           {request: mitid.Request{CPR: mitid.CPRRequired, TransactionText: mitid.Text{Body: "Jeg køber Ærø"}}},
		"stepup-pid":            {request: mitid.Request{CPR: mitid.CPRRequired, NemIDPID: true}},
	} {
		t.Run(name, func(t *testing.T) {
			rd, err := newWire(t, c.config).StepUp(t.Context(), known(inTime), c.request)
			q := asked(t, rd, err)
			golden(t, name, readable(q))
			require.Equal(t, c.config != nil, q.Has("login_hint"), "a UUID in the address")
		})
	}
}

func TestStepUpOfAnEmployeeCarriesNoHint(t *testing.T) {
	l := known(inTime)
	l.Identity.Capacity = claims.CapacityProfessional
	rd, err := newWire(t, func(c *eident.Config) { c.UUIDInURL = true }).StepUp(t.Context(), l, mitid.Request{Fresh: true})
	require.Equal(t, "mitid:mitid_erhverv", asked(t, rd, err).Get("amr_values"))
	require.NotContains(t, rd.URL, someUUID)
}

// TestAStepUpKeepsTheEmployment: one person may work at two places, and sub does
// not always tell which.
func TestAStepUpKeepsTheEmployment(t *testing.T) {
	fake := eidenttest.New(t)
	fake.Configure(func(s *switches) { s.OneSubject = true })
	c := open(t, fake, nil)
	who := mitidtest.CompanyEmployee()
	l, err := mitidtest.Login(t, c, fake, mitid.Request{Capacity: claims.CapacityProfessional}, mitidtest.Approve(who).For("12345674"))
	require.NoError(t, err)
	require.Equal(t, "mitid:", l.Identity.Subject[:6])
	for cvr, want := range map[string]error{"12345674": nil, "87654320": mitid.ErrTokenInvalid} {
		rd, err := c.StepUp(t.Context(), l, mitid.Request{Fresh: true})
		require.NoError(t, err)
		cb, err := mitidtest.Walk(t.Context(), fake, rd, mitidtest.Approve(who).For(cvr))
		require.NoError(t, err)
		again, err := c.Complete(t.Context(), rd.State, cb)
		require.ErrorIs(t, err, want)
		if want == nil {
			require.Equal(t, l.Identity.Subject, again.Identity.Subject)
		}
	}
}

// TestALateStepUpIsNeverSent: the window is the life of the login's ID token.
func TestALateStepUpIsNeverSent(t *testing.T) {
	c := newWire(t, nil)
	_, err := c.StepUp(t.Context(), known(late), mitid.Request{CPR: mitid.CPRRequired})
	require.ErrorIs(t, err, mitid.ErrInteractionRequired)
	for title, handle := range map[string]string{"none": "", "no time": "617b5cdc6fb84f16a6022e328d970bb7", "no id": inTime + ".", "a foreign one": "neb:1", "a long one": inTime + "." + string(make([]byte, 200)), "negative": "-5.a",
		"a blank in the id": inTime + ".a b", "a parameter in the id": inTime + ".a&scope=ssn", "a letter of another alphabet": inTime + ".å", "a long id": inTime + "." + strings.Repeat("a", 129)} {
		l := known(inTime)
		l.StepUp = handle
		_, err := c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
		require.ErrorIs(t, err, mitid.ErrInputInvalid, title)
	}
	_, err = c.StepUp(t.Context(), known(late), mitid.Request{CPR: mitid.CPRRequired, Fresh: true})
	require.NoError(t, err, "a new login is never too late")
}

// TestCPRStepUp is the whole journey: one login, one CPR page, the same person.
func TestCPRStepUp(t *testing.T) {
	fake := eidenttest.New(t)
	c := open(t, fake, nil)
	who := mitidtest.Paiman()
	first, err := mitidtest.Login(t, c, fake, mitid.Request{Level: claims.High}, mitidtest.Approve(who))
	require.NoError(t, err)
	require.True(t, first.Identity.CPR.IsZero())
	require.NotContains(t, first.StepUp, who.CPR.Reveal())

	fake.Advance(14 * time.Minute)
	up := func(l *mitid.Login, as mitidtest.Outcome) (*mitid.Login, error) {
		rd, err := c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
		require.NoError(t, err)
		cb, err := mitidtest.Walk(t.Context(), fake, rd, as)
		require.NoError(t, err)
		return c.Complete(t.Context(), rd.State, cb)
	}
	second, err := up(first, mitidtest.Approve(who))
	require.NoError(t, err)
	require.Equal(t, who.CPR, second.Identity.CPR)
	require.Equal(t, first.Identity.Subject, second.Identity.Subject)
	require.Equal(t, claims.High, second.Level, "the level of the login, which was not repeated")
	require.Equal(t, first.Identity.AuthTime, second.Identity.AuthTime, "nobody logged in again")
	require.NotEqual(t, first.StepUp, second.StepUp)
	q, err := url.ParseQuery(second.Evidence.Request.Reveal())
	require.NoError(t, err)
	require.Len(t, q.Get("transaction_id"), 32)

	_, err = up(first, mitidtest.Approve(mitidtest.Ditlev()))
	require.ErrorIs(t, err, mitid.ErrTokenInvalid, "somebody else")
	_, err = up(first, mitidtest.Abort())
	require.ErrorIs(t, err, mitid.ErrUserCancelled)
	_, err = up(first, mitidtest.Approve(who).Typing(mitidtest.Ditlev().CPR))
	require.ErrorIs(t, err, mitid.ErrCPRMismatch)
	_, err = up(first, mitidtest.Approve(who).WithoutCPR())
	require.ErrorIs(t, err, mitid.ErrClaimMissing)

	fake.Advance(time.Minute)
	before := fake.Count("")
	_, err = c.StepUp(t.Context(), first, mitid.Request{CPR: mitid.CPRRequired})
	require.ErrorIs(t, err, mitid.ErrInteractionRequired)
	require.Equal(t, before, fake.Count(""), "what is late is not sent")
}

// TestAStepUpThatIsLateOnTheWay was sent in time and arrived late: whatever the
// broker answers, the person must log in again.
func TestAStepUpThatIsLateOnTheWay(t *testing.T) {
	for _, code := range []string{"access_denied", "idexpired", "generalerror", "ukendt"} {
		fake := eidenttest.New(t)
		fake.Configure(func(s *eidenttest.Settings) { s.LateError = code })
		c := open(t, fake, nil)
		l, err := mitidtest.Login(t, c, fake, mitid.Request{})
		require.NoError(t, err)
		fake.Advance(14 * time.Minute)
		rd, err := c.StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
		require.NoError(t, err)
		fake.Advance(2 * time.Minute)
		cb, err := mitidtest.Walk(t.Context(), fake, rd)
		require.NoError(t, err)
		require.Contains(t, cb.RawQuery, "error="+code)
		_, err = c.Complete(t.Context(), rd.State, cb)
		require.ErrorIs(t, err, mitid.ErrInteractionRequired, code)
	}
}
