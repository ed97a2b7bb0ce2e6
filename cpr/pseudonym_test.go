package cpr_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"regexp"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPseudonym_is_the_hmac_of_the_ten_digits(t *testing.T) {
	key := []byte("nøgle til prøver: 32 bytes eller mere")
	for i := range 100 {
		n := cprtest.Number(i)
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(n.Reveal()))
		got, err := n.Pseudonym(key)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%x", mac.Sum(nil)), got)
		assert.Regexp(t, regexp.MustCompile(`^[0-9a-f]{64}$`), got)
		noTrace(t, n, got, "pseudonym")
	}
}

// Tables hold these: they never change.
func TestPseudonym_stays(t *testing.T) {
	got, err := cpr.MustParse("271258-9100").Pseudonym(bytes.Repeat([]byte{0x2a}, 32))
	require.NoError(t, err)
	assert.Equal(t, "b6100cc96cf842c022a99c67bd5984025dc32e51e0c68af308cd4756c3742925", got)
}

func TestPseudonym_differs_by_key_and_number(t *testing.T) {
	a, b := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	seen := map[string]bool{}
	for i := range 100 {
		for _, key := range [][]byte{a, b} {
			p, err := cprtest.Number(i).Pseudonym(key)
			require.NoError(t, err)
			assert.False(t, seen[p])
			seen[p] = true
		}
	}
}

func TestPseudonym_refuses_short_keys(t *testing.T) {
	n := cprtest.Number(1)
	for size := range 32 {
		p, err := n.Pseudonym(make([]byte, size))
		assert.Empty(t, p)
		refusedWith(t, err, cpr.ReasonKey)
	}
	_, err := n.Pseudonym(make([]byte, 32))
	assert.NoError(t, err)
	_, err = n.Pseudonym(nil)
	refusedWith(t, err, cpr.ReasonKey)
}
