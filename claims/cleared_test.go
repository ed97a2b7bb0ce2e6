package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
)

// Every text of an identity, one after the other.
func TestClearedLeavesOutTextsWithANumber(t *testing.T) {
	const bad = "210127–0087"
	whole := func() claims.Identity {
		return claims.Identity{
			Subject: "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}", Name: &claims.Name{Full: "Åse Ø", Given: "Åse", Family: "Ø"}, Country: "DK", SessionID: "s",
			Address:        &claims.Address{Lines: []string{"Vej 1", "3400 Hillerød"}, Street: "Vej 1", City: "Hillerød"},
			Organisation:   &claims.Organisation{Name: "Blåbær A/S", RID: "2101270087", PNumber: pNumber(t, "2101270087")},
			Authenticators: []claims.Authenticator{{Word: "ny"}}, NemIDPID: "9208-2002-2-012101270087",
		}
	}
	same, err := whole().Cleared()
	require.NoError(t, err)
	assert.Equal(t, whole(), same, "nothing is left out; numbers in fields of their own stay")

	for name, c := range map[string]struct {
		spoil func(*claims.Identity)
		gone  func(claims.Identity) bool
	}{
		"name":           {func(id *claims.Identity) { id.Name.Full = "Åse " + bad }, func(id claims.Identity) bool { return id.Name == nil }},
		"family name":    {func(id *claims.Identity) { id.Name.Family = bad }, func(id claims.Identity) bool { return id.Name == nil }},
		"two names":      {func(id *claims.Identity) { id.Name.Given, id.Name.Family = "210127", "0087" }, func(id claims.Identity) bool { return id.Name == nil }},
		"line":           {func(id *claims.Identity) { id.Address.Lines[1] = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"care of":        {func(id *claims.Identity) { id.Address.CareOf = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"municipality":   {func(id *claims.Identity) { id.Address.Municipality = bad }, func(id claims.Identity) bool { return id.Address == nil }},
		"two parts":      {func(id *claims.Identity) { id.Address.Street, id.Address.PostalCode = "Vej 210127", "0087" }, func(id claims.Identity) bool { return id.Address == nil }},
		"organisation":   {func(id *claims.Identity) { id.Organisation.Name = bad }, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
		"country":        {func(id *claims.Identity) { id.Country = bad }, func(id claims.Identity) bool { return id.Country == "" }},
		"session":        {func(id *claims.Identity) { id.SessionID = bad }, func(id claims.Identity) bool { return id.SessionID == "" }},
		"authenticator":  {func(id *claims.Identity) { id.Authenticators[0].Word = bad }, func(id claims.Identity) bool { return id.Authenticators[0].Word == "" }},
		"PID of no form": {func(id *claims.Identity) { id.NemIDPID = bad }, func(id claims.Identity) bool { return id.NemIDPID == "" }},
		"own RID":        {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.Organisation.RID == "" }},
		"own P number":   {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.Organisation.PNumber.IsZero() }},
		"own PID":        {func(id *claims.Identity) { id.CPR = cpr.MustParse("2101270087") }, func(id claims.Identity) bool { return id.NemIDPID == "" }},
		"birth date and four digits": {func(id *claims.Identity) {
			id.BirthDate, id.Organisation.Name = time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC), "født 21.01.27 som nr. 0087"
		}, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
		"replacement number": {func(id *claims.Identity) {
			id.BirthDate, id.Organisation.Name = time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC), "810127 som nr. 0087"
		}, func(id claims.Identity) bool { return id.Organisation.Name == "" }},
	} {
		id := whole()
		c.spoil(&id)
		before := id.Name.Full
		got, err := id.Cleared()
		require.NoError(t, err)
		assert.True(t, c.gone(got), name)
		assert.Equal(t, before, id.Name.Full, "the identity itself stays as it was")
	}
	for _, subject := range []string{bad, "cpr:2101270087", "{210127-0087}"} {
		id := whole()
		id.Subject = subject
		_, err := id.Cleared()
		assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "a key that goes into logs and addresses")
		assert.NotContains(t, err.Error(), "0087")
	}
}

func pNumber(t *testing.T, s string) claims.PNumber {
	p, err := claims.ParsePNumber(s)
	require.NoError(t, err)
	return p
}
