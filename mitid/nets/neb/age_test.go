package neb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// proves asks for 18 years and returns the answer.
func proves(t *testing.T, fake *nebtest.Broker, change func(*neb.Config), who mitidtest.Citizen) *mitid.AgeProof {
	t.Helper()
	l, err := mitidtest.Login(t, open(t, fake, change), fake, mitid.Request{Age: 18}, mitidtest.Approve(who))
	require.NoError(t, err)
	require.Empty(t, l.Identity.Subject)
	return l.Age
}

func TestAgeAsksForTheScopeOfItsSetting(t *testing.T) {
	for scope, change := range map[string]func(*neb.Config){
		"openid age_verify:18":         nil,
		"openid minimal age_verify:18": func(c *neb.Config) { c.AgeScope = neb.AgeVerifyMinimal },
		"openid age_over:18":           func(c *neb.Config) { c.AgeScope = neb.AgeOverAnnounced },
	} {
		fake := nebtest.New(t)
		fake.Configure(func(s *nebtest.Settings) { s.AgeOverAnnounced = true })
		require.Equal(t, mitid.AgeReached, proves(t, fake, change, mitidtest.Ditlev()).Answer, scope)
		require.Equal(t, mitid.AgeNotReached, proves(t, fake, change, mitidtest.Teenager(fake.Now())).Answer, scope)
		var asked []string
		for _, q := range fake.Requests() {
			if q.Form.Has("scope") {
				asked = append(asked, q.Form.Get("scope"))
				require.False(t, q.Form.Has("idp_params"), "they would switch the broker's own text off")
				require.Equal(t, "login", q.Form.Get("prompt"))
			}
		}
		require.Equal(t, []string{scope, scope}, asked)
	}
}

// A yes in the form of the other interface is no yes.
func TestAgeInTheOtherInterfacesFormIsNotProven(t *testing.T) {
	for _, c := range []struct {
		scope neb.AgeScope
		says  map[string]any
	}{
		{neb.AgeVerify, map[string]any{"age_over_18": true}},
		{neb.AgeVerifyMinimal, map[string]any{"idbrokerdk_age_verified": true}},
		{neb.AgeOverAnnounced, map[string]any{"idbrokerdk_age_verified": "18:true"}},
		{neb.AgeOverAnnounced, map[string]any{"age_over_18": "true"}},
		{neb.AgeOverAnnounced, map[string]any{"age_over_18": 1}},
		{neb.AgeOverAnnounced, map[string]any{"age_over_21": true}},
		{neb.AgeOverAnnounced, map[string]any{"age_over_18": true, "age_over:18": false}},
	} {
		fake := nebtest.New(t)
		fake.Configure(func(s *nebtest.Settings) { s.AgeOverAnnounced, s.AgeAbsent = true, true })
		who := mitidtest.Ditlev()
		who.Extra = c.says
		p := proves(t, fake, func(cfg *neb.Config) { cfg.AgeScope = c.scope }, who)
		require.Equal(t, mitid.AgeNotProven, p.Answer, "%v", c.says)
		require.NotEmpty(t, p.Why)
	}
}

// One of the vendor's samples prints the claim with a colon.
func TestAgeOverWithAColonIsRead(t *testing.T) {
	for says, want := range map[bool]mitid.AgeAnswer{true: mitid.AgeReached, false: mitid.AgeNotReached} {
		fake := nebtest.New(t)
		fake.Configure(func(s *nebtest.Settings) { s.AgeOverAnnounced, s.AgeAbsent = true, true })
		who := mitidtest.Ditlev()
		who.Extra = map[string]any{"age_over:18": says}
		p := proves(t, fake, func(cfg *neb.Config) { cfg.AgeScope = neb.AgeOverAnnounced }, who)
		require.Equal(t, want, p.Answer)
		require.Equal(t, "euav", p.EID)
	}
}

func TestAgeOfAnEIDThatIsListed(t *testing.T) {
	fake := nebtest.New(t)
	require.NoError(t, fake.Tamper("age-other-eid"))
	p := proves(t, fake, func(cfg *neb.Config) { cfg.AgeProviders = []string{"passkeyid"} }, mitidtest.Ditlev())
	require.Equal(t, mitid.AgeReached, p.Answer)
	require.Equal(t, "passkeyid", p.EID)
}

func TestAgeInSignedRequests(t *testing.T) {
	fake := nebtest.New(t)
	p := proves(t, fake, func(cfg *neb.Config) { cfg.SignRequests, cfg.TransactionToken = true, true }, mitidtest.Ditlev())
	require.Equal(t, mitid.AgeReached, p.Answer)
}

func TestAgeTakesNoAppSwitch(t *testing.T) {
	fake := nebtest.New(t)
	_, err := open(t, fake, nil).Begin(t.Context(), mitid.Request{Age: 18, AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example/resume"}})
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	require.ErrorContains(t, err, "Request.AppSwitch")
}

func TestAgeSettingsThatAreNone(t *testing.T) {
	for _, change := range []func(*neb.Config){
		func(c *neb.Config) { c.AgeScope = 9 },
		func(c *neb.Config) { c.AgeProviders = []string{""} },
	} {
		cfg := neb.Config{Issuer: neb.PreProduction, ClientID: "c", ClientSecret: mitid.NewSecret("s")}
		change(&cfg)
		_, err := neb.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid)
	}
}
