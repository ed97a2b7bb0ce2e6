package criiptotest_test

import (
	"testing"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSwitchesSurviveATampering(t *testing.T) {
	b := criiptotest.New(t)
	b.Configure(func(s *criiptotest.Settings) { s.CompanyAlias = "Ærø" })
	require.NoError(t, b.Tamper("business-without-level"))
	require.NoError(t, b.Tamper("invalid-grant"), "a second tampering replaces the first")
	b.Configure(func(s *criiptotest.Settings) {
		assert.True(t, s.BusinessLevels)
		assert.Equal(t, "Ærø", s.CompanyAlias)
	})
}
