package claims

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCriiptoWithoutCPRIsACopy(t *testing.T) {
	c, err := ParseCriipto([]byte(`{"sub":"s","name":"Søren","cprNumberIdentifier":"2101270087","loA":"GULD"}`))
	require.NoError(t, err)
	d := c.WithoutCPR().(*Criipto)
	require.True(t, d.CPR.IsZero())
	require.False(t, c.CPR.IsZero())
	require.Equal(t, "Søren", d.Name)
	require.True(t, c.TellsLevel(), "an unknown word is still a word")
	for _, payload := range []string{`{}`, `{"aal":"HIGH"}`} {
		c, err := ParseCriipto([]byte(payload))
		require.NoError(t, err)
		require.False(t, c.TellsLevel())
	}
}
