package ebokstest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

// Pages of the road come before the body is asked for, and are no Fejl.
func TestPagesOfProxies(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		for _, m := range ebokstest.Misbehaviours() {
			if !strings.HasPrefix(m.Name, "proxy-") {
				continue
			}
			l := rawpost.To(rawpost.Someone(9000))
			require.NoError(t, s.Fake.Next(m.Name))
			status, page := s.Send(l)
			assert.Equal(t, strings.TrimPrefix(m.Name, "proxy-"), fmt.Sprint(status))
			assert.Contains(t, page, "<center>nginx")
			assert.NotContains(t, page, "Fejl")
			assert.Zero(t, s.Fake.Count(l.ID))
		}
		require.NoError(t, s.Fake.Next("proxy-400"))
		_, page := s.Send(rawpost.To(rawpost.Someone(9000)))
		assert.Contains(t, page, "The SSL certificate error")
	})
}
