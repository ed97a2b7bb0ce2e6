package nemlogintest_test

import (
	"encoding/xml"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// Metadata that is missing, or has an old key, is asked for before the browser sees an
// error.
func TestMissingMetadataIsAskedFor(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, fake *nemlogintest.Broker, s *shop){
		"unknown Issuer": func(_ *testing.T, _ *nemlogintest.Broker, s *shop) { s.sp.EntityID = "https://ny-bager.example/saml" },
		"another key": func(t *testing.T, fake *nemlogintest.Broker, s *shop) {
			newShop(t, fake, s.sp.EntityID, 1) // takes its place
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake := nemlogintest.New(t)
			s := newShop(t, fake, "https://bager.example/saml", 0)
			prepare(t, fake, s)
			var asked []string
			register := false
			fake.Configure(func(c *nemlogintest.Settings) {
				c.Missing = func(entityID string) {
					asked = append(asked, entityID)
					if register {
						text, err := xml.Marshal(s.sp.Metadata())
						assert.NoError(t, err)
						assert.NoError(t, fake.Register(text))
					}
				}
			})
			res, err := fake.NewBrowser().Visit(t.Context(), s.server.URL+"/login")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusBadRequest, res.StatusCode, "nobody registered it")
			register = true
			s.visit(fake.NewBrowser(), "/login")
			assert.NotEmpty(t, s.attributes())
			assert.Equal(t, []string{s.sp.EntityID, s.sp.EntityID}, asked)
			s.visit(fake.NewBrowser(), "/login")
			assert.Len(t, asked, 2, "what is known is not asked for")
		})
	}
}
