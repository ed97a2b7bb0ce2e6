package nemlogin_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// has is what this adapter must never lose.
var has = []string{
	"SessionEnder", "LogoutReceiver", "Level", "Capacity", "CPR", "Fresh", "Silent", "AppSwitch", "Organisation/of an employee",
}

func TestConformance(t *testing.T) {
	brokersuite.Test(t, nemlogintest.Start, opened(func(*nemlogin.Config) {}), has...)
}

// Other attributes than the default ones.
func TestConformanceWithOtherAttributes(t *testing.T) {
	toolstest.NeedsLong(t, "other metadata is put through the suite")
	brokersuite.Test(t, nemlogintest.Start, opened(func(cfg *nemlogin.Config) {
		cfg.Attributes = strings.Fields(`
			https://data.gov.dk/model/core/specVersion https://data.gov.dk/concept/core/nsis/loa https://data.gov.dk/concept/core/nsis/ial https://data.gov.dk/concept/core/nsis/aal
			https://data.gov.dk/model/core/eid/cprUuid https://data.gov.dk/model/core/eid/cprNumber https://data.gov.dk/model/core/eid/fullName https://data.gov.dk/model/core/eid/dateOfBirth
			https://data.gov.dk/model/core/eid/person/pid https://data.gov.dk/model/core/eid/professional/uuid/persistent https://data.gov.dk/model/core/eid/professional/rid
			https://data.gov.dk/model/core/eid/professional/cvr https://data.gov.dk/model/core/eid/professional/orgName https://data.gov.dk/model/core/eid/professional/productionUnit
			https://data.gov.dk/model/core/eid/professional/seNumber https://data.gov.dk/model/core/eid/professional/authorizedToRepresent`)
	}), append(slices.Clone(has), "NemIDPID")...)
}

// With AES-256-CBC nothing protects the ciphertext. Whatever is wrong with what is
// decrypted before its signature is verified gets one and the same answer.
func TestEveryTamperingIsRefusedWithCBC(t *testing.T) {
	fake := nemlogintest.New(t)
	broker := opened(func(cfg *nemlogin.Config) { cfg.CBC = true })(t, fake)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: brokersuite.RedirectURL, Now: fake.Now})
	require.NoError(t, err)
	undecryptable := ""
	for _, m := range fake.Tamperings() {
		if m.Stage != nemlogintest.StageAssertion && m.Stage != nemlogintest.StageResponse {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			require.NoError(t, fake.Tamper(m.Name))
			defer fake.Untamper()
			who := mitidtest.Ditlev()
			if m.Request.Capacity == claims.CapacityProfessional {
				who = mitidtest.CompanyEmployee()
			}
			_, err := mitidtest.Login(t, client, fake, m.Request, mitidtest.Approve(who))
			if m.Want == 0 {
				require.NoError(t, err, m.Doc)
				return
			}
			require.Error(t, err, m.Doc)
			secret := slices.ContainsFunc([]string{"encryption-cbc", "encryption-padding", "assertion-xml-", "assertion-comment-", "assertion-cdata-", "assertion-instruction-"}, func(begin string) bool {
				return strings.HasPrefix(m.Name, begin)
			})
			if m.Want == mitid.SignatureInvalid { // of the assertion, in a response that nobody signed
				secret = !strings.HasPrefix(m.Name, "response-") && !slices.Contains([]string{"xsw1", "xsw2", "assertion-only-response-signed"}, m.Name)
			}
			if !secret {
				assert.Equal(t, m.Want.String(), mitid.KindOf(err).String(), "%v", err)
				return
			}
			assert.Equal(t, mitid.ResponseInvalid.String(), mitid.KindOf(err).String(), "%v", err)
			if undecryptable == "" {
				undecryptable = err.Error()
			}
			assert.Equal(t, undecryptable, err.Error(), "the answer tells how far the message came")
		})
	}
}

// opened returns what opens the adapter at a fake, where its metadata is registered. The
// adapter has NemLog-in's present and next metadata.
func opened(change func(*nemlogin.Config)) func(testing.TB, *nemlogintest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *nemlogintest.Broker) mitid.Broker {
		tb.Helper()
		key := fake.Keys().Ring[2]
		private, err := key.Private()
		require.NoError(tb, err)
		cfg := nemlogin.Config{
			EntityID: fake.ClientID(), Keys: []nemlogin.KeyPair{{Key: private, Certificate: key.Certificate}},
			IdP: [][]byte{fake.Metadata(), fake.NextMetadata()}, LogoutURL: brokersuite.LogoutURL, Now: fake.Now,
			Organisation: nemlogin.Organisation{Name: "Blåbær Kommune", DisplayName: "Blåbær Kommune", URL: "https://app.example"},
			Contact:      nemlogin.Contact{GivenName: "Åse", SurName: "Østergård", Email: "drift@app.example"},
		}
		change(&cfg)
		b, err := nemlogin.New(cfg)
		require.NoError(tb, err)
		metadata, err := b.Metadata(brokersuite.RedirectURL)
		require.NoError(tb, err)
		require.NoError(tb, fake.Register(metadata))
		return b
	}
}
