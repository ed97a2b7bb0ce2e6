package claims_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/claims"
)

func TestValidateUserID(t *testing.T) {
	for _, s := range []string{
		"Bjørn2712", "abcde", "ÆØÅæøå", strings.Repeat("å", 48), strings.Repeat("a\u030a", 48), "a b c",
		"12345", "123456789", "12345678901", "{}!#$^,*()_+-=:;?.@", "æ2101270087", "210127-008", "A\u030angstrøm", "\u212bngstrøm",
	} {
		assert.NoError(t, claims.ValidateUserID(s), s)
	}
	for s, want := range map[string]claims.UserIDReason{
		"":                             claims.UserIDTooShort,
		"æøåa":                         claims.UserIDTooShort, // eight bytes
		"a\u030aa\u030aa\u030aa\u030a": claims.UserIDTooShort, // four characters
		strings.Repeat("å", 49):        claims.UserIDTooLong,
		strings.Repeat("a", 49):        claims.UserIDTooLong,
		strings.Repeat("a", 1<<20):     claims.UserIDTooLong,
		"Müller":                       claims.UserIDCharacter,
		"abc\"de":                      claims.UserIDCharacter,
		"abc’de":                       claims.UserIDCharacter,
		"abc%de":                       claims.UserIDCharacter,
		"abc&de":                       claims.UserIDCharacter,
		"abc/de":                       claims.UserIDCharacter,
		"abc\tde":                      claims.UserIDCharacter,
		"abc\u00a0de":                  claims.UserIDCharacter,
		"abcd\xff":                     claims.UserIDCharacter,
		"abcd\ufffd":                   claims.UserIDCharacter,
		"abcd\x00":                     claims.UserIDCharacter,
		"１２３４５":                        claims.UserIDCharacter,
		" abcde":                       claims.UserIDBlankAtEnds,
		"abcde ":                       claims.UserIDBlankAtEnds,
		"2101270087":                   claims.UserIDTenDigits,
		"9999999999":                   claims.UserIDTenDigits, // no date
		"210127-0087":                  claims.UserIDTenDigits,
		"210127 0087":                  claims.UserIDTenDigits,
		"21 01 27 00 87":               claims.UserIDTenDigits,
		"21.01.27-0087":                claims.UserIDTenDigits,
		"(210127) 0087":                claims.UserIDTenDigits,
		"210127\u00a00087":             claims.UserIDCharacter,
		"210127–0087":                  claims.UserIDCharacter,
	} {
		err := claims.ValidateUserID(s)
		var refused *claims.UserIDError
		require.ErrorAs(t, err, &refused, s)
		assert.Equal(t, want, refused.Reason, s)
		if len(s) > 3 {
			assert.NotContains(t, err.Error(), s)
		}
	}
}

func TestUserIDLooksLikeCPR(t *testing.T) {
	assert.True(t, claims.UserIDLooksLikeCPR("2101270087"))
	assert.True(t, claims.UserIDLooksLikeCPR("210127-0087"))
	assert.True(t, claims.UserIDLooksLikeCPR("21 01 27 0087"))
	assert.True(t, claims.UserIDLooksLikeCPR("210127\u00a00087"))
	assert.False(t, claims.UserIDLooksLikeCPR("9999999999"))
	assert.False(t, claims.UserIDLooksLikeCPR("Bjørn2712"))
}

func FuzzValidateUserID(f *testing.F) {
	for _, s := range []string{"Bjørn2712", "2101270087", "a\u030abcde", " abcde", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if claims.ValidateUserID(s) != nil {
			return
		}
		n := utf8.RuneCountInString(norm.NFC.String(s))
		if n < claims.UserIDMin || n > claims.UserIDMax || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
			t.Fatal("taken against the rules")
		}
		if claims.ValidateUserID(strings.ToUpper(s)) != nil || claims.ValidateUserID(norm.NFD.String(s)) != nil {
			t.Fatal("another answer for the same user ID")
		}
	})
}
