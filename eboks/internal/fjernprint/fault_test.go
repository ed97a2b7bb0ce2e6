package fjernprint_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/internal/fjernprint"
)

// What fits an element and what does not, as libxml2 says of the published schema.
func TestFault(t *testing.T) {
	long := strings.Repeat("å", 34)
	for element, c := range map[string]struct{ good, bad []string }{
		"FloorIdentifier": {[]string{"1", "99", "ST", "st", "KL", "kl", "K2", "k9"},
			[]string{"", "1.", "St", "th", "0", "01", "2C", "-1", "M", "100", "K1", "1\n"}},
		"StreetBuildingIdentifier": {[]string{"1", "999", "12B", "1Z"}, []string{"", "0", "012", "1000", "12 B", "12b", "12-14", "12BB", "12Å"}},
		"PostCodeIdentifier":       {[]string{"5970", "0000"}, []string{"", "597", "59700", "99999", "５９７０", " 5970"}},
		"PostOfficeBoxIdentifier":  {[]string{"1", "9999"}, []string{"", "0", "00", "10000", "7a"}},
		"SuiteIdentifier":          {[]string{"TV", "tæøå"}, []string{"", "12345"}},
		"KvitteringsEmail": {[]string{"kvittering@aeroe.example", strings.Repeat("a", 191) + "@" + strings.Repeat("b", 64), "å@ø"},
			[]string{"", "@x.dk", "a@", "a,b@x.dk", "(a)@x.dk", "a;b@x.dk", "a b@x.dk", "a@b@x.dk", "a@[1.2.3.4]", strings.Repeat("a", 192) + "@x.dk",
				"a@" + strings.Repeat("b", 65)}},
		"PersonName":                   {[]string{"Åse", strings.Repeat("ø", 130)}, []string{"", strings.Repeat("ø", 131), "\xff", " \t", "Å\nB", "Å\u202eB", "\x00"}},
		"PostalAddressSixthLineText":   {[]string{long}, []string{"", long + "å"}},
		"ForsendelseTypeIdentifikator": {[]string{"17", "0000000001", "9999999999"}, []string{"", "0", "000", "00000000001", "-1", "+1", "1.0"}},
		"SimplexDuplexKode":            {[]string{"Simplex", "Duplex"}, []string{"", "simplex", "Simplex Duplex"}},
		"CountryIdentificationCode":    {[]string{"DK", "SE"}, []string{"", "dk", "Danmark", "D,"}},
		"EnhedTekst":                   {[]string{"", strings.Repeat("å", 2000)}, []string{strings.Repeat("å", 2001)}},
		"Findes_ikke":                  {nil, []string{"", "x"}},
	} {
		for _, text := range c.good {
			assert.Empty(t, fjernprint.Fault(element, text), "%s %q", element, text)
		}
		for _, text := range c.bad {
			fault := fjernprint.Fault(element, text)
			assert.NotEmpty(t, fault, "%s %q", element, text)
			assert.True(t, strings.HasPrefix(fault, " "), fault)
		}
	}
}

func TestLines(t *testing.T) {
	for i := range fjernprint.Lines {
		require.Empty(t, fjernprint.Fault(fjernprint.Line(i), "Ærøvej"))
	}
}

// What fits is bounded and can be written as XML.
func FuzzFault(f *testing.F) {
	f.Add("FloorIdentifier", "1. sal på Ærø")
	f.Add("KvitteringsEmail", "a,b@x.dk")
	f.Add("PersonName", "\xff")
	f.Fuzz(func(t *testing.T, element, text string) {
		fault := fjernprint.Fault(element, text)
		require.Less(t, len(fault), 200)
		if fault == "" {
			require.True(t, utf8.ValidString(text))
			require.LessOrEqual(t, utf8.RuneCountInString(text), 2000)
		}
	})
}
