// Package claimsuite holds what the tests of the dialects share: samples and golden
// identities, and what must be true of the claims of every dialect.
package claimsuite

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

// NSIS is how every level of the Nets brokers begins.
const NSIS = "https://data.gov.dk/concept/core/nsis/"

// Samples returns the names of the payloads in testdata/claims/payloads.
func Samples(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/claims/payloads/*.json")
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".json")
	}
	return files
}

// Sample returns a payload in testdata/claims/payloads as it is on the wire.
func Sample(tb testing.TB, name string) []byte {
	tb.Helper()
	return Compact(tb, "testdata/claims/payloads/"+name+".json")
}

// Compact returns a file without blanks.
func Compact(tb testing.TB, file string) []byte {
	tb.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(tb, err)
	var b bytes.Buffer
	require.NoError(tb, json.Compact(&b, raw))
	return b.Bytes()
}

// Change sets a member of a payload to a JSON text. An empty text takes the member away.
func Change(tb testing.TB, payload []byte, member, value string) []byte {
	tb.Helper()
	return ChangeAll(tb, payload, map[string]string{member: value})
}

// ChangeAll is Change for several members.
func ChangeAll(tb testing.TB, payload []byte, members map[string]string) []byte {
	tb.Helper()
	var m map[string]json.RawMessage
	require.NoError(tb, json.Unmarshal(payload, &m))
	for name, value := range members {
		m[name] = json.RawMessage(value)
		if value == "" {
			delete(m, name)
		}
	}
	// Written by hand, because a value may be no JSON on purpose.
	var b bytes.Buffer
	b.WriteByte('{')
	for name, value := range m {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		quoted, err := json.Marshal(name)
		require.NoError(tb, err)
		b.Write(quoted)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// Golden compares an identity with its file in testdata/claims/identities, and with
// itself after it was stored. The test's flag -update, if it has one, writes the file.
func Golden(t *testing.T, name string, id claims.Identity) {
	t.Helper()
	plain, err := json.Marshal(claims.Plain(id))
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, json.Indent(&got, plain, "", "  "))
	got.WriteByte('\n')
	file := filepath.Join("testdata", "claims", "identities", name+".json")
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with -update")
	assert.Equal(t, string(want), got.String())
	var back claims.Plain
	require.NoError(t, json.Unmarshal(plain, &back))
	assert.True(t, assert.ObjectsAreEqual(id, claims.Identity(back)), "does not round-trip")
}
