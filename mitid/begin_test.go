package mitid_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

func TestBeginGivesFreshRandomParts(t *testing.T) {
	b := newBench(t, nil)
	seen := map[string]bool{}
	for range 1000 {
		rd := b.begin(t, mitid.Request{})
		require.Len(t, rd.Handle, 22)
		a := b.stub.begun
		for _, s := range []string{a.Handle, a.Nonce, a.Verifier, rd.State} {
			require.False(t, seen[s])
			seen[s] = true
		}
		require.Len(t, a.Verifier, 43)
		require.Equal(t, start.Add(defaultLifetime), rd.Expires)
	}
}

const defaultLifetime = 15 * 60 * 1e9

func TestImpossibleRequestsAreRefused(t *testing.T) {
	cvr, err := claims.ParseCVR("13748136")
	require.NoError(t, err)
	for name, r := range map[string]mitid.Request{
		"Level":              {Level: 7},
		"Capacity":           {Capacity: 9},
		"Capacity signatory": {Capacity: claims.CapacitySignatory},
		"CPR":                {CPR: 9},
		"Action":             {Action: 9},
		"Locale":             {Locale: 9},
		"Platform":           {AppSwitch: mitid.AppSwitch{Platform: 9}},
		"Platform missing":   {AppSwitch: mitid.AppSwitch{ResumeURL: "https://app.example/resume"}},
		"ResumeURL http":     {AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "http://app.example/resume"}},
		"ResumeURL blank":    {AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example/a b"}},
		"131 characters":     {ReferenceText: strings.Repeat("å", 131)},
		"line break":         {ReferenceText: "a\nb"},
		"direction override": {ReferenceText: "betal \u202e100"},
		"not UTF-8":          {ReferenceText: "\xff"},
		"text type":          {TransactionText: mitid.Text{Type: 5, Body: "x"}},
		"text without body":  {TransactionText: mitid.Text{Type: mitid.HTMLText}},
		"text of 4001":       {TransactionText: mitid.Text{Body: strings.Repeat("ø", 4001)}},
		"text not UTF-8":     {TransactionText: mitid.Text{Body: "\xff"}},
		"text with a script": {TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>Æ</p><script>x</script>"}},
		"text with handler":  {TransactionText: mitid.Text{Type: mitid.HTMLText, Body: `<p onclick="x">Æ</p>`}},
		"silent and fresh":   {Silent: true, Fresh: true},
		"private with CVR":   {CVRHint: cvr},
	} {
		_, err := newBench(t, nil).Begin(context.Background(), r)
		require.ErrorIs(t, err, mitid.ErrInputInvalid, name)
		require.Contains(t, err.Error(), "Request.", name)
	}
	b := newBench(t, nil)
	b.begin(t, mitid.Request{ReferenceText: strings.Repeat("å", 130)})
}

func TestNewNamesTheField(t *testing.T) {
	good := mitid.Config{Broker: &stub{}, RedirectURL: "https://app.example/cb"}
	for field, change := range map[string]func(*mitid.Config){
		"Broker":      func(c *mitid.Config) { c.Broker = nil },
		"RedirectURL": func(c *mitid.Config) { c.RedirectURL = "" },
		"must be https": func(c *mitid.Config) {
			c.RedirectURL = "http://app.example/cb"
		},
		"fragment":  func(c *mitid.Config) { c.RedirectURL += "#x" },
		"StateKeys": func(c *mitid.Config) { c.StateKeys = [][]byte{{1}} },
		"MinLevel":  func(c *mitid.Config) { c.MinLevel = 9 },
		"Lifetime":  func(c *mitid.Config) { c.Lifetime = -1 },
	} {
		cfg := good
		change(&cfg)
		_, err := mitid.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, field)
		require.ErrorContains(t, err, field)
	}
	for _, u := range []string{"http://127.0.0.1:8081/callback", "http://localhost/cb", "http://[::1]:80/cb"} {
		cfg := good
		cfg.RedirectURL = u
		_, err := mitid.New(cfg)
		require.NoError(t, err, u)
	}
}
