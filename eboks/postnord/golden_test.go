package postnord_test

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/internal/strictxml"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// readable writes a request as it stood on the wire, without what net/http adds.
func readable(r seen) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.method, r.uri)
	for _, h := range []string{"Accept", "Content-Type", "Expect", "Authorization", "Cookie"} {
		for _, v := range r.header[h] {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	if r.length > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\n\n%s\n", r.length, r.body)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "requests", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

// leapDay returns a synthetic number of somebody born on 29 February.
func leapDay() cpr.Number {
	for i := 0; ; i++ {
		if n := cprtest.Number(i); strings.HasPrefix(n.Reveal(), "2902") {
			return n
		}
	}
}

// TestLetters holds every letter that leaves against its golden file: method,
// address, headers that matter, body.
func TestLetters(t *testing.T) {
	for name, c := range map[string]struct {
		to     eboks.Recipient
		title  string
		config func(*postnord.Config)
	}{
		"person":             {},
		"company":            {to: eboks.Company(company)},
		"leap-day":           {to: eboks.Person(leapDay())},
		"title-with-markup":  {title: `<Ærø & "Ø"> går 'på' å]]>`},
		"title-of-255":       {title: strings.Repeat("æøå", 85)},
		"materials":          {config: func(c *postnord.Config) { c.Materials = map[eboks.Material]string{"179343": "brev-1.2"} }},
		"six-digit-system":   {config: func(c *postnord.Config) { c.System, c.ClientID = "123456", "ab" }},
		"behind-a-path":      {config: func(c *postnord.Config) { c.BaseURL += "/proxy/" }},
		"no-client-id":       {config: func(c *postnord.Config) { c.ClientID, c.StatusURL, c.Answer = "", "", postnord.AnswerStatus }},
		"answer-status-only": {config: func(c *postnord.Config) { c.Answer = postnord.AnswerStatus }},
	} {
		t.Run(name, func(t *testing.T) {
			var changes []func(*postnord.Config)
			if c.config != nil {
				changes = append(changes, c.config)
			}
			w := newWire(t, says(500, ""), changes...)
			l := toKaren(t)
			if !c.to.IsZero() {
				l.To = c.to
			}
			if c.title != "" {
				l.Title = c.title
			}
			_, err := w.Send(t.Context(), l)
			require.Error(t, err)
			got := w.requests()
			require.Len(t, got, 1)
			golden(t, name, readable(got[0]))
			_, err = strictxml.Parse(got[0].body)
			require.NoError(t, err)
		})
	}
}

// TestQuestions holds the lookups and the question for a state against their
// golden files.
func TestQuestions(t *testing.T) {
	w := newWire(t, says(500, ""), func(c *postnord.Config) { c.CPRInURL = true })
	for name, ask := range map[string]func() error{
		"lookup-person":  func() error { _, err := w.Lookup(t.Context(), eboks.Person(karen), "179343"); return err },
		"lookup-company": func() error { _, err := w.Lookup(t.Context(), eboks.Company(company), "179343"); return err },
		"status":         func() error { _, err := w.ReadStatus(t.Context(), letter); return err },
	} {
		require.ErrorIs(t, ask(), eboks.ErrUnavailable, name)
		all := w.requests()
		golden(t, name, readable(all[len(all)-1]))
	}
}

// The document arrives byte by byte, whatever its length does to base64.
func TestDocumentArrivesWhole(t *testing.T) {
	for _, size := range []int{8, 64, 24 << 10, 100_000, 3 << 20} {
		for extra := range 3 {
			pdf := append(bigDocument(size), "slut"[:extra]...)
			w := newWire(t, says(200, well()))
			l := measured(t, eboks.Letter{ID: letter, To: eboks.Person(karen), Title: "Ålborg", Material: "1", Document: eboks.Bytes(pdf)})
			_, err := w.Send(t.Context(), l)
			require.NoError(t, err)
			text := string(w.requests()[0].body)
			_, text, _ = strings.Cut(text, "<Data>")
			text, _, _ = strings.Cut(text, "</Data>")
			got, err := base64.StdEncoding.DecodeString(text)
			require.NoError(t, err)
			require.Equal(t, pdf, got)
		}
	}
}
