package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
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
	h := newHouse(t)
	sender, err := distributor.Open("stralfors", agreementWith(h.post, h.fake.Now, newLogger(h.logs)))
	require.NoError(t, err)
	h.app.postman.client, err = letterClient(deaf{sender}, h.store, h.keys, newLogger(h.logs))
	require.NoError(t, err)
	b, at := oneLetter(t, h)
	require.NoError(t, h.post.Next("dropped-answer"))
	for range 12 {
		h.deliver(0)
		h.fake.Advance(2 * time.Hour)
	}
	page := b.get(at, mitidtest.Approve(mitidtest.Paiman())) // the session has ended
	assert.Contains(t, page.body, "Under behandling")
	assert.Contains(t, page.body, "Det bliver ikke sendt to gange.")
	assert.Equal(t, 1, h.post.Offered(idOf(t, at)))
}

func TestLetterWhileTheDistributorIsAway(t *testing.T) {
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
	} {
		_, err := h.store.handle(t.Context(), "stralfors", e)
		require.NoError(t, err)
	}
	page := b.get(at)
	assert.Contains(t, page.body, `data-testid="letter-state">Leveret<`)
	assert.Contains(t, page.body, "En melding, vi ikke kender")
	l, err := h.store.letter(t.Context(), accountOf(t, h), id)
	require.NoError(t, err)
	delivered := 0
	for _, e := range l.History.Events() {
		if e.Status == eboks.DeliveredDigital {
			delivered++
		}
	}
	assert.Equal(t, 1, delivered)
	after, err := h.store.cursor(t.Context(), "stralfors")
	require.NoError(t, err)
	assert.Equal(t, eboks.Cursor("12"), after)
}

// accountOf returns the only account.
func accountOf(t *testing.T, h *house) (id string) {
	t.Helper()
	require.NoError(t, h.store.db.QueryRowContext(t.Context(), "SELECT id FROM account").Scan(&id))
	return id
}

func TestOneBrokenLetterDoesNotHoldUpTheOthers(t *testing.T) {
	h := newHouse(t)
	var ids []eboks.ID
	for _, who := range []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Paiman()} {
		b := h.browser("da")
		b.get("/login/cpr", mitidtest.Approve(who))
		ids = append(ids, idOf(t, letterPath(t, b.post(everydayPath, everydayAnswers()))))
	}
	_, err := h.store.db.ExecContext(t.Context(), "UPDATE letter SET content = x'00' WHERE id = ?", ids[0].String())
	require.NoError(t, err)
	for range 3 {
		h.deliver(0)
	}
	assert.Equal(t, 0, h.post.Offered(ids[0]))
	assert.Equal(t, 1, h.post.Offered(ids[1]))
	assert.Equal(t, 1, strings.Count(h.logs.String(), "letter not sent"), "it is tried again, but not at once")
}

func TestTwoPostmenSendOneLetter(t *testing.T) {
	h := newHouse(t)
	_, at := oneLetter(t, h)
	letters, err := h.store.dueLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, letters, 1)
	other := newPostman(h.store, h.carrier(h.post), h.app.render, newLogger(h.logs))
	require.NoError(t, h.app.postman.sendOne(t.Context(), letters[0]))
	require.NoError(t, other.sendOne(t.Context(), letters[0]), "it comes too late and leaves it alone")
	assert.Equal(t, 1, h.post.Offered(idOf(t, at)))
}

func TestLetterGoesToTheNumberItWasWrittenFor(t *testing.T) {
	h := newHouse(t)
	_, at := oneLetter(t, h)
	require.NoError(t, h.post.Always("refused-connection"))
	h.deliver(0)
	account := accountOf(t, h)
	_, err := h.store.db.ExecContext(t.Context(), "UPDATE cpr_number SET sealed = ?", h.store.vault.seal(mitidtest.Ditlev().CPR, account))
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

func TestPostmanEndsWithItsContext(t *testing.T) {
	h := newHouse(t)
	stop := h.app.deliver(t.Context())
	b, at := oneLetter(t, h)
	require.Eventually(t, func() bool { return h.post.Total() == 1 }, 20*time.Second, 10*time.Millisecond, "the hand-in woke it")
	stop()
	assert.Equal(t, 1, h.post.Count(idOf(t, at)))
	assert.Equal(t, 200, b.get(at).status)
}

func TestLetterThroughPostNord(t *testing.T) {
	h := newHouse(t)
	fake, err := startFakePost("postnord", h.fake.Citizens(), ebokstest.Config{Now: h.fake.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	h.app.postman.client = h.carrier(fake)
	b, at := oneLetter(t, h)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Modtaget af e-Boks<`)
	h.fake.Advance(10 * time.Minute)
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Modtaget af e-Boks<`, "that is all this wire tells")
	assert.Equal(t, 1, fake.Delivered(idOf(t, at)))
}

func TestVerdict(t *testing.T) {
	for kind, want := range map[eboks.Kind]letterState{
		eboks.OutcomeUnknown: letterOffered, eboks.Parked: letterOffered, eboks.Rejected: letterRefused, eboks.RecipientUnreachable: letterRefused,
		eboks.InputInvalid: letterRefused, eboks.Conflict: letterOffered, eboks.Duplicate: letterOffered,
	} {
		state, _, _ := verdict(&eboks.Error{Kind: kind}, 0)
		assert.Equal(t, want, state, kind)
	}
	for _, kind := range []eboks.Kind{eboks.Throttled, eboks.Unavailable, eboks.AuthFailed, eboks.ConfigInvalid, eboks.StoreFailed} {
		state, _, _ := verdict(&eboks.Error{Kind: kind, NotDelivered: true}, 0)
		assert.Equal(t, letterWaiting, state, kind)
		state, _, _ = verdict(&eboks.Error{Kind: kind}, 0)
		assert.Equal(t, letterOffered, state, "%s, perhaps delivered", kind)
	}
	state, _, _ := verdict(context.Canceled, 0)
	assert.Equal(t, letterOffered, state)
	_, _, wait := verdict(&eboks.Error{Kind: eboks.Throttled, NotDelivered: true, RetryAfter: time.Hour}, 0)
	assert.Equal(t, time.Hour, wait)
	last := time.Duration(0)
	for n := range 100 {
		_, _, wait := verdict(&eboks.Error{Kind: eboks.Unavailable, NotDelivered: true}, n)
		assert.GreaterOrEqual(t, wait, last)
		assert.LessOrEqual(t, wait, longestWait)
		last = wait
	}
}

func TestLedger(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	l := ledger{s}
	id := letterInStore(t, s, "a")
	fresh := eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: eboks.LetterSending, At: s.now()}
	before, err := l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	assert.Zero(t, before.State)
	before, err = l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterSending, before.State, "somebody sends it already")

	waiting := fresh
	waiting.State, waiting.Attempts = eboks.LetterWaiting, 3
	require.NoError(t, l.End(t.Context(), waiting))
	other := fresh
	other.Digest = eboks.Digest{2}
	before, err = l.Begin(t.Context(), other)
	require.NoError(t, err)
	assert.Equal(t, eboks.Digest{1}, before.Digest)
	now, err := l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterWaiting, now.State, "another letter does not claim it")
	_, err = l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	now, err = l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterSending, now.State)
	assert.Equal(t, 3, now.Attempts)

	done := eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: eboks.LetterAccepted, Attempts: 4, At: s.now(), Status: eboks.AcceptedDigital,
		Reference: "æ-7", TakenAt: s.now(), SHA256: [32]byte{9}, Kind: eboks.Rejected, Code: "12", Reachability: eboks.Exempt}
	require.NoError(t, l.End(t.Context(), done))
	now, err = l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.True(t, done == now)
	none, err := l.Entry(t.Context(), eboks.NewID())
	require.NoError(t, err)
	assert.True(t, none == eboks.Entry{})
}

// letterInStore hands a form in for a new account and returns the letter's ID.
func letterInStore(t *testing.T, s *store, subject string) eboks.ID {
	t.Helper()
	id := account(t, s, subject, mitidtest.Paiman().CPR)
	q := everyday()
	c := newLetterContent(danish, s.now(), "Åse "+subject, &q, stageFirst, answers{"mood": {"3"}})
	_, err := s.save(t.Context(), id, q.Slug, stageFirst, answers{"mood": {"3"}}, true, follows{Letter: &c})
	require.NoError(t, err)
	all, err := s.letters(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0].ID
}

func TestOneLetterForAStatusChangeEver(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	id := letterInStore(t, s, "a")
	_, err := s.db.ExecContext(t.Context(), `INSERT INTO letter (id, account_id, record_id, change_id, content, state, reason, attempts, next_at, created_at)
		SELECT ?, account_id, record_id, change_id, content, 'waiting', '', 0, 0, 0 FROM letter WHERE id = ?`, eboks.NewID().String(), id.String())
	assert.ErrorContains(t, err, "UNIQUE")
}

func TestLetterOpensForItsOwnIDAlone(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	a, b := letterInStore(t, s, "a"), letterInStore(t, s, "b")
	_, err := s.db.ExecContext(t.Context(), `UPDATE letter SET content = (SELECT content FROM letter WHERE id = ?) WHERE id = ?`, a.String(), b.String())
	require.NoError(t, err)
	letters, err := s.dueLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, letters, 2)
	for _, d := range letters {
		if d.ID == b {
			assert.ErrorIs(t, s.address(t.Context(), d, nil), errVault)
		}
	}
}
