package nemlogin

import (
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"
)

// What came of a session of the IdP is to end when that says it ends, unless the person
// logs in anew (SAML Profiles section 4.1.4.3, SessionNotOnOrAfter).
func TestTheSessionHereEndsWithThatOfTheIdP(t *testing.T) {
	for _, kind := range []string{"cookies", "store"} {
		t.Run(kind, func(t *testing.T) {
			s := siteOf(t, kind)
			b := s.surfer()
			res := b.get("/")
			w := newAnswer(receive(t, res.Header.Get("Location"), &pairs("sp").Key.PublicKey))
			w.at, w.nameID = s.at, soeren
			w.assertion = func(el *etree.Element) {
				el.SelectElement("AuthnStatement").CreateAttr("SessionNotOnOrAfter", stamp(s.at.Add(10*time.Minute)))
			}
			b.bring("/callback", w.callback(t))
			require.True(t, b.isIn(soeren))
			s.at = s.at.Add(10*time.Minute + skew)
			require.False(t, b.isIn(soeren), "NemLog-in's session has ended, and with it the assertion of who this is")
		})
	}
}
