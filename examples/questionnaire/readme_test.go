package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestREADMENamesTestsAndFlagsThatAreThere.
func TestREADMENamesTestsAndFlagsThatAreThere(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	code := ""
	for _, pattern := range []string{"*_test.go", "options*.go", filepath.Join("..", "internal", "dialect", "*.go")} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, f := range files {
			source, err := os.ReadFile(f)
			require.NoError(t, err)
			code += string(source)
		}
	}
	tests := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllSubmatch(page, -1)
	assert.Greater(t, len(tests), 30)
	for _, m := range tests {
		assert.Contains(t, code, "func "+string(m[1])+"(", "no such test")
	}
	flags := regexp.MustCompile("`-([a-z][a-z-]+)`").FindAllSubmatch(page, -1)
	assert.Greater(t, len(flags), 15)
	for _, m := range flags {
		assert.Contains(t, code, `"`+string(m[1])+`"`, "no such flag")
	}
}
