package eident

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

func TestNothingOfTheClaimsIsPrinted(t *testing.T) {
	full := claimsuite.ChangeAll(t, claimsuite.Sample(t, "transaction"), map[string]string{
		"dk_ssn": `"7408860003"`, "name": `"canary Åse"`, "birthdate": `"14.08.1986"`, "additional_info": `"canary"`, "other": `{"canary":"7408860003"}`,
	})
	e, err := parseClaims(full)
	require.NoError(t, err)
	invalid, err := parseClaims([]byte(`{"sub":"canary","dk_ssn":["7408860003"],"name":"canary"}`))
	require.NoError(t, err)
	_, claimErr := invalid.Identity()
	claimsuite.NothingOfNetsIsPrinted(t, map[string]any{
		"eident.Claims": *e, "*eident.Claims": e, "*eident.Claims invalid": invalid, "claim error": claimErr,
	})
}
