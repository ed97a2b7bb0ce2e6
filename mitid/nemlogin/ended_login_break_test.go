package nemlogin

import (
	"net/http"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"
)

// NemLog-in told this app to end the session, and kept its own, because another service
// did not answer. The person comes back, and NemLog-in answers without a page, as single
// sign-on does. Without an end to that, the browser goes back and forth for ever.
func TestALoginFromAnEndedSessionDoesNotLoop(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		began := s.at
		b := s.surfer()
		b.login(soeren, "session-1")
		s.at = s.at.Add(time.Minute)
		b.bring("/logout", s.logoutOf(binding, soeren, "session-1"))
		s.at = s.at.Add(time.Minute)
		for range 3 {
			res := b.get("/")
			require.Equal(t, http.StatusFound, res.StatusCode)
			r := receive(t, res.Header.Get("Location"), &pairs("sp").Key.PublicKey)
			if r.root.SelectAttrValue("ForceAuthn", "") == "true" {
				return // the person logs in anew
			}
			w := newAnswer(r)
			w.at, w.nameID = s.at, soeren
			w.assertion = func(el *etree.Element) {
				inSession("session-1")(el)
				el.SelectElement("AuthnStatement").CreateAttr("AuthnInstant", stamp(began))
			}
			b.bring("/callback", w.callback(t))
		}
		t.Fatal("the browser goes back and forth between app and IdP")
	})
}
