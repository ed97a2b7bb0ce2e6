package realservers

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/internal/mtls"
)

// handmade hides what it is: as a transport of the user's own, whose certificate New
// cannot see.
type handmade struct{ *mtls.Transport }

// post is a client for letters that shows a certificate.
type post struct {
	client    *eboks.Client
	ledger    eboks.Ledger
	transport *mtls.Transport
	alarms    atomic.Int32
	later     atomic.Int64 // how far the client's clock is ahead
	letters   []*eboks.Letter
}

// newPost makes one, and 50 letters.
func newPost(t *testing.T, p *pki, address, shown string, o mtls.Options) *post {
	t.Helper()
	o.Roots = p.roots
	s := &post{ledger: eboks.NewMemoryLedger(0), transport: mtls.New(p.shown[shown], o)}
	t.Cleanup(s.transport.CloseIdleConnections)
	sender, err := stralfors.New(stralfors.Config{BaseURL: address, System: "4711", User: "Ærø Kommune",
		HTTPClient: &http.Client{Transport: handmade{s.transport}}})
	require.NoError(t, err)
	s.client, err = eboks.New(eboks.Config{Sender: sender, Ledger: s.ledger, Keys: [][]byte{make([]byte, eboks.KeySize)},
		Retry: eboks.RetryPolicy{Patience: time.Millisecond},
		Now:   func() time.Time { return time.Now().Add(time.Duration(s.later.Load())) },
		Alarm: func(context.Context, *eboks.Error) { s.alarms.Add(1) }})
	require.NoError(t, err)
	for i := range 50 {
		s.letters = append(s.letters, &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cprtest.Number(i)), Title: "Afgørelse på æ, ø og å",
			Material: "1001", Document: eboks.Bytes([]byte("%PDF-1.7\nblåbærgrød\n%%EOF\n"))})
	}
	return s
}

// refused sends all letters and wants none to come to an end.
func (s *post) refused(t *testing.T, where string, kind eboks.Kind) {
	t.Helper()
	for _, l := range s.letters {
		_, err := s.client.Send(t.Context(), l)
		var e *eboks.Error
		require.ErrorAs(t, err, &e, where)
		require.Equal(t, kind.String(), e.Kind.String(), where)
		require.Equal(t, eboks.Retry, e.Then, where)
		require.True(t, eboks.SafeToRetry(err), where)
	}
	assert.EqualValues(t, 1, s.alarms.Load(), "%s: one alarm", where)
	until, why := s.client.Channel()
	require.NotNil(t, why, "%s: the channel is paused", where)
	assert.False(t, until.IsZero(), where)
	assert.Equal(t, kind.String(), why.Kind.String(), where)
	for _, l := range s.letters {
		entries, err := s.ledger.Load(t.Context(), []eboks.ID{l.ID})
		require.NoError(t, err)
		for _, e := range entries {
			require.Equal(t, eboks.LetterWaiting, e.State, where)
		}
	}
}

// accepted sends all letters and wants each to arrive once.
func (s *post) accepted(t *testing.T, a *app, where string) {
	t.Helper()
	a.seen()
	s.later.Add(int64(time.Hour)) // the pause is over
	for _, l := range s.letters {
		r, err := s.client.Send(t.Context(), l)
		require.NoError(t, err, where)
		require.Equal(t, eboks.Accepted, r.Status, where)
	}
	calls, _ := a.seen()
	require.Equal(t, len(s.letters), calls, "%s: each letter once", where)
	_, why := s.client.Channel()
	require.Nil(t, why, where)
}

// A certificate that nginx does not like ends no letter. When there is a better one, all
// of them leave.
func TestLettersWaitForACertificateThatNginxLikes(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := nginx(t, p, a, "TLSv1.2 TLSv1.3")
	for _, name := range []string{"good", "chained"} {
		newPost(t, p, address, name, mtls.Options{}).accepted(t, a, name)
	}
	for _, name := range []string{"expired", "not yet valid", "of a stranger", "without the issuing one", "with another's key", "none"} {
		s := newPost(t, p, address, name, mtls.Options{})
		s.refused(t, name, eboks.AuthFailed)
		calls, _ := a.seen()
		assert.Zero(t, calls)
		require.NoError(t, s.transport.Set(p.shown["good"], time.Now()))
		s.accepted(t, a, name)
	}
}

func TestLettersWaitForACertificateThatApacheLikes(t *testing.T) {
	for _, protocol := range []string{"TLSv1.2", "TLSv1.3"} {
		p, a := newPKI(t), newApp(t)
		address := apache(t, p, a, protocol, "/")
		newPost(t, p, address, "good", mtls.Options{}).accepted(t, a, protocol)
		for _, name := range []string{"expired", "not yet valid", "of a stranger", "without the issuing one", "with another's key"} {
			s := newPost(t, p, address, name, mtls.Options{})
			s.refused(t, protocol+" "+name, eboks.AuthFailed)
			require.NoError(t, s.transport.Set(p.shown["good"], time.Now()))
			s.accepted(t, a, protocol+" "+name)
		}
	}
}

// Apache asks for the certificate when it knows the folder.
func TestLettersToAnApacheThatAsksLate(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	address := apache(t, p, a, "TLSv1.2 +TLSv1.3", "/afsendersystem")
	newPost(t, p, address, "good", mtls.Options{TLS12: true}).accepted(t, a, "TLS 1.2")
	newPost(t, p, address, "good", mtls.Options{}).refused(t, "TLS 1.3", eboks.AuthFailed)
}

// A letter that is too large for a server on the way is the only one that ends.
func TestNginxRefusesOneLargeLetter(t *testing.T) {
	p, a := newPKI(t), newApp(t)
	s := newPost(t, p, nginx(t, p, a, "TLSv1.2 TLSv1.3"), "good", mtls.Options{})
	large := *s.letters[0]
	large.ID, large.Document = eboks.NewID(), eboks.Bytes([]byte("%PDF-1.7\n"+strings.Repeat(".", 2<<20)+"\n%%EOF\n"))
	_, err := s.client.Send(t.Context(), &large)
	require.ErrorIs(t, err, eboks.ErrRejected)
	assert.ErrorContains(t, err, "too large")
	assert.EqualValues(t, 1, s.alarms.Load(), "perhaps a setting on the way is too small")
	s.accepted(t, a, "the others")
}
