package nemlogintest_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

func TestTamperingsHavePlainNames(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	names, docs := map[string]bool{}, map[string]string{}
	for _, m := range nemlogintest.Tamperings() {
		assert.Regexp(t, form, m.Name)
		assert.False(t, names[m.Name], "twice: %s", m.Name)
		at := m.Stage.String() + ": " + m.Doc
		assert.Empty(t, docs[at], "%s says the same: %s", m.Name, m.Doc)
		names[m.Name], docs[at] = true, m.Name
	}
	t.Log(len(names), "tamperings")
}

// Every tampering is carried out, and the browser still brings an answer back.
func TestEveryTamperingReachesTheServiceProvider(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	for _, m := range fake.Tamperings() {
		if m.Stage == mitidtest.StageLogout {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			require.NoError(t, fake.Tamper(m.Name))
			defer fake.Untamper()
			who := mitidtest.Approve(mitidtest.Ditlev())
			s.sp.RequestedAuthnContext = nil
			if m.Request.Capacity == claims.CapacityProfessional {
				who = mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674")
			}
			cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: s.request("handle")}, who)
			require.NoError(t, err)
			assert.False(t, fake.HasTampering(m.Stage), "it was not met")
			assert.NotEmpty(t, cb.RawQuery+string(cb.Body))
		})
	}
}
