package nemlogin

import (
	"bytes"
	"crypto/x509/pkix"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// pairUntil returns a key whose certificate expires at end.
func pairUntil(end time.Time, subject ...string) KeyPair {
	return newPair(pkix.Name{CommonName: "pair", OrganizationalUnit: subject}, 2048, now.AddDate(-1, 0, 0), end)
}

func TestCheck(t *testing.T) {
	const fine = "metadata fine, keys fine, Keys[0] fine, logout fine, clock unproved, registration unproved"
	inDays := func(n int) time.Time { return now.AddDate(0, 0, n) }
	dated := func(attr string, k KeyPair) []byte {
		return bytes.Replace(metadata(idpEntityID, k), []byte("<EntityDescriptor"), []byte("<EntityDescriptor "+attr), 1)
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   string // the grades that differ from fine
		says   string
	}{
		"all is well":                   {nil, "", "valid until 2027-11-30"},
		"a key change":                  {func(c *Config) { c.IdP = append(c.IdP, metadata(idpEntityID, pairs("idp-next"))) }, "", "2 keys of NemLog-in count"},
		"the IdP's key ends in 59 days": {func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, pairUntil(inDays(59)))} }, "keys advice", "last certificate expires on 2027-01-28"},
		"the IdP's key ends in 61 days": {func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, pairUntil(inDays(61)))} }, "", "valid until 2027-01-30"},
		"the old key ends, and a new is": {func(c *Config) {
			c.IdP = [][]byte{metadata(idpEntityID, pairUntil(inDays(5))), metadata(idpEntityID, pairs("idp"))}
		}, "", "2 keys of NemLog-in count"},
		"the IdP's key has expired":   {func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, pairUntil(inDays(-1)))} }, "keys failed", "no certificate of NemLog-in in Config.IdP is valid"},
		"one of two has expired":      {func(c *Config) { c.IdP = append(c.IdP, metadata(idpEntityID, pairUntil(inDays(-1)))) }, "keys advice", "1 of 2 certificates"},
		"a file has expired":          {func(c *Config) { c.IdP = append(c.IdP, dated(`validUntil="2026-11-30T11:59:59Z"`, pairs("idp-next"))) }, "metadata advice", "1 of 2 files have expired"},
		"every file has expired":      {func(c *Config) { c.IdP = [][]byte{dated(`validUntil="2026-11-30T11:59:59Z"`, pairs("idp"))} }, "metadata failed, keys failed", "every file of Config.IdP has expired"},
		"a file expires soon":         {func(c *Config) { c.IdP = [][]byte{dated(`validUntil="2026-12-24T00:00:00Z"`, pairs("idp"))} }, "metadata advice", "expires on 2026-12-24"},
		"a cacheDuration":             {func(c *Config) { c.IdP = [][]byte{dated(`cacheDuration="PT6H"`, pairs("idp"))} }, "metadata advice", "cacheDuration"},
		"a test issuer":               {func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, pairUntil(inDays(300), "Test - cti"))} }, "environment advice", "so this is no production"},
		"our certificate ends soon":   {func(c *Config) { c.Keys = []KeyPair{pairUntil(inDays(30))} }, "Keys[0] advice", "order a new OCES3 certificate"},
		"our certificate has expired": {func(c *Config) { c.Keys = []KeyPair{pairUntil(inDays(-1))} }, "Keys[0] failed", "NemLog-in refuses its requests"},
		"our second has expired":      {func(c *Config) { c.Keys = append(c.Keys, pairUntil(inDays(-1))) }, "Keys[1] advice", "take the key out of Config.Keys"},
		"our second is for later": {func(c *Config) {
			c.Keys = append(c.Keys, newPair(pkix.Name{CommonName: "later"}, 2048, inDays(10), inDays(500)))
		}, "Keys[1] advice", "do not put it first before that day"},
		"our first is for later": {func(c *Config) {
			c.Keys = []KeyPair{newPair(pkix.Name{CommonName: "later"}, 2048, inDays(10), inDays(500))}
		}, "Keys[0] failed", "not valid today"},
		"no LogoutURL": {func(c *Config) { c.LogoutURL = "" }, "logout advice", "Config.LogoutURL is empty"},
		"no logout at NemLog-in": {func(c *Config) {
			c.IdP = [][]byte{replaced(t, `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="`+idpSSO+`"/>`, ``)}
		}, "logout advice", "names no SingleLogoutService"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, c.change)
			r := newClient(t, b).Check(t.Context())
			require.Equal(t, "nemlogin", r.Broker)
			require.Equal(t, idpEntityID, r.Issuer)
			grades := map[string]string{}
			for _, f := range r.Findings {
				grades[f.About] = f.Grade.String()
				require.Equal(t, f.Grade == mitid.Failed, f.Kind == mitid.ConfigInvalid, f.About)
			}
			for pair := range strings.SplitSeq(fine+", "+c.want, ", ") {
				about, grade, _ := strings.Cut(pair, " ")
				if about != "" && !strings.Contains(c.want, about+" ") || strings.Contains(", "+c.want+",", ", "+pair+",") {
					require.Equal(t, grade, grades[about], pair)
				}
			}
			require.Contains(t, r.String(), c.says)
			require.Equal(t, !strings.Contains(c.want, "failed"), r.OK())
		})
	}
}

// A Check makes no call and begins no login.
func TestCheckIsAboutThisClientToo(t *testing.T) {
	r := newClient(t, newBroker(t, nil)).Check(t.Context())
	require.Contains(t, r.String(), "state keys")
	require.NotContains(t, r.String(), "redirect address", "it is https")
}
