package post

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerdict(t *testing.T) {
	for then, want := range map[eboks.Then]store.LetterState{
		eboks.Ask: store.LetterOffered, eboks.Decide: store.LetterOffered, eboks.Retry: store.LetterWaiting, eboks.Stop: store.LetterRefused,
	} {
		for _, kind := range eboks.Kinds() {
			state, reason, wait := verdict(&eboks.Error{Kind: kind, Then: then}, 0)
			want := want
			if kind == eboks.RecipientUnreachable && then == eboks.Decide {
				want = store.LetterRefused
			}
			assert.Equal(t, want, state, "%s, %s", kind, then)
			assert.Equal(t, kind.String(), reason)
			assert.Equal(t, want != store.LetterRefused, wait > 0, "%s, %s", kind, then)
		}
	}
	_, _, wait := verdict(&eboks.Error{Kind: eboks.Parked, Then: eboks.Decide}, 0)
	assert.Equal(t, parkedWait, wait, "a person must look")
	_, reason, _ := verdict(&eboks.Error{Kind: eboks.RecipientUnreachable, Then: eboks.Stop, Reachability: eboks.Minor}, 0)
	assert.Equal(t, "minor", reason)
	state, _, _ := verdict(context.Canceled, 0)
	assert.Equal(t, store.LetterOffered, state)
	for _, then := range []eboks.Then{eboks.Ask, eboks.Retry} {
		_, _, wait := verdict(&eboks.Error{Kind: eboks.Throttled, Then: then, RetryAfter: time.Hour}, 0)
		assert.Equal(t, time.Hour, wait)
	}
	last := time.Duration(0)
	for n := range 100 {
		_, _, wait := verdict(&eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}, n)
		assert.GreaterOrEqual(t, wait, last)
		assert.LessOrEqual(t, wait, longestWait)
		last = wait
	}
}

func TestTwoPostmenSendOneLetter(t *testing.T) {
	o := newOffice(t)
	id := o.letter(t, "å")
	letters, err := o.store.DueLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.NoError(t, o.postman().sendOne(t.Context(), letters[0]))
	require.NoError(t, o.postman().sendOne(t.Context(), letters[0]), "it comes too late and leaves it alone")
	assert.Equal(t, 1, o.fake.Offered(id))
}

// silent is a distributor without a feed that cannot say what became of some letters.
type silent struct {
	eboks.Sender
	about func(eboks.ID) bool
	asked map[eboks.ID]int
}

func (s *silent) Capabilities() eboks.Capabilities {
	c := s.Sender.Capabilities()
	c.Events, c.Status = false, true
	return c
}

func (s *silent) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	s.asked[id]++
	if s.about(id) {
		return nil, &eboks.Error{Kind: eboks.ReceiptInvalid, Why: "the answer cannot be read"}
	}
	return s.Sender.(eboks.StatusReader).ReadStatus(ctx, id)
}

// TestNothingWaitsBehindAStateThatCannotBeRead: neither behind one letter, nor behind so many
// that the postman takes the distributor to be away.
func TestNothingWaitsBehindAStateThatCannotBeRead(t *testing.T) {
	for _, unread := range []int{1, 2, 7} {
		t.Run(strconv.Itoa(unread), func(t *testing.T) {
			o := newOffice(t)
			var ids []eboks.ID
			for i := range unread + 2 {
				ids = append(ids, o.letter(t, "å"+strconv.Itoa(i)))
				o.now = o.now.Add(time.Second)
			}
			wire := &silent{Sender: o.sender, asked: map[eboks.ID]int{}, about: func(id eboks.ID) bool { return slices.Contains(ids[:unread], id) }}
			var err error
			o.client, err = NewClient(wire, o.store, o.keys, o.log())
			require.NoError(t, err)
			p := o.postman()
			p.Round(t.Context())
			o.fake.Advance(time.Hour)
			for range 6 {
				o.now = o.now.Add(2 * askEvery)
				p.readNews(t.Context())
			}
			for i, id := range ids {
				assert.NotZero(t, wire.asked[id], "letter %d", i)
			}
			for _, id := range ids[unread:] {
				assert.Equal(t, eboks.DeliveredDigital, o.status(t, id))
				assert.Equal(t, 1, wire.asked[id], "what has an end is not asked for again")
			}
			assert.NotContains(t, o.logs.String(), "2712589100")
		})
	}
}

// office is a store, a distributor and the client between them.
type office struct {
	store  *store.Store
	keys   store.Keyring
	fake   *ebokstest.Distributor
	sender eboks.Sender
	client *eboks.Client
	now    time.Time
	logs   bytes.Buffer
	owners map[eboks.ID]string // the account of each letter
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{keys: store.NewKeyring(), owners: map[eboks.ID]string{}, now: time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return o.now }
	v, err := store.NewVault(o.keys)
	require.NoError(t, err)
	o.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), v, clock)
	require.NoError(t, err)
	t.Cleanup(func() { _ = o.store.Close() })
	o.fake = ebokstest.New(t, ebokstest.Engines(stralforstest.Start), ebokstest.Config{Now: clock, Settings: ebokstest.Settings{AnyRecipient: true}})
	o.sender, err = distributor.Open("stralfors", distributor.Agreement{URL: o.fake.URL(), System: o.fake.System(), Certificate: o.fake.Certificate(),
		Roots: o.fake.Roots(), Materials: map[eboks.Material]string{store.ReceiptMaterial: string(o.fake.Materials()[0])}, Recognises: true, Now: clock})
	require.NoError(t, err)
	o.client, err = NewClient(o.sender, o.store, o.keys, o.log())
	require.NoError(t, err)
	return o
}

func (o *office) log() *slog.Logger { return slog.New(slog.NewTextHandler(&o.logs, nil)) }

func (o *office) postman() *Postman {
	render := func(id eboks.ID, c survey.LetterContent, _ cpr.Number) ([]byte, error) {
		return RenderLetter(c, id, "", time.UTC)
	}
	return NewPostman(o.store, o.client, render, o.log())
}

// letter hands a form in for a new person, and returns the ID of the letter about it.
func (o *office) letter(t *testing.T, subject string) eboks.ID {
	t.Helper()
	account, _, err := o.store.Arrive(t.Context(), store.Arrival{Key: store.AccountKey{Issuer: "https://æøå.example", Subject: subject}, Capacity: "private", CPR: mitidtest.Paiman().CPR})
	require.NoError(t, err)
	q := survey.Everyday()
	given := survey.Answers{"mood": {"3"}}
	c := survey.NewLetterContent(survey.Danish, o.now, "Åse "+subject, &q, survey.StageFirst, given)
	_, err = o.store.Save(t.Context(), account, q.Slug, survey.StageFirst, given, true, store.Follows{Letter: &c})
	require.NoError(t, err)
	all, err := o.store.Letters(t.Context(), account)
	require.NoError(t, err)
	require.Len(t, all, 1)
	o.owners[all[0].ID] = account
	return all[0].ID
}

// status is how far a letter has come.
func (o *office) status(t *testing.T, id eboks.ID) eboks.Status {
	t.Helper()
	l, err := o.store.Letter(t.Context(), o.owners[id], id)
	require.NoError(t, err)
	return l.History.Status()
}
