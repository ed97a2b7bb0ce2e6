package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// waiting reports whether a page looks for news by itself. With and without script it is
// the same.
func waiting(t *testing.T, p shown) bool {
	t.Helper()
	script := strings.Contains(p.body, `<script src="/assets/news.js" defer></script>`)
	reload := strings.Contains(p.body, `<noscript><meta http-equiv="refresh" content="20"></noscript>`)
	require.Equal(t, script, reload)
	require.Equal(t, script, strings.Contains(p.body, `<p class="hidden" id="told" role="status"></p>`), "what changed is said once")
	return script
}

func TestPagesOfALetterWaitUntilItIsThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
	assert.False(t, waiting(t, b.get(everydayPath)), "a form that somebody fills in is left alone")
	done := b.post(everydayPath, everydayAnswers())
	record := strings.TrimSuffix(done.path, "/done")
	at := letterPath(t, done)
	pages := []string{record, record + "/done", "/letters", at}
	all := func(want bool, when string) {
		t.Helper()
		for _, path := range pages {
			assert.Equal(t, want, waiting(t, b.get(path)), "%s, %s", path, when)
		}
	}
	all(true, "written")
	h.deliver(0)
	all(true, "sent")
	assert.Contains(t, b.get(at).body, "Siden opdaterer sig selv")
	h.deliver(10 * time.Minute)
	all(false, "delivered")
	assert.NotContains(t, b.get(at).body, "Siden opdaterer sig selv")
	for _, path := range []string{"/", "/profile", "/answers"} {
		assert.False(t, waiting(t, b.get(path)), path)
	}
}

// terse is a distributor whose last word is that the mailbox system has the letter.
type terse struct{ eboks.Sender }

func (t terse) Capabilities() eboks.Capabilities {
	c := t.Sender.Capabilities()
	c.Status, c.Ends = false, []eboks.Status{eboks.AcceptedDigital}
	return c
}

func TestPagesWaitForNothingThatDoesNotComeByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	done := b.post(everydayPath, everydayAnswers())
	assert.False(t, waiting(t, done), "the letter waits for the person")

	var fake *ebokstest.Distributor
	h = newHouse(t, postBy(t, "postnord", &fake, func(s eboks.Sender) eboks.Sender { return terse{s} }))
	b, at := oneLetter(t, h)
	assert.True(t, waiting(t, b.get(at)))
	h.deliver(0)
	assert.False(t, waiting(t, b.get(at)), "this wire tells no more")
	assert.False(t, waiting(t, b.get("/letters")))
}

func TestPagesOfAnAgreementWaitUntilItEnds(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	for _, path := range []string{at, record, "/answers"} {
		assert.True(t, waiting(t, b.get(path)), path)
	}
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	h.clerk(0)
	assert.False(t, waiting(t, b.get(at)))
	assert.False(t, waiting(t, b.get("/answers")))
	assert.True(t, waiting(t, b.get(record)), "the letter is on its way")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.False(t, waiting(t, b.get(record)))
}
