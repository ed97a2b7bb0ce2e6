package nameform_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/claims/nameform"
)

func TestValidateUserID(t *testing.T) {
	for _, s := range []string{
		"Bjørn2712", "abcde", "ÆØÅæøå", strings.Repeat("å", 48), strings.Repeat("a\u030a", 48), "a b c",
		"12345", "123456789", "12345678901", "{}!#$^,*()_+-=:;?.@", "æ2101270087", "210127-008", "A\u030angstrøm", "\u212bngstrøm",
	} {
		assert.NoError(t, nameform.ValidateUserID(s), s)
	}
	for s, want := range map[string]nameform.UserIDReason{
		"":                             nameform.UserIDTooShort,
		"æøåa":                         nameform.UserIDTooShort, // eight bytes
		"a\u030aa\u030aa\u030aa\u030a": nameform.UserIDTooShort, // four characters
		strings.Repeat("å", 49):        nameform.UserIDTooLong,
		strings.Repeat("a", 49):        nameform.UserIDTooLong,
		strings.Repeat("a", 1<<20):     nameform.UserIDTooLong,
		"Müller":                       nameform.UserIDCharacter,
		"abc\"de":                      nameform.UserIDCharacter,
		"abc’de":                       nameform.UserIDCharacter,
		"abc%de":                       nameform.UserIDCharacter,
		"abc&de":                       nameform.UserIDCharacter,
		"abc/de":                       nameform.UserIDCharacter,
		"abc\tde":                      nameform.UserIDCharacter,
		"abc\u00a0de":                  nameform.UserIDCharacter,
		"abcd\xff":                     nameform.UserIDCharacter,
		"abcd\ufffd":                   nameform.UserIDCharacter,
		"abcd\x00":                     nameform.UserIDCharacter,
		"１２３４５":                        nameform.UserIDCharacter,
		" abcde":                       nameform.UserIDBlankAtEnds,
		"abcde ":                       nameform.UserIDBlankAtEnds,
		"2101270087":                   nameform.UserIDTenDigits,
		"9999999999":                   nameform.UserIDTenDigits, // no date
		"210127-0087":                  nameform.UserIDTenDigits,
		"210127 0087":                  nameform.UserIDTenDigits,
		"21 01 27 00 87":               nameform.UserIDTenDigits,
		"21.01.27-0087":                nameform.UserIDTenDigits,
		"(210127) 0087":                nameform.UserIDTenDigits,
		"210127\u00a00087":             nameform.UserIDCharacter,
		"210127–0087":                  nameform.UserIDCharacter,
	} {
		err := nameform.ValidateUserID(s)
		var refused *nameform.UserIDError
		require.ErrorAs(t, err, &refused, s)
		assert.Equal(t, want, refused.Reason, s)
		if len(s) > 3 {
			assert.NotContains(t, err.Error(), s)
		}
	}
}

func TestUserIDLooksLikeCPR(t *testing.T) {
	assert.True(t, nameform.UserIDLooksLikeCPR("2101270087"))
	assert.True(t, nameform.UserIDLooksLikeCPR("210127-0087"))
	assert.True(t, nameform.UserIDLooksLikeCPR("21 01 27 0087"))
	assert.True(t, nameform.UserIDLooksLikeCPR("210127\u00a00087"))
	assert.False(t, nameform.UserIDLooksLikeCPR("9999999999"))
	assert.False(t, nameform.UserIDLooksLikeCPR("Bjørn2712"))
}

func FuzzValidateUserID(f *testing.F) {
	for _, s := range []string{"Bjørn2712", "2101270087", "a\u030abcde", " abcde", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if nameform.ValidateUserID(s) != nil {
			return
		}
		n := utf8.RuneCountInString(norm.NFC.String(s))
		if n < nameform.UserIDMin || n > nameform.UserIDMax || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
			t.Fatal("taken against the rules")
		}
		if nameform.ValidateUserID(strings.ToUpper(s)) != nil || nameform.ValidateUserID(norm.NFD.String(s)) != nil {
			t.Fatal("another answer for the same user ID")
		}
	})
}
