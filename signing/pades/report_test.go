package pades

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

// words returns the constants of a type in a file.
func words(t *testing.T, file, of string) (all []string) {
	t.Helper()
	f, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == of {
			word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			all = append(all, word)
		}
		return true
	})
	require.NotEmpty(t, all)
	return all
}

// Everything that is reported has a text in both languages.
func TestEverythingHasTexts(t *testing.T) {
	for _, list := range []struct {
		words []string
		text  func(word string, l Language) string
	}{
		{words(t, "reason.go", "Reason"), func(w string, l Language) string { return Reason(w).Text(l) }},
		{words(t, "reason.go", "Note"), func(w string, l Language) string { return Note(w).Text(l) }},
		{words(t, "report.go", "Disclosure"), func(w string, l Language) string { return disclosureTexts[Disclosure(w)].in(l) }},
		{words(t, "../../internal/pdfscan/changes.go", "ChangeKind"), func(w string, l Language) string { return (&Change{Kind: w}).Text(l) }},
		{[]string{"1", "2", "3"}, func(w string, l Language) string { return verdictTexts[Verdict(w[0]-'0')].in(l) }},
	} {
		seen := map[string]bool{}
		for _, w := range list.words {
			assert.False(t, seen[w], "%s stands there twice", w)
			seen[w] = true
			da, en := list.text(w, Danish), list.text(w, English)
			assert.NotEmpty(t, da, w)
			assert.NotEmpty(t, en, w)
			assert.NotEqual(t, da, en, w)
		}
	}
}

// The guide has a row for each reason, with the verdict and the word of the standard.
func TestGuideHasAllReasons(t *testing.T) {
	raw, err := os.ReadFile("../../docs/guides/verify.md")
	require.NoError(t, err)
	rows := map[string]string{}
	for _, line := range strings.Split(string(raw), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) == 5 && strings.HasPrefix(cells[0], "`") {
			rows[strings.Trim(cells[0], "`")] = cells[1] + " " + strings.Trim(cells[2], "`–")
		}
	}
	for _, w := range words(t, "reason.go", "Reason") {
		r := Reason(w)
		assert.Equal(t, verdictOf([]Reason{r}).String()+" "+r.SubIndication(), rows[w], w)
		delete(rows, w)
	}
	assert.Empty(t, rows, "reasons that nobody gives")
	for _, w := range append(words(t, "reason.go", "Note"), append(words(t, "report.go", "Disclosure"), words(t, "../../internal/pdfscan/changes.go", "ChangeKind")...)...) {
		assert.Contains(t, string(raw), "`"+w+"`")
	}
}

// What fails a signature by ETSI EN 319 102-1 (5.1.3) fails it here.
func TestSubIndications(t *testing.T) {
	fails := map[string]bool{"FORMAT_FAILURE": true, "HASH_FAILURE": true, "SIG_CRYPTO_FAILURE": true, "REVOKED": true, "EXPIRED": true, "NOT_YET_VALID": true}
	for _, w := range words(t, "reason.go", "Reason") {
		r := Reason(w)
		if fails[r.SubIndication()] {
			assert.True(t, r.fails(), w)
		}
	}
}

func TestTextShowsNoNumberAndNoEscapes(t *testing.T) {
	number := cprtest.Number(5).Reveal()
	hostile := "\x1b[31mÅse\u202e " + number + " \u2066" + number[:6] + "-" + number[6:]
	r := &Report{
		Verdict: Failed, Reasons: []Reason{Modified}, Discloses: []Disclosure{DisclosesCPR},
		Signatures: []Signature{{Field: hostile, Verdict: Failed, Signer: hostile, Time: time.Unix(0, 0), Notes: []Note{Drawn}, Persons: []Person{{Name: hostile, Scheme: hostile}, {Scheme: "drawing"}}}},
		Timestamps: []Timestamp{{Field: hostile, Verdict: Passed, Time: time.Unix(0, 0)}},
		Changes:    []Change{{Revision: 2, Object: 7, Page: 1, Kind: "field-filled", Field: hostile}, {Revision: 3, Kind: "object-hidden"}},
	}
	for _, l := range []Language{Danish, English} {
		text := r.Text(l)
		assert.Contains(t, text, "Åse")
		for _, bad := range []string{number, number[6:], "\x1b", "\u202e", "\u2066", "!(", "objekt 0", "object 0"} {
			assert.NotContains(t, text, bad)
		}
	}
	assert.Contains(t, r.Text(Danish), "Ændring i revision 2, side 1, objekt 7, felt")
	assert.Contains(t, r.Text(Danish), "Ændring i revision 3: programmer kan se forskellige ting [object-hidden]")
}
