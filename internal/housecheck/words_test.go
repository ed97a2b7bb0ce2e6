package housecheck

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// unwanted are words that comments and documents do without, each with what to write.
var unwanted = []struct {
	words *regexp.Regexp
	write string
}{
	{regexp.MustCompile(`(?i)\boctets?\b`), "byte, as Go says"},
	{regexp.MustCompile(`(?:^|[.;:(] )(?:Nil|Zero|Empty|False|True|Unset): `), "a sentence: If nil, …"},
	{regexp.MustCompile(`(?i)\bwayback\b`), "what it is: the return path"},
	{regexp.MustCompile(`(?i)\band forget it\b`), "the step alone"},
	{regexp.MustCompile(`(?i)\b(?:is|are) only read\b`), "never changes"},
	{regexp.MustCompile(`(?i)\bin whatever\b`), "in any"},
	{regexp.MustCompile(`\w , \w`), "no blank before a comma"},
}

// allowedWords are names of others that hold an unwanted word.
var allowedWords = strings.NewReplacer("octet-stream", "", "OCTET STRING", "", "octet string", "")

// inPlainEnglish reports whether the rule holds for a file. The changelog says what
// releases of the past said.
func inPlainEnglish(s *source) bool {
	return (s.isGo() || s.isMarkdown()) && !under(s.dir(), "internal/housecheck") && s.path != "CHANGELOG.md"
}

func TestCommentsAreInPlainEnglish(t *testing.T) {
	for _, s := range sources(t, inPlainEnglish) {
		report(t, wordFindings(s))
	}
}

func wordFindings(s *source) []string {
	var findings []string
	check := func(place, text string) {
		text = allowedWords.Replace(text)
		for _, u := range unwanted {
			if found := u.words.FindString(text); found != "" {
				findings = append(findings, place+": "+strconv.Quote(found)+": write "+u.write)
			}
		}
	}
	if s.isMarkdown() {
		for i, line := range strings.Split(s.text, "\n") {
			check(s.path+":"+strconv.Itoa(i+1), line)
		}
		return findings
	}
	for _, group := range s.ast.Comments {
		for _, c := range group.List {
			check(s.at(c), strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
		}
	}
	return findings
}

func TestPlainEnglishIsTold(t *testing.T) {
	for comment, findings := range map[string]int{
		"// Limit is in octets.":                             1,
		"// Now is the clock. Nil: time.Now.":                1,
		"// Zero: 10 seconds.":                               1,
		"// names is only read.":                             1,
		"// A claim cannot be used , or is missing.":         1,
		"// Body is application/octet-stream.":               0,
		"// If nil, it is time.Now. Nil keys are refused.":   0,
		"// ReasonEmpty: no digits.":                         0,
		"// The error is in any case one of the three kinds": 0,
	} {
		assert.Len(t, wordFindings(read("mitid/x.go", "package mitid\n\n"+comment+"\nvar x int\n")), findings, comment)
	}
}
