package ber_test

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/ber"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func bytesOf(t *testing.T, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	require.NoError(t, err)
	return b
}

func TestDER(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"definite":                     {"30 03 02 01 05", "30 03 02 01 05"},
		"a length longer than needed":  {"30 81 03 02 01 05", "30 03 02 01 05"},
		"indefinite":                   {"30 80 02 01 05 00 00", "30 03 02 01 05"},
		"indefinite in indefinite":     {"30 80 31 80 02 01 05 00 00 00 00", "30 05 31 03 02 01 05"},
		"indefinite in definite":       {"30 07 31 80 02 01 05 00 00", "30 05 31 03 02 01 05"},
		"a string in pieces":           {"24 80 04 01 61 04 02 62 63 00 00", "04 03 61 62 63"},
		"a string in pieces of pieces": {"24 80 24 06 04 01 61 04 01 62 04 01 63 00 00", "04 03 61 62 63"},
		"a string in no pieces":        {"24 80 00 00", "04 00"},
		"æ in two pieces":              {"2c 06 0c 01 c3 0c 01 a6", "0c 02 c3 a6"},
		"explicit tag":                 {"a0 80 24 80 04 01 61 00 00 00 00", "a0 03 04 01 61"},
		"long tag":                     {"bf 81 01 80 05 00 00 00", "bf 81 01 02 05 00"},
		"zero bytes in a string":       {"30 80 04 02 00 00 00 00", "30 04 04 02 00 00"},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := ber.DER(bytesOf(t, c.in))
			require.NoError(t, err)
			assert.Equal(t, bytesOf(t, c.want), der)
			again, err := ber.DER(der)
			require.NoError(t, err)
			assert.Equal(t, der, again, "DER stays as it is")
			n, _, err := ber.Length(append(bytesOf(t, c.in), 1, 2, 3))
			require.NoError(t, err)
			assert.Equal(t, len(bytesOf(t, c.in)), n)
		})
	}
}

func TestMalformed(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                             "",
		"a tag alone":                         "30",
		"an end alone":                        "00 00",
		"an end in a definite value":          "30 02 00 00",
		"no end":                              "30 80 02 01 05",
		"half an end":                         "30 80 02 01 05 00",
		"an end with content":                 "30 80 00 01 00",
		"longer than the input":               "30 05 02 01 05",
		"longer than its parent":              "30 03 02 02 05 05",
		"an end behind the parent":            "30 03 31 80 05 00 00 00",
		"a primitive of indefinite length":    "04 80 61 00 00",
		"a length of too many bytes":          "30 89 01 01 01 01 01 01 01 01 01",
		"a tag of too many bytes":             "bf 81 81 81 81 01 00",
		"a bit string in pieces":              "23 80 03 02 00 61 00 00",
		"an integer among pieces of a string": "24 80 02 01 05 00 00",
		"a sequence among pieces of a string": "24 80 30 00 00 00",
		"too deep":                            strings.Repeat("30 80 ", 100) + strings.Repeat("00 00 ", 100),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ber.DER(bytesOf(t, in))
			require.ErrorIs(t, err, ber.ErrMalformed)
			_, _, err = ber.Length(bytesOf(t, in))
			require.ErrorIs(t, err, ber.ErrMalformed)
		})
	}
	_, err := ber.DER(bytesOf(t, "05 00 05 00"))
	require.ErrorIs(t, err, ber.ErrMalformed, "two values")
}

func FuzzDER(f *testing.F) {
	for _, seed := range []string{"\x30\x80\x02\x01\x05\x00\x00", "\x24\x80\x04\x01a\x04\x02bc\x00\x00", "\x30\x03\x02\x01\x05", "\xbf\x81\x01\x80\x05\x00\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		n, definite, err := ber.Length(in)
		if err != nil {
			return
		}
		der, err := ber.DER(in[:n])
		require.NoError(t, err)
		again, err := ber.DER(der)
		require.NoError(t, err)
		require.Equal(t, der, again)
		m, clean, err := ber.Length(der)
		require.NoError(t, err)
		require.True(t, clean && m == len(der))
		var v asn1.RawValue
		if rest, err := asn1.Unmarshal(in[:n], &v); err == nil && len(rest) == 0 && definite {
			require.True(t, bytes.Equal(der, in[:n]) || len(der) < n, "what is DER stays as it is")
		}
	})
}
