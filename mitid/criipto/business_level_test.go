package criipto_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Config.BusinessLevel stands in for a level that a business token does not tell,
// and for nothing else.
func TestBusinessLevelIsForBusinessTokensWithoutALevelAlone(t *testing.T) {
	employee, signatory := mitidtest.CompanyEmployee(), mitidtest.CompanySignatory()
	professional := mitid.Request{Capacity: claims.CapacityProfessional}
	silent := func(s *criiptotest.Settings) { s.BusinessLevels = false }
	tells := func(*criiptotest.Settings) {}
	for _, c := range []struct {
		name    string
		level   claims.Level // of the Config
		wire    func(*criiptotest.Settings)
		tamper  string
		request mitid.Request
		who     mitidtest.Citizen
		want    mitid.Kind // 0 if the login succeeds
		reached claims.Level
	}{
		{"no level, not configured", 0, silent, "", professional, employee, mitid.AssuranceTooLow, 0},
		{"no level, configured", claims.Substantial, silent, "", professional, employee, 0, claims.Substantial},
		{"no level of a signatory, configured", claims.Substantial, silent, "", professional, signatory, 0, claims.Substantial},
		{"no level, configured lower than asked for", claims.Low, silent, "", professional, employee, mitid.AssuranceTooLow, 0},
		{"no level, high asked for", claims.Substantial, silent, "", mitid.Request{Capacity: claims.CapacityProfessional, Level: claims.High}, employee, mitid.AssuranceTooLow, 0},
		{"a level that is told counts", claims.High, tells, "", professional, employee, 0, claims.Substantial},
		{"a lower level that is told counts", claims.High, tells, "level-low", professional, employee, mitid.AssuranceTooLow, 0},
		{"an unknown word is no missing level", claims.High, tells, "unknown-level", professional, employee, mitid.AssuranceTooLow, 0},
		{"a word and a character is no missing level", claims.High, tells, "wrong-level", professional, employee, mitid.AssuranceTooLow, 0},
		{"a private person without a level", claims.High, tells, "missing-level", mitid.Request{}, mitidtest.Ditlev(), mitid.AssuranceTooLow, 0},
		{"either, and a private person without a level", claims.High, tells, "missing-level", mitid.Request{Capacity: claims.CapacityEither}, mitidtest.Ditlev(), mitid.AssuranceTooLow, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := criiptotest.New(t)
			fake.Configure(c.wire)
			broker := configured(func(cfg *criipto.Config) { cfg.BusinessLevel = c.level })(t, fake)
			client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback", Now: fake.Now})
			require.NoError(t, err)
			if c.tamper != "" {
				require.NoError(t, fake.Tamper(c.tamper))
			}
			l, err := mitidtest.Login(t, client, fake, c.request, mitidtest.Approve(c.who))
			require.Equal(t, c.want.String(), mitid.KindOf(err).String(), "%v", err)
			if c.want != 0 {
				require.Nil(t, l)
				return
			}
			require.Equal(t, c.reached, l.Level)
		})
	}
}
