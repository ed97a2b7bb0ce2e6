package eboks_test

import (
	"strings"
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// What the published schema refuses is refused by name, and what it takes is taken.
func TestAddressCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*eboks.Address)
		says   string // if empty, the address is good
	}{
		"a flat":             {func(*eboks.Address) {}, ""},
		"ground floor":       {func(a *eboks.Address) { a.Floor = "st" }, ""},
		"second basement":    {func(a *eboks.Address) { a.Floor = "K2" }, ""},
		"a long c/o":         {func(a *eboks.Address) { a.CareOf = strings.Repeat("å", 130) }, ""},
		"nothing":            {func(a *eboks.Address) { *a = eboks.Address{} }, "Address is missing"},
		"a floor with a dot": {func(a *eboks.Address) { a.Floor = "1." }, "Address.Floor must be 1 to 99, ST, KL or K2 to K9, without a dot"},
		"a floor in words":   {func(a *eboks.Address) { a.Floor = "stuen" }, "Address.Floor"},
		"floor zero":         {func(a *eboks.Address) { a.Floor = "0" }, "Address.Floor"},
		"a small letter":     {func(a *eboks.Address) { a.House = "12b" }, "Address.House"},
		"a house alone":      {func(a *eboks.Address) { a.Street, a.POBox = "", "77" }, "House without a Street"},
		"a longer c/o":       {func(a *eboks.Address) { a.CareOf = strings.Repeat("å", 131) }, "Address.CareOf"},
		"a suite of words":   {func(a *eboks.Address) { a.Suite = "til højre" }, "Address.Suite"},
		"a line of blanks":   {func(a *eboks.Address) { a.District = "  " }, "Address.District is empty"},
		"five digits":        {func(a *eboks.Address) { a.PostCode = "80000" }, "Address.PostCode"},
		"a country in words": {func(a *eboks.Address) { a.Country = "Danmark" }, "Address.Country"},
		"an empty line": {func(a *eboks.Address) {
			*a = eboks.Address{Name: "Åse", Lines: []string{"Ågade 1", ""}, PostCode: "8000"}
		}, "a line of Address.Lines is empty"},
	} {
		a := eboks.Address{Name: "Åse Ærø", Street: "Ågade", House: "12B", Floor: "1", Suite: "TV", PostCode: "8000"}
		c.change(&a)
		err := a.Check()
		if c.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, eboks.ErrInputInvalid, name)
		require.ErrorContains(t, err, c.says, name)
		require.True(t, eboks.SafeToRetry(err), name)
	}
}
