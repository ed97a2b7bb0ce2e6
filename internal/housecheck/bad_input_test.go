package housecheck

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/pades"
)

const badInput = "docs/bad-input.md"

// A badRow is a row of a table in docs/bad-input.md.
type badRow struct {
	title  string // of its section
	what   string
	errors []string
	proof  []string
}

var proofName = regexp.MustCompile("`([^`]+)`")

// badRows reads the tables. The limits have another third column, and no errors.
func badRows(t *testing.T) []*badRow {
	var rows []*badRow
	title := ""
	for _, line := range strings.Split(file(t, badInput), "\n") {
		if after, ok := strings.CutPrefix(line, "## "); ok {
			title = after
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| --- ") || strings.HasPrefix(line, "| what ") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		require.Len(t, cells, 4, line)
		r := &badRow{title: title, what: cells[0]}
		if title != "Limits" {
			r.errors = strings.Split(cells[2], ", ")
		}
		for _, m := range proofName.FindAllStringSubmatch(cells[3], -1) {
			r.proof = append(r.proof, m[1])
		}
		require.NotEmpty(t, r.proof, line)
		rows = append(rows, r)
	}
	require.NotEmpty(t, rows)
	return rows
}

// What the fakes can spoil stands in a row that names the same error, and what a
// row names is there.
func TestBadInputTellsTheTruth(t *testing.T) {
	rows := badRows(t)
	logins, letters := spoilt()
	signatures := spoiltSignatures()
	tests := testNames(t)
	for _, r := range rows {
		for _, e := range r.errors {
			assert.True(t, isErrorWord(e), "%s: %q: no kind of error is called %q", badInput, r.what, e)
		}
		for _, name := range r.proof {
			if strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
				assert.True(t, tests[name], "%s: %q: there is no %s", badInput, r.what, name)
				continue
			}
			assert.True(t, matchesSome(name, logins) || matchesSome(name, letters) || matchesSome(name, signatures), "%s: %q: the fakes know no %q", badInput, r.what, name)
		}
	}
	for name, kinds := range logins {
		assertRow(t, rows, name, kinds, "")
	}
	for name, kinds := range letters {
		assertRow(t, rows, name, kinds, "Letters")
	}
	for name, kinds := range signatures {
		assertRow(t, rows, name, kinds, "Signing: Nets eID Broker")
	}
}

// assertRow wants a row for name in the section of a title, or in one about logins if the
// title is empty.
func assertRow(t *testing.T, rows []*badRow, name string, kinds []string, title string) {
	t.Helper()
	ok := slices.ContainsFunc(rows, func(r *badRow) bool {
		right := r.title == title || title == "" && strings.HasPrefix(r.title, "Login") || title == "" && r.title == "CPR numbers"
		return right && r.names(name) && !slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(r.errors, k) })
	})
	assert.True(t, ok, "%s needs a row that names %q and its error: %s", badInput, name, strings.Join(kinds, ", "))
}

// names reports whether name stands in the row, by itself or by a pattern.
func (r *badRow) names(name string) bool {
	return slices.ContainsFunc(r.proof, func(pattern string) bool {
		ok, _ := path.Match(pattern, name)
		return ok
	})
}

func matchesSome(pattern string, names map[string][]string) bool {
	for name := range names {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

// spoilt returns the names of both catalogues, each with the errors that are right.
func spoilt() (logins, letters map[string][]string) {
	logins, letters = map[string][]string{}, map[string][]string{}
	for _, d := range catalogues {
		for _, m := range d.tamperings {
			word := m.Want.String()
			if m.Want == 0 {
				word = "accepted"
			}
			if !slices.Contains(logins[m.Name], word) {
				logins[m.Name] = append(logins[m.Name], word)
			}
		}
	}
	for _, m := range ebokstest.Misbehaviours() {
		for _, k := range m.Kinds {
			letters[m.Name] = append(letters[m.Name], k.String())
		}
		if len(m.Kinds) == 0 {
			letters[m.Name] = []string{"accepted"}
		}
	}
	return logins, letters
}

// spoiltSignatures returns the names of what spoils signatures, each with its error.
func spoiltSignatures() map[string][]string {
	all := map[string][]string{}
	for _, m := range nebtest.SigningTamperings() {
		all[m.Name] = []string{m.Want}
	}
	return all
}

func isErrorWord(word string) bool {
	verdicts := []string{pades.Failed.String(), pades.Indeterminate.String(), "unreadable"}
	return word == "accepted" || word == "each its own" || slices.Contains(verdicts, word) ||
		slices.ContainsFunc(mitid.Kinds(), func(k mitid.Kind) bool { return k.String() == word }) ||
		slices.ContainsFunc(eboks.Kinds(), func(k eboks.Kind) bool { return k.String() == word }) ||
		slices.ContainsFunc(signing.Kinds(), func(k signing.Kind) bool { return k.String() == word })
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w*)\(`)

// testNames returns the names of all test functions of the tree.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, f := range sources(t, isGoTest) {
		for _, m := range testFunc.FindAllStringSubmatch(f.text, -1) {
			names[m[1]] = true
		}
	}
	return names
}

// A code such as a letter, a hyphen and a number is a row of a table that a
// stranger does not have.
func TestNobodyNeedsATableOfCodes(t *testing.T) {
	for _, s := range append(sources(t, isGo), documents(t)...) {
		for i, line := range strings.Split(s.text, "\n") {
			for _, code := range codes(line) {
				t.Errorf("%s:%d: %q: say the thing itself, or point to %s", s.path, i+1, code, badInput)
			}
		}
	}
}

var (
	codeWord = regexp.MustCompile(`\b[A-Z]-\d{1,3}\b`)
	codeTest = regexp.MustCompile(`\bfunc ((?:Test|Fuzz|Benchmark)[A-Z]\d{1,3}[A-Z_]\w*)`)
)

// codes returns what looks like a code, and is no curve.
func codes(line string) []string {
	found := codeWord.FindAllString(line, -1)
	found = slices.DeleteFunc(found, func(s string) bool { return slices.Contains([]string{"P-256", "P-384", "P-521"}, s) })
	for _, m := range codeTest.FindAllStringSubmatch(line, -1) {
		found = append(found, m[1])
	}
	return found
}

func TestCodesAreFound(t *testing.T) {
	assert.Equal(t, []string{"O" + "-45", "D" + "-1"}, codes("as O"+"-45 says, and D"+"-1; AES-256, UTF-8, ISO-8859-1, P-256, RFC 7636"))
	assert.Equal(t, []string{"TestE" + "09Unknown"}, codes("func TestE"+"09Unknown(t *testing.T) {"))
	assert.Empty(t, codes("func TestSHA256(t *testing.T) {"))
}
