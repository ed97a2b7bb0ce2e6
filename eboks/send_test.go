package eboks_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

func TestAccepted(t *testing.T) {
	s := newScripted()
	l := letter(1)
	r, err := newClient(t, s).Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, l.ID, r.ID)
	require.Equal(t, eboks.Accepted, r.Status)
	require.Equal(t, sha256.Sum256(pdf("brev 1 til Åse")), r.SHA256)
	require.Equal(t, 1, r.Attempts)
	require.Zero(t, r.Repeat)
	require.False(t, r.At.IsZero())
	require.Equal(t, string(pdf("brev 1 til Åse")), s.got[l.ID])
}

// The ledger has the letter before the caller hears of it.
func TestAcceptedButNotRecorded(t *testing.T) {
	s, book := newScripted(), &failing{Ledger: eboks.NewMemoryLedger(0), settle: errDisk}
	c := newClient(t, s, with(book))
	l := letter(1)
	_, err := c.Send(t.Context(), l)
	e := kindIs(t, err, eboks.StoreFailed)
	require.Equal(t, eboks.Ask, e.Then)
	require.NotContains(t, err.Error(), "disk")
	require.ErrorIs(t, err, errDisk)

	book.settle = nil
	c = newClient(t, s, with(book), func(cfg *eboks.Config) {
		cfg.Now = func() time.Time { return time.Now().Add(time.Hour) } // the lease has ended
	})
	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.Equal(t, 1, s.offers[l.ID], "a letter that may have arrived is not offered again")
}

func TestStoreFailedBeforeSending(t *testing.T) {
	s := newScripted()
	_, err := newClient(t, s, with(&failing{Ledger: eboks.NewMemoryLedger(0), claim: errDisk})).Send(t.Context(), letter(1))
	kindIs(t, err, eboks.StoreFailed)
	require.False(t, eboks.SafeToRetry(err), "what was sent before is not known")
	require.Empty(t, s.offered)
}

// failing is a ledger that breaks on demand.
type failing struct {
	eboks.Ledger
	claim, settle error
}

func (f *failing) Claim(ctx context.Context, es []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	if f.claim != nil {
		return nil, f.claim
	}
	return f.Ledger.Claim(ctx, es, owner, lease)
}

func (f *failing) Settle(ctx context.Context, es []eboks.Entry) ([]eboks.Entry, error) {
	if f.settle != nil {
		return nil, f.settle
	}
	return f.Ledger.Settle(ctx, es)
}

func with(l eboks.Ledger) func(*eboks.Config) {
	return func(cfg *eboks.Config) { cfg.Ledger, cfg.Keys = l, [][]byte{bytes.Repeat([]byte("k"), eboks.KeySize)} }
}

func TestRejectedIsForGood(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.next(&eboks.Error{Kind: eboks.Rejected, Code: "4080", Then: eboks.Stop})
	for range 3 {
		_, err := c.Send(t.Context(), l)
		e := kindIs(t, err, eboks.Rejected)
		require.Equal(t, "4080", e.Code)
		require.Equal(t, l.ID, e.ID)
		require.True(t, eboks.SafeToRetry(err))
		require.False(t, e.Then == eboks.Retry)
	}
	require.Equal(t, 1, s.offers[l.ID])
	require.NoError(t, c.Release(t.Context(), l.ID))
	_, err := c.Send(t.Context(), l)
	require.NoError(t, err)
}

func TestRecipientUnreachable(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	for r := eboks.Reachable; r <= eboks.InvalidNumber; r++ {
		l := letter(1)
		s.next(&eboks.Error{Kind: eboks.RecipientUnreachable, Reachability: r, Then: eboks.Stop})
		for range 2 {
			_, err := c.Send(t.Context(), l)
			require.Equal(t, r, kindIs(t, err, eboks.RecipientUnreachable).Reachability)
		}
		require.Equal(t, 1, s.offers[l.ID])
	}
}

// A distributor that may print the letter has it, and goes on having it.
func TestUnreachableButPerhapsPrinted(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.next(&eboks.Error{Kind: eboks.RecipientUnreachable, Reachability: eboks.NotRegistered})
	for range 2 {
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.RecipientUnreachable)
		require.False(t, eboks.SafeToRetry(err))
	}
}

// The distributor is asked before a letter is sent again, always under the same id.
func TestUnknownOutcomeIsAskedFor(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.next(&eboks.Error{Kind: eboks.OutcomeUnknown})
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.False(t, eboks.SafeToRetry(err))
	require.Equal(t, 1, s.offers[l.ID], "no blind resend")

	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.Equal(t, 1, s.asked)
	require.Equal(t, 1, s.offers[l.ID], "not known there, and repeats are not recognised")

	s.askErr = neverLeft()
	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.False(t, eboks.SafeToRetry(err), "the question was not asked; the letter may be there")
	s.askErr = nil

	s.events = []eboks.Event{{ID: l.ID, Status: eboks.Accepted, At: at("2026-11-22T10:00:00Z")}}
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
	require.Equal(t, at("2026-11-22T10:00:00Z"), r.At)
	require.Equal(t, 1, s.offers[l.ID])
}

func TestStatusSettlesAnUnknownOutcome(t *testing.T) {
	for name, learn := range map[string]func(*testing.T, *eboks.Client, eboks.ID){
		"by asking": func(t *testing.T, c *eboks.Client, id eboks.ID) {
			h, err := c.Status(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, eboks.DeliveredDigital, h.Status())
			require.NoError(t, c.Learn(t.Context(), h.Events()...))
		},
		"by events": func(t *testing.T, c *eboks.Client, id eboks.ID) {
			for e, err := range c.Events(t.Context(), "") {
				require.NoError(t, err)
				require.NoError(t, c.Learn(t.Context(), e))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			c := newClient(t, s)
			l := letter(1)
			s.next(unknownOutcome())
			_, err := c.Send(t.Context(), l)
			kindIs(t, err, eboks.OutcomeUnknown)
			s.events = []eboks.Event{{ID: l.ID, Status: eboks.DeliveredDigital, At: at("2026-11-22T10:00:00Z")}}
			learn(t, c, l.ID)
			r, err := c.Send(t.Context(), l)
			require.NoError(t, err)
			require.Equal(t, eboks.Duplicate, r.Repeat)
			require.Equal(t, 1, s.offers[l.ID])
		})
	}
}

func TestAnswerOfAnotherLetter(t *testing.T) {
	s, told := newScripted(), new(alarms)
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
	for name, answer := range map[string]func(context.Context, *eboks.Letter) (*eboks.Receipt, error){
		"another id": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
			return &eboks.Receipt{ID: eboks.NewID()}, nil
		},
		"said by the adapter": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
			return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 200, Alarm: true}
		},
	} {
		told.told = nil
		s.answers = append(s.answers, answer)
		l := letter(1)
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
		require.Equal(t, []eboks.Kind{eboks.OutcomeUnknown}, told.kinds(), name)
		require.Equal(t, l.ID, told.told[0].ID)
	}
	for name, answer := range map[string]func(context.Context, *eboks.Letter) (*eboks.Receipt, error){
		"nothing":             func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { return nil, nil },
		"an error of no kind": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { return nil, errors.New("hemmelig") },
		"a kind of no kind": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
			return nil, &eboks.Error{Then: eboks.Retry}
		},
	} {
		s.answers = append(s.answers, answer)
		_, err := c.Send(t.Context(), letter(1))
		kindIs(t, err, eboks.OutcomeUnknown)
		require.False(t, eboks.SafeToRetry(err), name)
		require.NotContains(t, err.Error(), "hemmelig")
	}
}

func TestPoisonIsParkedAndOthersPass(t *testing.T) {
	s, told := newScripted(), new(alarms)
	s.can.Dedupes, s.can.Status = true, false
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell; cfg.Retry.Park = 3 })
	poison := letter(1)
	s.always[poison.ID] = unknownOutcome()
	for i := range 10 {
		_, err := c.Send(t.Context(), poison)
		if i < 2 {
			kindIs(t, err, eboks.OutcomeUnknown)
		} else {
			e := kindIs(t, err, eboks.Parked)
			require.ErrorIs(t, e, eboks.ErrOutcomeUnknown)
			require.False(t, eboks.SafeToRetry(err))
		}
		_, err = c.Send(t.Context(), letter(2))
		require.NoError(t, err, "others pass")
	}
	require.Equal(t, 3, s.offers[poison.ID])
	require.Equal(t, []eboks.Kind{eboks.Parked}, told.kinds(), "one alarm")

	delete(s.always, poison.ID)
	require.NoError(t, c.Release(t.Context(), poison.ID))
	_, err := c.Send(t.Context(), poison)
	require.NoError(t, err)
	kindIs(t, c.Release(t.Context(), poison.ID), eboks.AlreadyAccepted)
	kindIs(t, c.Release(t.Context(), eboks.NewID()), eboks.InputInvalid)
}

func TestReplacementNumberIsNoAddress(t *testing.T) {
	s := newScripted()
	l := letter(1)
	l.To = eboks.Person(cpr.MustParse("6112589100"))
	_, err := newClient(t, s).Send(t.Context(), l)
	kindIs(t, err, eboks.InputInvalid)
	require.ErrorIs(t, err, cpr.ErrInputInvalid)
	_, err = newClient(t, s).Lookup(t.Context(), l.To, "1")
	kindIs(t, err, eboks.InputInvalid)
	require.Empty(t, s.offered)
}

func TestZeroNumberIsNoAddress(t *testing.T) {
	s := newScripted()
	for _, to := range []eboks.Recipient{{}, eboks.Person(cpr.Number{})} {
		l := letter(1)
		l.To = to
		_, err := newClient(t, s).Send(t.Context(), l)
		kindIs(t, err, eboks.InputInvalid)
		require.True(t, eboks.SafeToRetry(err))
	}
	require.Empty(t, s.offered)
}

func TestSendOfNothing(t *testing.T) {
	_, err := newClient(t, newScripted()).Send(t.Context(), nil)
	kindIs(t, err, eboks.InputInvalid)
}

func TestSendReadsFilesOfAnyKind(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	content := pdf("smørrebrød")
	path := filepath.Join(t.TempDir(), "brev.pdf")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	for _, d := range []eboks.Document{eboks.File(path), eboks.FS(fstest.MapFS{"å.pdf": {Data: content}}, "å.pdf"), eboks.Bytes(content)} {
		l := letter(1)
		l.Document = d
		_, err := c.Send(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, string(content), s.got[l.ID])
	}
}

// A document that is another one at the second reading never arrives.
func TestSendRefusesADocumentThatChanges(t *testing.T) {
	long := func(text string) []byte { return pdf(text + strings.Repeat(".", 30_000)) } // too large to be read once
	first := long("til Åse")
	for name, second := range map[string][]byte{
		"another letter": long("til Ole"), "shorter": first[:len(first)-1], "longer": append(bytes.Clone(first), '\n'), "empty": nil,
		"last byte": append(bytes.Clone(first[:len(first)-1]), 'X'),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			l := letter(1)
			readings := 0
			l.Document = eboks.Document{Open: func() (io.ReadCloser, error) {
				readings++
				if readings == 1 {
					return io.NopCloser(bytes.NewReader(first)), nil
				}
				return io.NopCloser(bytes.NewReader(second)), nil
			}}
			_, err := newClient(t, s).Send(t.Context(), l)
			kindIs(t, err, eboks.InputInvalid)
			require.ErrorIs(t, err, eboks.ErrChanged)
			require.Empty(t, s.got)
		})
	}
}

// A small one is read once, so there is nothing to change.
func TestSendReadsASmallDocumentOnce(t *testing.T) {
	s := newScripted()
	l := letter(1)
	readings := 0
	l.Document = eboks.Document{Open: func() (io.ReadCloser, error) {
		readings++
		return io.NopCloser(bytes.NewReader(pdf("nr. " + string(rune('0'+readings))))), nil
	}}
	r, err := newClient(t, s).Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, 1, readings)
	require.Equal(t, string(pdf("nr. 1")), s.got[l.ID])
	require.Equal(t, sha256.Sum256(pdf("nr. 1")), r.SHA256)
}

func TestSendCancelled(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := letter(1)
	_, err := c.Send(ctx, l)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, eboks.SafeToRetry(err))
	require.Empty(t, s.offered)
	_, err = c.Send(t.Context(), l)
	require.NoError(t, err)
}
