package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

var pdfLink = regexp.MustCompile(`/URI \(([^)]*)\)`)

// linkIn returns the path of the link in a letter as it lies in the mailbox.
func linkIn(t *testing.T, h *house, id eboks.ID) string {
	t.Helper()
	there, ok := h.post.Letter(id)
	require.True(t, ok)
	m := pdfLink.FindSubmatch(there.Documents[0].Content())
	require.NotNil(t, m)
	path, ok := strings.CutPrefix(string(m[1]), h.url)
	require.True(t, ok)
	require.True(t, strings.HasPrefix(path, linkPath))
	return path
}

func TestReadingIsShownWithMitID(t *testing.T) {
	t.Parallel()
	readingIsShown(t, newHouse(t))
}

func readingIsShown(t *testing.T, h *house) {
	b, at := oneLetter(t, h)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	link := linkIn(t, h, idOf(t, at))
	assert.NotContains(t, link, mitidtest.Paiman().CPR.Reveal())

	// Somebody without a session, such as a mail scanner, gets as far as the login.
	visitor := h.browser("da")
	assert.NotContains(t, visitor.get(link).body, "Tak, fordi du læste brevet")
	other := visitor.get(link, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, http.StatusForbidden, other.status)
	assert.Contains(t, other.body, "Brevet er til en anden")
	assert.Equal(t, http.StatusNotFound, b.get(link[:len(link)-2]).status)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Leveret<`, "nobody has read it yet")

	opened := h.browser("en").get(link, mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, http.StatusOK, opened.status, opened.body)
	assert.Contains(t, opened.body, "Thank you for reading the letter")
	page := b.get(at)
	assert.Contains(t, page.body, `data-testid="letter-state">Læst<`)
	assert.Contains(t, page.body, "Åbnet med MitID")
	assert.Contains(t, page.body, "siger dit MitID-login")
	assert.Contains(t, page.body, "Leveret i din e-Boks", "what the distributor said stands too")
}

func TestLinkOfAnotherHumanWithTheSameAccountName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, at := oneLetter(t, h)
	h.deliver(0)
	link := linkIn(t, h, idOf(t, at))
	// The same human at the same broker under another subject holds the same number.
	twin := mitidtest.Paiman()
	twin.UUID, twin.Subject = "7d4f7a3c-2f7f-4d5e-9f5f-0d6f5a4b3c2d", "0f9960a0d28d4353a3e2ea07f8ffa186"
	opened := h.browser("da").get(link, mitidtest.Approve(twin))
	assert.Contains(t, opened.body, "Tak, fordi du læste brevet")
	assert.NotContains(t, opened.body, at, "but the page of the letter belongs to the account that wrote")
}

func TestLinkIsRefusedWithoutANumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, at := oneLetter(t, h)
	h.deliver(0)
	link := linkIn(t, h, idOf(t, at))
	p := h.browser("da").get(link, mitidtest.Approve(mitidtest.WithoutCPR()))
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "Uden CPR-nummer kan vi ikke se, om brevet er til dig.")
	assert.Contains(t, p.body, `href="`+link+`"`)
	cancelled := h.browser("da").get(link, mitidtest.Abort())
	assert.Contains(t, cancelled.body, `href="`+link+`"`, "the same link once more")
	u, err := url.Parse(link)
	require.NoError(t, err)
	assert.Empty(t, u.RawQuery)
}
