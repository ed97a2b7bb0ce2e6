package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// oneLetter logs Paiman in, hands a form in and returns the page of the letter.
func oneLetter(t *testing.T, h *house) (*browser, string) {
	t.Helper()
	b := h.browser("da")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
	return b, letterPath(t, b.post(everydayPath, everydayAnswers()))
}

func TestLetterWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, at := oneLetter(t, h)
	require.NoError(t, h.post.Next("dropped-answer"))
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">`)
	h.fake.Advance(time.Minute)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Sendt<`)
	h.deliver(10 * time.Minute)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Leveret<`)
	assert.Equal(t, 1, h.post.Delivered(idOf(t, at)))
	assert.Equal(t, 1, h.post.Total())
	assert.Empty(t, h.post.Conflicts())
}

// deaf is a distributor that tells nothing about letters.
type deaf struct{ eboks.Sender }

func (d deaf) Capabilities() eboks.Capabilities {
	c := d.Sender.Capabilities()
	c.Status, c.Events, c.Dedupes = false, false, false
	return c
}

// TestLetterOfUnknownOutcomeIsNotSentAgain: nobody can say whether it arrived, and
// a repeated ID may become a second letter. So it stays with a person.
func TestLetterOfUnknownOutcomeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var fake *ebokstest.Distributor
	h := newHouse(t, postBy(t, "stralfors", &fake, func(s eboks.Sender) eboks.Sender { return deaf{s} }))
	b, at := oneLetter(t, h)
	require.NoError(t, fake.Next("dropped-answer"))
	for range 12 {
		h.deliver(0)
		h.fake.Advance(2 * time.Hour)
	}
	page := b.get(at, mitidtest.Approve(mitidtest.Paiman())) // the session has ended
	assert.Contains(t, page.body, "Under behandling")
	assert.Contains(t, page.body, "Det bliver ikke sendt to gange.")
	assert.Equal(t, 1, fake.Offered(idOf(t, at)))
}

func TestLetterWhileTheDistributorIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, at := oneLetter(t, h)
	require.NoError(t, h.post.Always("refused-connection"))
	h.deliver(0)
	h.fake.Advance(time.Second)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, "Sendes om lidt")
	h.post.Behave()
	h.fake.Advance(20 * time.Minute)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Sendt<`)
	assert.Equal(t, 1, h.post.Total())
}

func TestEventsComeTwiceAndInAnyOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, at := oneLetter(t, h)
	h.deliver(0)
	id := idOf(t, at)
	now := h.fake.Now()
	for _, e := range []eboks.Event{
		{ID: id, Status: eboks.DeliveredDigital, Code: "AfleveretDigitalPost", At: now.Add(5 * time.Minute), Cursor: "7"},
		{ID: id, Status: eboks.DeliveredDigital, Code: "AfleveretDigitalPost", At: now.Add(5 * time.Minute), Cursor: "8"},
		{ID: id, Status: eboks.Queued, Code: "Klar", At: now.Add(time.Minute), Cursor: "9"},
		{ID: eboks.NewID(), Status: eboks.DeliveredDigital, Code: "AfleveretDigitalPost", At: now, Cursor: "10"},
		{Status: eboks.Failed, At: now, Cursor: "11"},
		{ID: id, Status: eboks.Unknown, Code: "LagtIFlaskepostÆØÅ", At: now.Add(6 * time.Minute), Cursor: "12"},
		{ID: id, Unread: true, Raw: eboks.NewRaw([]byte("<uforståeligt")), Cursor: "13"},
		{Unread: true, Raw: eboks.NewRaw([]byte("<uforståeligt")), Cursor: "14"},
	} {
		require.NoError(t, h.cfg.Post.Learn(t.Context(), e))
	}
	page := b.get(at)
	assert.Contains(t, page.body, `data-testid="letter-state">Leveret<`)
	assert.Contains(t, page.body, "En melding, vi ikke kender")
	assert.Equal(t, 1, strings.Count(page.body, "Leveret i din e-Boks"))
	assert.Less(t, strings.Index(page.body, "I kø hos distributøren"), strings.Index(page.body, "Leveret i din e-Boks"), "in the order of their own times")
}

// A letter that somebody has damaged is for a person to look at. Its owner can log in, and the others get theirs.
func TestOneBrokenLetterDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people := []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Paiman(), mitidtest.NoDigitalPost()}
	var browsers []*browser
	var paths []string
	for i, who := range people {
		b := h.browser("da")
		login := "/login/cpr"
		if i == 0 { // the letter waits for the number
			login = "/login"
		}
		b.get(login, mitidtest.Approve(who))
		browsers = append(browsers, b)
		b.post(everydayPath, everydayAnswers())
		paths = append(paths, letterPath(t, b.get("/letters")))
	}
	for i, query := range []string{"UPDATE letter SET content = x'00' WHERE id = $1", "UPDATE eboks_outbox_letters SET content = x'00' WHERE id = $1"} {
		res, err := h.sql.ExecContext(t.Context(), query, idOf(t, paths[i]).String())
		require.NoError(t, err)
		n, err := res.RowsAffected()
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	}
	page := browsers[0].get("/confirm/cpr?return="+paths[0], mitidtest.Approve(people[0]))
	require.Equal(t, paths[0], page.path)
	assert.Contains(t, page.body, "Ikke leveret")
	for range 3 {
		h.deliver(0)
	}
	assert.Contains(t, browsers[1].get(paths[1]).body, "Under behandling")
	assert.Equal(t, []int{0, 0, 1}, []int{h.post.Offered(idOf(t, paths[0])), h.post.Offered(idOf(t, paths[1])), h.post.Offered(idOf(t, paths[2]))})
	assert.Equal(t, 1, strings.Count(h.logs.String(), "a letter cannot be sent"))
	assert.Equal(t, 1, strings.Count(h.logs.String(), "a person must look"), "once")
}

func TestLetterGoesToTheNumberItWasWrittenFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, at := oneLetter(t, h)
	require.NoError(t, h.post.Always("refused-connection"))
	h.deliver(0)
	var key store.AccountKey
	require.NoError(t, h.sql.QueryRowContext(t.Context(), "SELECT issuer, subject FROM account").Scan(&key.Issuer, &key.Subject))
	_, _, err := h.store.Arrive(t.Context(), store.Arrival{Key: key, Capacity: "private", CPR: mitidtest.Ditlev().CPR})
	require.NoError(t, err)
	h.post.Behave()
	h.fake.Advance(time.Hour)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Len(t, h.post.Letters(eboks.Person(mitidtest.Paiman().CPR)), 1)
	assert.Empty(t, h.post.Letters(eboks.Person(mitidtest.Ditlev().CPR)))
	assert.Empty(t, h.post.Conflicts())
	assert.Equal(t, 1, h.post.Delivered(idOf(t, at)))
}

func TestDeliveryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	stop := h.app.Deliver(t.Context())
	b, at := oneLetter(t, h)
	require.Eventually(t, func() bool { return h.post.Total() == 1 }, patience, 10*time.Millisecond, "the hand-in woke it")
	stop()
	assert.Equal(t, 1, h.post.Count(idOf(t, at)))
	assert.Equal(t, 200, b.get(at).status)
}

func TestLetterThroughPostNord(t *testing.T) {
	t.Parallel()
	var fake *ebokstest.Distributor
	h := newHouse(t, postBy(t, "postnord", &fake))
	b, at := oneLetter(t, h)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Modtaget af e-Boks<`)
	h.fake.Advance(10 * time.Minute)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Modtaget af e-Boks<`, "that is all this wire tells")
	assert.Equal(t, 1, fake.Delivered(idOf(t, at)))
}
