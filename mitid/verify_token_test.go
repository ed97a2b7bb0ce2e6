package mitid_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// tokens is a broker whose tokens come again and again. It counts the checks.
type tokens struct {
	stub
	checks atomic.Int32
	holds  atomic.Bool
	dialect
	unmarked bool // its assertions have no Holds
}

type dialect func() any

func (b *tokens) VerifyToken(_ context.Context, raw string) (*mitid.Assertion, error) {
	b.checks.Add(1)
	as := person(&mitid.Attempt{Now: start})
	as.Identity.Subject = "{" + raw + "}"
	as.Identity.Address = &claims.Address{Lines: []string{"Ærøgade 1"}}
	as.Identity.Organisation = &claims.Organisation{Name: "Æblegården"}
	as.Identity.Authenticators = []claims.Authenticator{{Kind: claims.App}}
	as.Texts = mitid.Texts{Reference: &mitid.Text{Body: "Log på"}, Transaction: &mitid.Text{Body: "Godkend"}}
	as.Evidence = mitid.Evidence{Tokens: []mitid.Token{{Use: "id_token", Raw: mitid.NewSecret(raw), Key: []byte("{}")}}}
	as.Expires = start.Add(time.Hour)
	if b.dialect != nil {
		as.Claims = b.dialect()
	}
	if !b.unmarked {
		as.Holds = b.holds.Load
	}
	return as, nil
}

// worded are claims that can be copied.
type worded struct{ words []string }

func (w *worded) Clone() any { return &worded{append([]string(nil), w.words...)} }

func newTokens(t *testing.T, change func(*mitid.Config)) (*tokens, *mitid.Client, *time.Time) {
	t.Helper()
	b, now := &tokens{stub: stub{issuer: "https://broker.example"}}, start
	b.holds.Store(true)
	cfg := mitid.Config{Broker: b, RedirectURL: "https://app.example/callback", Now: func() time.Time { return now }}
	if change != nil {
		change(&cfg)
	}
	c, err := mitid.New(cfg)
	require.NoError(t, err)
	return b, c, &now
}

func TestTokenThatComesAgainIsNotCheckedAgain(t *testing.T) {
	b, c, _ := newTokens(t, nil)
	first, err := c.VerifyToken(t.Context(), "a")
	require.NoError(t, err)
	for range 3 {
		l, err := c.VerifyToken(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, first.Identity.Subject, l.Identity.Subject)
		assert.Equal(t, first.Level, l.Level)
		assert.Equal(t, first.ClientID, l.ClientID)
		assert.Equal(t, first.Expires, l.Expires)
		assert.Equal(t, "a", l.Evidence.Tokens[0].Raw.Reveal())
	}
	_, err = c.VerifyToken(t.Context(), "b")
	require.NoError(t, err)
	assert.EqualValues(t, 2, b.checks.Load())
}

func TestTokenIsCheckedAgain(t *testing.T) {
	for name, change := range map[string]func(*tokens, *time.Time){
		"when the keys changed":          func(b *tokens, _ *time.Time) { b.holds.Store(false) },
		"when it has expired":            func(_ *tokens, now *time.Time) { *now = start.Add(time.Hour) },
		"when the clock was set back":    func(_ *tokens, now *time.Time) { *now = start.Add(-time.Second) },
		"when the broker cannot promise": func(b *tokens, _ *time.Time) { b.unmarked = true },
		"when its claims have no copy":   func(b *tokens, _ *time.Time) { b.dialect = func() any { return &struct{}{} } },
	} {
		t.Run(name, func(t *testing.T) {
			b, c, now := newTokens(t, nil)
			if name == "when the broker cannot promise" || name == "when its claims have no copy" {
				change(b, now)
			}
			_, err := c.VerifyToken(t.Context(), "a")
			require.NoError(t, err)
			change(b, now)
			for range 2 {
				_, err = c.VerifyToken(t.Context(), "a")
				require.NoError(t, err)
			}
			want := 3
			if name == "when the clock was set back" {
				want = 2 // then it is remembered from that time on
			}
			assert.EqualValues(t, want, b.checks.Load())
		})
	}
}

func TestWhatACallerChangesReachesNobodyElse(t *testing.T) {
	b, c, _ := newTokens(t, nil)
	b.dialect = func() any { return &worded{[]string{"æ"}} }
	for i := range 3 { // the first is checked, the others are remembered
		l, err := c.VerifyToken(t.Context(), "a")
		require.NoError(t, err)
		id := &l.Identity
		assert.Equal(t, "Søren Ærø Ågård", id.Name.Full, i)
		assert.Equal(t, []string{"Ærøgade 1"}, id.Address.Lines)
		assert.Equal(t, "Æblegården", id.Organisation.Name)
		assert.Equal(t, claims.App, id.Authenticators[0].Kind)
		assert.Equal(t, "Log på", l.Texts.Reference.Body)
		assert.Equal(t, "Godkend", l.Texts.Transaction.Body)
		assert.Equal(t, "{}", string(l.Evidence.Tokens[0].Key))
		assert.Equal(t, "a", l.Evidence.Tokens[0].Raw.Reveal())
		assert.Equal(t, "æ", l.Claims.(*worded).words[0])

		id.Name.Full, id.Address.Lines[0], id.Organisation.Name, id.Authenticators[0].Kind = "", "", "", 0
		l.Texts.Reference.Body, l.Texts.Transaction.Body = "", ""
		l.Evidence.Tokens[0].Key[0], l.Evidence.Tokens[0].Raw = 'x', mitid.Secret{}
		l.Claims.(*worded).words[0] = ""
		id.Address, id.Name, l.Claims = nil, nil, nil
	}
	assert.EqualValues(t, 1, b.checks.Load())
}

func TestOnlyTheLatestTokensAreRemembered(t *testing.T) {
	b, c, _ := newTokens(t, nil)
	verify := func(i int) {
		_, err := c.VerifyToken(t.Context(), fmt.Sprint(i))
		require.NoError(t, err)
	}
	for i := range 1025 {
		verify(i)
	}
	require.EqualValues(t, 1025, b.checks.Load())
	verify(1024)
	verify(1)
	require.EqualValues(t, 1025, b.checks.Load())
	verify(0) // the oldest is gone
	require.EqualValues(t, 1026, b.checks.Load())

	for length, checks := range map[int]int32{4 << 10: 1, 4<<10 + 1: 2} {
		before := b.checks.Load()
		for range 2 {
			_, err := c.VerifyToken(t.Context(), string(make([]byte, length)))
			require.NoError(t, err)
		}
		require.EqualValues(t, checks, b.checks.Load()-before, "%d bytes", length)
	}
}

func TestTokenBeyondTheLimitNeverReachesTheBroker(t *testing.T) {
	b, c, _ := newTokens(t, nil)
	_, err := c.VerifyToken(t.Context(), string(make([]byte, 64<<10)))
	require.NoError(t, err)
	_, err = c.VerifyToken(t.Context(), string(make([]byte, 64<<10+1)))
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
	assert.EqualValues(t, 1, b.checks.Load())
}

func TestRefusedTokenIsNotRemembered(t *testing.T) {
	b, c, _ := newTokens(t, func(cfg *mitid.Config) { cfg.MinLevel = claims.High })
	for range 2 {
		_, err := c.VerifyToken(t.Context(), "a")
		require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	}
	assert.EqualValues(t, 2, b.checks.Load())
}

func TestRememberedTokensDoNotPrint(t *testing.T) {
	_, c, _ := newTokens(t, nil)
	_, err := c.VerifyToken(t.Context(), "hemmeligt-bevis")
	require.NoError(t, err)
	dump := (&spew.ConfigState{DisableMethods: true}).Sdump(c) + fmt.Sprintf("%v %+v %#v", c, c, c)
	for _, secret := range []string{"hemmeligt-bevis", "Søren", "Ærøgade"} {
		assert.NotContains(t, dump, secret)
	}
}

// Many requests at once, while the keys change: -race watches.
func TestTokensAreRememberedByManyAtOnce(t *testing.T) {
	b, c, _ := newTokens(t, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				raw := fmt.Sprint((i + j) % 5)
				l, err := c.VerifyToken(context.Background(), raw)
				assert.NoError(t, err)
				assert.Equal(t, "{"+raw+"}", l.Identity.Subject)
				l.Identity.Name.Full = "changed"
				l.Evidence.Tokens[0].Key[0] = 'x'
				b.holds.Store(j%7 != 0)
			}
		})
	}
	wg.Wait()
}

// counting counts the tokens that an adapter verified.
type counting struct {
	mitid.Broker
	checks int
}

func (b *counting) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	b.checks++
	return b.Broker.(mitid.TokenVerifier).VerifyToken(ctx, raw)
}

func TestTokenOfAWithdrawnKeyIsNotRemembered(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			fake := newFake(t, d)
			b := &counting{Broker: adapter(t, fake)}
			c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "https://app.example/callback", Now: fake.Now})
			require.NoError(t, err)
			token := func() string {
				l, err := mitidtest.Login(t, c, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
				require.NoError(t, err)
				return l.Evidence.Tokens[0].Raw.Reveal()
			}
			old := token()
			for range 3 {
				_, err = c.VerifyToken(t.Context(), old)
				require.NoError(t, err)
			}
			require.Equal(t, 1, b.checks, "remembered")

			fake.RotateKeys()
			fake.Advance(time.Minute)
			fresh := token() // whose key is not known: the keys are fetched
			_, err = c.VerifyToken(t.Context(), old)
			require.ErrorIs(t, err, mitid.ErrTokenInvalid, "its key was withdrawn")
			require.NotErrorIs(t, err, mitid.ErrTokenExpired)
			for range 3 {
				_, err = c.VerifyToken(t.Context(), fresh)
				require.NoError(t, err)
			}
			require.Equal(t, 3, b.checks)

			fake.Advance(8 * time.Hour)
			_, err = c.VerifyToken(t.Context(), fresh)
			require.ErrorIs(t, err, mitid.ErrTokenExpired)
		})
	}
}

// forgetful is an adapter that verifies a token and does not say who it names.
type forgetful struct {
	stub
	says *mitid.Assertion
}

func (b *forgetful) VerifyToken(context.Context, string) (*mitid.Assertion, error) {
	return b.says, nil
}

func TestTokenThatNamesNobodyIsRefused(t *testing.T) {
	nobody := person(&mitid.Attempt{Now: start})
	nobody.Identity.Subject = ""
	for _, says := range []*mitid.Assertion{nil, {}, nobody} {
		c, err := mitid.New(mitid.Config{Broker: &forgetful{stub{issuer: "https://broker.example"}, says}, RedirectURL: "https://app.example/callback"})
		require.NoError(t, err)
		l, err := c.VerifyToken(t.Context(), "a")
		require.ErrorIs(t, err, mitid.ErrTokenInvalid)
		require.Nil(t, l)
	}
}
