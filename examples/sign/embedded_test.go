package main

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// chromium skips a test where there is no browser; with DKEID_NO_SKIP=1 it fails.
func chromium(t *testing.T) string {
	t.Helper()
	if path := realbrowser.Find(); path != "" {
		return path
	}
	toolstest.Missing(t, "Chromium is missing: this test signs with it")
	return ""
}

// TestSignedByHand runs the command as the README shows it, and clicks.
func TestSignedByHand(t *testing.T) {
	t.Parallel()
	path := chromium(t)
	d := newDesk(t, contract())
	links := make(chan string, 1)
	r := start(t, func(link string) { links <- link }, "-document", d.document, "-to", "lejer", "-poll", "50ms", "-wait", "20m")
	link := ""
	select {
	case link = <-links:
	case <-r.over:
		t.Fatal(r.err.String())
	}
	ctx, stop, err := realbrowser.Start(path)
	defer stop()
	require.NoError(t, err, "the browser does not start")
	click := func(what string) chromedp.Action[chromedp.Void] {
		return realbrowser.Click("[data-testid=" + what + "]")
	}
	for i, step := range []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(link),
		click("login"), click("approve"), // to see the document
		click("read"), click("sign"), click("approve"), // to sign it
	} {
		soon, cancel := context.WithTimeout(ctx, 2*time.Minute)
		err := chromedp.Do(soon, step)
		cancel()
		if err != nil {
			text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
			t.Fatalf("step %d got stuck: %v; the page says:\n%s", i, err, text)
		}
	}
	require.Equal(t, 0, r.end(t), r.err.String())
	clean(t, r)
	require.Contains(t, r.out.String(), "signed by Ditlev Von Testesen at ")
	require.Equal(t, []string{"Lejekontrakt Ærø.pdf", "Lejekontrakt Ærø.signed.pdf", "Lejekontrakt Ærø.signed.pdf.evidence.zip"}, d.names(t))
}

// The fake service inside the program ends with it, so nothing can go on later.
func TestNotSignedAtTheFakeInside(t *testing.T) {
	t.Parallel()
	d := newDesk(t, contract())
	r := start(t, nil, "-document", d.document, "-to", "lejer", "-wait", "0s")
	require.Equal(t, 3, r.end(t), r.err.String())
	require.Contains(t, r.err.String(), "the fake service ended with this program")
	require.NotContains(t, r.err.String(), "same command again")
}
