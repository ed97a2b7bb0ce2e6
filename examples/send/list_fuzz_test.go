package main

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

// FuzzReadList reads lists of any bytes: each ends in rows that can be sent or in words
// that name lines and hold nothing of them.
func FuzzReadList(f *testing.F) {
	number := cprtest.Number(9000).Reveal()
	for _, s := range []string{
		"", "number,title,file,reference\n", "\uFEFFnumber;title;file;reference\r\n" + number + ";Årsopgørelse;brev.pdf;sag-æøå",
		"number,title,file,reference\n" + number + ",\"Afgørelse\ni to linjer\",brev.pdf,1\n" + number + ",b,c,1\n", "number,title,file,reference\n\"åben",
		"number\ttitle\tfile\treference\n", "number,title,file,reference\n1,2\n", "number,title,file,reference\n" + number + ",\xe5,\x00,\n",
	} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "liste.csv")
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NoError(t, os.WriteFile(path, b, 0o600))
		l, faults, err := readList(path)
		if err != nil {
			require.NotContains(t, err.Error(), number)
			return
		}
		for _, fault := range faults {
			require.Positive(t, fault.line)
			require.True(t, utf8.ValidString(fault.why))
			require.NotContains(t, fault.why, number)
		}
		seen := map[string]bool{}
		for _, r := range l.rows {
			require.Positive(t, r.line)
			if len(faults) == 0 {
				require.False(t, r.number.IsZero())
				require.False(t, seen[r.reference], "a reference is one letter")
				seen[r.reference] = true
			}
		}
	})
}
