package post

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerdict(t *testing.T) {
	for kind, want := range map[eboks.Kind]store.LetterState{
		eboks.OutcomeUnknown: store.LetterOffered, eboks.Parked: store.LetterOffered, eboks.Rejected: store.LetterRefused, eboks.RecipientUnreachable: store.LetterRefused,
		eboks.InputInvalid: store.LetterRefused, eboks.Conflict: store.LetterOffered, eboks.Duplicate: store.LetterOffered,
	} {
		state, _, _ := verdict(&eboks.Error{Kind: kind}, 0)
		assert.Equal(t, want, state, kind)
	}
	for _, kind := range []eboks.Kind{eboks.Throttled, eboks.Unavailable, eboks.AuthFailed, eboks.ConfigInvalid, eboks.StoreFailed} {
		state, _, _ := verdict(&eboks.Error{Kind: kind, NotDelivered: true}, 0)
		assert.Equal(t, store.LetterWaiting, state, kind)
		state, _, _ = verdict(&eboks.Error{Kind: kind}, 0)
		assert.Equal(t, store.LetterOffered, state, "%s, perhaps delivered", kind)
	}
	state, _, _ := verdict(context.Canceled, 0)
	assert.Equal(t, store.LetterOffered, state)
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

// office is a store, a distributor and the client between them.
type office struct {
	store  *store.Store
	keys   store.Keyring
	fake   *ebokstest.Distributor
	client *eboks.Client
	now    time.Time
	logs   bytes.Buffer
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{keys: store.NewKeyring(), now: time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return o.now }
	v, err := store.NewVault(o.keys)
	require.NoError(t, err)
	o.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), v, clock)
	require.NoError(t, err)
	t.Cleanup(func() { _ = o.store.Close() })
	o.fake = ebokstest.New(t, ebokstest.Stralfors, ebokstest.Config{Now: clock, Settings: ebokstest.Settings{AnyRecipient: true}})
	sender, err := distributor.Open("stralfors", distributor.Agreement{URL: o.fake.URL(), System: o.fake.System(), Certificate: o.fake.Certificate(),
		Roots: o.fake.Roots(), Materials: map[eboks.Material]string{store.ReceiptMaterial: string(o.fake.Materials()[0])}, Recognises: true, Now: clock})
	require.NoError(t, err)
	o.client, err = NewClient(sender, o.store, o.keys, o.log())
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
	return all[0].ID
}
