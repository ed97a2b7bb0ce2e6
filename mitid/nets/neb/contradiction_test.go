package neb_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// The transaction token and userinfo are two statements about one login. Where
// they tell of two people or two companies, neither is believed.
func TestTransactionTokenOfAnotherPersonThanUserinfo(t *testing.T) {
	mine, other := cprtest.Number(1).Reveal(), cprtest.Number(2).Reveal()
	citizen := object{"dk.cpr": mine, "nemid.pid": "9208-2002-2-000000000001"}
	company := object{"identity_type": "professional", "idp": "mitid_erhverv", "nemlogin.org_name": "Ærø Færger A/S", "nemlogin.cpr": mine}
	signatory, employee := maps.Clone(company), maps.Clone(company)
	signatory["nemlogin.auth_to_repr"] = "12345674"
	maps.Copy(employee, object{
		"nemlogin.cvr": "12345674", "nemlogin.persistent_professional_id": "77777777-aaaa-4bbb-8ccc-000000000001",
		"idp_identity_id": "77777777-aaaa-4bbb-8ccc-000000000001",
	})
	for _, c := range []struct {
		name   string
		facts  object
		claim  string
		value  string
		source neb.Source
	}{
		{"another MitID person", citizen, "mitid.uuid", "74ffcd31-fbaf-4c33-bdac-169f25c1e417", neb.UserinfoToken},
		{"another CPR number", citizen, "dk.cpr", other, neb.UserinfoToken},
		{"another CPR number, userinfo endpoint", citizen, "dk.cpr", other, neb.UserinfoEndpoint},
		{"another birthday", citizen, "mitid.date_of_birth", "1986-08-15", neb.UserinfoToken},
		{"another NemID PID", citizen, "nemid.pid", "9208-2002-2-000000000002", neb.UserinfoToken},
		{"a signatory of another company", signatory, "nemlogin.auth_to_repr", "87654320", neb.UserinfoToken},
		{"a signatory of another company, userinfo endpoint", signatory, "nemlogin.auth_to_repr", "87654320", neb.UserinfoEndpoint},
		{"an employee of another company", employee, "nemlogin.cvr", "87654320", neb.UserinfoToken},
		{"another employment", employee, "nemlogin.persistent_professional_id", "77777777-aaaa-4bbb-8ccc-000000000002", neb.UserinfoToken},
		{"a signatory's other CPR number", signatory, "nemlogin.cpr", other, neb.UserinfoToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(t, true, func(cfg *neb.Config) { cfg.TransactionToken, cfg.Source = true, c.source })
			r := mitid.Request{CPR: mitid.CPRIfPresent, Capacity: claims.CapacityEither}
			facts := func() {
				for _, statement := range []object{w.userinfo, w.transact} {
					maps.Copy(statement, c.facts)
				}
				for _, claim := range []string{"identity_type", "idp", "idp_identity_id"} {
					if v, ok := c.facts[claim]; ok {
						w.idToken[claim] = v
					}
				}
			}
			_, err := w.login(t, r, facts)
			require.NoError(t, err, "they agree")
			for _, which := range []string{"the transaction token", "userinfo"} {
				l, err := w.login(t, r, func() {
					facts()
					if which == "userinfo" {
						w.userinfo[c.claim] = c.value
					} else {
						w.transact[c.claim] = c.value
					}
				})
				require.ErrorIs(t, err, mitid.ErrTokenInvalid, which)
				require.Nil(t, l)
			}
		})
	}
}
