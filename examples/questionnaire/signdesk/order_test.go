package signdesk

import (
	"testing"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whom MitID gave no UUID cannot sign, unless their number may be used.
func TestWithoutUUIDAPersonMustLook(t *testing.T) {
	c := survey.AgreementContent{Letter: survey.LetterContent{At: time.Now()}, Title: "Aftale"}
	_, err := orderOf(&c, "A", []byte("%PDF"), "http://127.0.0.1")
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	c.CPR = mitidtest.Paiman().CPR.Reveal()
	o, err := orderOf(&c, "A", []byte("%PDF"), "http://127.0.0.1")
	require.NoError(t, err)
	assert.Equal(t, mitidtest.Paiman().CPR, o.Signatories[0].Who.CPR)
	assert.NotContains(t, o.Title, c.CPR)
}
