package signingtest_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing/signingtest"
)

var rewrite = flag.Bool("update", false, "rewrite docs/signing-fake.md")

// TestDifferencesAreListed writes docs/signing-fake.md out of what the fake says of itself.
func TestDifferencesAreListed(t *testing.T) {
	const file = "../../docs/signing-fake.md"
	var b strings.Builder
	b.WriteString(`# Where the fake Criipto Signatures knowingly differs

Made by TestDifferencesAreListed out of Service.Differences of signing/signingtest; do not edit it. "Uncertain" means that nobody outside the vendor can tell. "Made up" means
that the fake had to choose. The fake people who sign log in at a fake Criipto Verify, which [differs too](brokers.md#criipto). The signing APIs of Nets eID Broker are
part of [its fake](brokers.md#neb).

`)
	for _, d := range signingtest.New(t).Differences() {
		b.WriteString("- " + d + "\n")
	}
	if *rewrite {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "go test ./signing/signingtest -run TestDifferencesAreListed -update")
}
