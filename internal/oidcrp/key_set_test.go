package oidcrp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file are the rows of a table of what key sets do under
// rotation, attack and outage. Fetches are counted at the server, which takes 20
// ms for each; the clock is synctest's, so counts and times are exact.
const fetchTime = 20 * time.Millisecond

// keyWorld is a party, its broker and the two signers, in a synctest bubble.
type keyWorld struct {
	t     *testing.T
	b     *fakeBroker
	p     *Party
	start time.Time
}

func inBubble(t *testing.T, f func(*testing.T, *keyWorld)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &keyWorld{t: t, b: newFakeBroker(t), start: time.Now()}
		w.publish("general", "mitid")
		w.p = newParty(t, w.b, func(c *Config) { c.Now = w.now })
		f(t, w)
	})
}

func (w *keyWorld) now() time.Time { return testNow.Add(time.Since(w.start)) }

func (w *keyWorld) publish(kids ...string) {
	signers := []string{"general", "mitid"}
	var keys []any
	for i, kid := range kids {
		keys = append(keys, publicJWK(w.t, kid, testKey(w.t, signers[i%2])))
	}
	w.b.answer("/jwks", fakeAnswer{status: 200, body: keyDocument(keys...), delay: fetchTime})
}

func (w *keyWorld) fetches() int { return w.b.count("/jwks") }

// verify checks a token and returns the class of the refusal, or 0.
func (w *keyWorld) verify(raw string) fault.Class {
	_, err := w.p.Verify(w.t.Context(), raw, testNonce, parse)
	return fault.ClassOf(err)
}

// signed returns a token of now under kid.
func (w *keyWorld) signed(kid string) string {
	return token(w.t, testKey(w.t, "mitid"), with(goodHeader(), "kid", kid), w.claims())
}

func (w *keyWorld) claims() map[string]any {
	return with(goodClaims(), "iat", w.now().Unix(), "nbf", nil, "exp", w.now().Add(20*time.Minute).Unix())
}

// forgedUnder returns what an attacker can make without any key.
func (w *keyWorld) forgedUnder(kid string) string {
	h := with(goodHeader(), "kid", kid)
	if kid == "" {
		h = with(goodHeader(), "kid", nil)
	}
	return b64([]byte(mustJSON(h))) + "." + b64([]byte(mustJSON(w.claims()))) + "." + b64(make([]byte, 256))
}

// together verifies every token at once and counts the outcomes.
func (w *keyWorld) together(raws ...string) map[fault.Class]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	outcomes := make(map[fault.Class]int)
	for _, raw := range raws {
		wg.Go(func() {
			c := w.verify(raw)
			mu.Lock()
			defer mu.Unlock()
			outcomes[c]++
		})
	}
	wg.Wait()
	return outcomes
}

func repeat(n int, s string) []string { return strings.Split(strings.Repeat(s+" ", n-1)+s, " ") }

func (w *keyWorld) randomKids(n, from int) []string {
	raws := make([]string, n)
	for i := range raws {
		raws[i] = w.forgedUnder(fmt.Sprintf("made-up-%d", from+i))
	}
	return raws
}

func TestKeySetCold(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		assert.Equal(t, map[fault.Class]int{0: 100}, w.together(repeat(100, w.signed("mitid"))...))
		assert.Equal(t, 1, w.fetches())
		assert.Equal(t, 1, w.b.count("/.well-known/openid-configuration"))
	})
}

func TestKeySetRotation(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		w.publish("general", "mitid-2")
		began := time.Now()
		assert.Equal(t, map[fault.Class]int{0: 100}, w.together(repeat(100, w.signed("mitid-2"))...))
		assert.Equal(t, 2, w.fetches())
		assert.Equal(t, fetchTime, time.Since(began))
		w.publish("general", "mitid-3")
		require.Zero(t, w.verify(w.signed("mitid-3")), "a fetch that brought its key starts no cool-down")
		assert.Equal(t, fault.TokenInvalid, w.verify(w.signed("mitid")), "and the key of the day before has gone")
	})
}

func TestKeySetMadeUpKidsInSequence(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		began := time.Now()
		for _, raw := range w.randomKids(1000, 0) {
			require.Equal(t, fault.TokenInvalid, w.verify(raw))
		}
		assert.Equal(t, 2, w.fetches())
		assert.Equal(t, fetchTime, time.Since(began), "all but the first are refused at once")

		time.Sleep(defaultCoolDown)
		for _, raw := range w.randomKids(200, 1000) {
			require.Equal(t, fault.TokenInvalid, w.verify(raw))
		}
		assert.Equal(t, 3, w.fetches(), "one for each cool-down")
	})
}

func TestKeySetMadeUpKidsOnACopyThatNeverWas(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		for range 20 {
			assert.Equal(t, map[fault.Class]int{fault.TokenInvalid: 50}, w.together(w.randomKids(50, 0)...))
		}
		assert.Equal(t, 1, w.fetches(), "the first fetch is the useless one")
	})
}

func TestKeySetMadeUpKidsAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		for i := range 20 {
			assert.Equal(t, map[fault.Class]int{fault.TokenInvalid: 100}, w.together(w.randomKids(100, 100*i)...))
		}
		assert.Equal(t, 2, w.fetches())
	})
}

func TestKeySetKnownKidSpoiltSignature(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		for range 20 {
			assert.Equal(t, map[fault.Class]int{fault.TokenInvalid: 100}, w.together(repeat(100, w.forgedUnder("mitid"))...))
		}
		assert.Equal(t, 1, w.fetches())
	})
}

func TestKeySetNoKidSpoiltSignature(t *testing.T) {
	for _, kids := range [][]string{{"general", "mitid"}, {"general"}} {
		inBubble(t, func(t *testing.T, w *keyWorld) {
			w.publish(kids...)
			for range 200 {
				require.Equal(t, fault.TokenInvalid, w.verify(w.forgedUnder("")))
			}
			assert.Equal(t, 1, w.fetches())
		})
	}
}

func TestKeySetHonestBesideAttackers(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		began := time.Now()
		raws := append(w.randomKids(800, 0), repeat(100, w.signed("mitid"))...)
		assert.Equal(t, map[fault.Class]int{0: 100, fault.TokenInvalid: 800}, w.together(raws...))
		assert.LessOrEqual(t, time.Since(began), fetchTime)
		assert.Equal(t, 2, w.fetches())
	})
}

// Attackers can delay the news of a rotation by one cool-down, not longer: their
// own next fetch brings it.
func TestKeySetRotationUnderAttack(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Equal(t, fault.TokenInvalid, w.verify(w.forgedUnder("made-up")))
		w.publish("general", "mitid-2")
		assert.Equal(t, fault.TokenInvalid, w.verify(w.signed("mitid-2")))
		time.Sleep(defaultCoolDown)
		require.Equal(t, fault.TokenInvalid, w.verify(w.forgedUnder("made-up")))
		assert.Zero(t, w.verify(w.signed("mitid-2")))
		assert.Equal(t, 2, w.fetches())
	})
}

func TestKeySetOneCallerLeaves(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		raw := w.signed("mitid")
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := w.p.Verify(ctx, raw, testNonce, parse)
			left <- err
		}()
		synctest.Wait() // the first caller's fetch is under way
		others := make(chan map[fault.Class]int)
		go func() { others <- w.together(repeat(50, raw)...) }()
		synctest.Wait()
		cancel()
		err := <-left
		requireClass(t, fault.BrokerUnavailable, err)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, map[fault.Class]int{0: 50}, <-others)
		assert.Equal(t, 1, w.fetches())
	})
}

func TestKeySetEveryCallerLeaves(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		w.b.answer("/jwks", fakeAnswer{delay: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := w.p.Verify(ctx, w.signed("mitid"), testNonce, parse)
		assert.ErrorIs(t, err, context.Canceled)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		w.p.keys.mu.Lock()
		defer w.p.keys.mu.Unlock()
		assert.Nil(t, w.p.keys.pending, "the fetch has ended by its own time limit")
	})
}

func TestKeySetEndpointDownKeyCached(t *testing.T) {
	for name, down := range map[string]fakeAnswer{
		"HTML page":  {status: 200, body: "<html><body>Vi opdaterer æøå</body></html>"},
		"503":        {status: 503},
		"no answer":  {err: errors.New("reset")},
		"slow":       {delay: time.Hour},
		"redirect":   {status: 302, header: http.Header{"Location": {"https://evil.example"}}},
		"duplicates": {status: 200, body: `{"keys":[],"keys":[]}`},
		"100 MB":     {status: 200, body: strings.Repeat(" ", 2<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *keyWorld) {
				require.Zero(t, w.verify(w.signed("mitid")))
				w.b.answer("/jwks", down)
				for range 23 { // hours
					time.Sleep(time.Hour)
					raw := w.signed("mitid")
					for range 10 {
						require.Zero(t, w.verify(raw))
					}
				}
				assert.LessOrEqual(t, w.fetches(), 1+23, "not one for each login")
				time.Sleep(time.Hour)
				assert.NotZero(t, w.verify(w.signed("mitid")), "a day after it was fetched the copy ends")
				during, raw := w.fetches(), w.signed("mitid")
				for range 100 {
					require.NotZero(t, w.verify(raw))
				}
				assert.LessOrEqual(t, w.fetches(), during+1)
				w.publish("general", "mitid")
				time.Sleep(defaultCoolDown)
				assert.Zero(t, w.verify(w.signed("mitid")))
			})
		})
	}
}

func TestKeySetEndpointDownNothingCached(t *testing.T) {
	for name, c := range map[string]struct {
		down fakeAnswer
		want fault.Class
	}{
		"HTML page":        {fakeAnswer{status: 200, body: " <html>"}, fault.BrokerUnavailable},
		"empty":            {fakeAnswer{status: 200}, fault.BrokerUnavailable},
		"500":              {fakeAnswer{status: 500}, fault.BrokerUnavailable},
		"404":              {fakeAnswer{status: 404}, fault.BrokerUnavailable},
		"no answer":        {fakeAnswer{err: errors.New("reset")}, fault.BrokerUnavailable},
		"redirect":         {fakeAnswer{status: 307, header: http.Header{"Location": {"https://evil.example"}}}, fault.IssuerMismatch},
		"over 1 MB":        {fakeAnswer{status: 200, body: strings.Repeat(" ", 2<<20)}, fault.ResponseInvalid},
		"no keys":          {fakeAnswer{status: 200, body: `{}`}, fault.ResponseInvalid},
		"keys null":        {fakeAnswer{status: 200, body: `{"keys":null}`}, fault.ResponseInvalid},
		"keys no list":     {fakeAnswer{status: 200, body: `{"keys":{}}`}, fault.ResponseInvalid},
		"duplicates":       {fakeAnswer{status: 200, body: `{"keys":[],"keys":[]}`}, fault.ResponseInvalid},
		"other case":       {fakeAnswer{status: 200, body: `{"keys":[],"Keys":[]}`}, fault.ResponseInvalid},
		"data behind":      {fakeAnswer{status: 200, body: `{"keys":[]}{}`}, fault.ResponseInvalid},
		"duplicate in key": {fakeAnswer{status: 200, body: `{"keys":[{"kid":"a","kid":"b"}]}`}, fault.ResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *keyWorld) {
				w.b.answer("/jwks", c.down)
				_, err := w.p.Verify(t.Context(), w.signed("mitid"), testNonce, parse)
				requireClass(t, c.want, err)
				assert.NotContains(t, err.Error(), "evil")
				w.publish("general", "mitid")
				assert.Zero(t, w.verify(w.signed("mitid")), "the next call tries again")
				assert.Equal(t, 2, w.fetches())
			})
		})
	}
}

// While nothing was ever fetched, each login tries; but not without end.
func TestKeySetOutageFromTheStart(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		w.b.set("/jwks", 503, "")
		for range 1000 {
			require.Equal(t, fault.BrokerUnavailable, w.verify(w.forgedUnder("made-up")))
		}
		assert.Equal(t, 4, w.fetches())
		w.publish("general", "mitid")
		time.Sleep(time.Second)
		assert.Zero(t, w.verify(w.signed("mitid")))
	})
}

func TestKeySetUnknownKidDuringAnOutage(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		w.b.set("/jwks", 503, "")
		for range 100 {
			require.Equal(t, fault.BrokerUnavailable, w.verify(w.forgedUnder("perhaps-new")), "nobody can know")
		}
		assert.Equal(t, 2, w.fetches())
		assert.Zero(t, w.verify(w.signed("mitid")))
	})
}

func TestKeySetWithdrawnKey(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		short := http.Header{"Cache-Control": {"public, max-age=1"}}
		w.b.answer("/jwks", fakeAnswer{status: 200, header: short, body: keyDocument(
			publicJWK(t, "general", testKey(t, "general")), publicJWK(t, "mitid", testKey(t, "mitid")))})
		require.Zero(t, w.verify(w.signed("mitid")))
		w.publish("general")
		time.Sleep(defaultMinAge - time.Minute - time.Second)
		assert.Zero(t, w.verify(w.signed("mitid")), "not yet aged")
		time.Sleep(time.Minute + time.Second)
		assert.Equal(t, fault.TokenInvalid, w.verify(w.signed("mitid")))
		assert.Equal(t, 2, w.fetches())
		assert.Equal(t, fault.TokenInvalid, w.verify(w.signed("mitid")))
		assert.Equal(t, 2, w.fetches(), "the fetch for age was the useless one for this key")
	})
}

func TestKeySetRenewsInTheBackground(t *testing.T) {
	inBubble(t, func(t *testing.T, w *keyWorld) {
		require.Zero(t, w.verify(w.signed("mitid")))
		time.Sleep(defaultAge*4/5 - time.Second)
		require.Zero(t, w.verify(w.signed("mitid")))
		synctest.Wait()
		assert.Equal(t, 1, w.fetches())
		time.Sleep(time.Second)
		began := time.Now()
		assert.Equal(t, map[fault.Class]int{0: 50}, w.together(repeat(50, w.signed("mitid"))...))
		assert.Zero(t, time.Since(began), "nobody waits for it")
		time.Sleep(fetchTime)
		synctest.Wait()
		assert.Equal(t, 2, w.fetches())
		time.Sleep(defaultAge / 2)
		require.Zero(t, w.verify(w.signed("mitid")))
		assert.Equal(t, 2, w.fetches(), "the new copy has its own age")
	})
}

func TestLifetime(t *testing.T) {
	c := testConfig(nil).withDefaults().Cache
	for line, want := range map[string]time.Duration{
		"":                             time.Hour,
		"public":                       time.Hour,
		"max-age=600":                  10 * time.Minute,
		"public, Max-Age=600":          10 * time.Minute,
		`max-age="600"`:                10 * time.Minute,
		"max-age=1":                    5 * time.Minute,
		"max-age=0":                    5 * time.Minute,
		"no-store, max-age=7200":       5 * time.Minute,
		"no-cache":                     5 * time.Minute,
		"max-age=1000000000":           24 * time.Hour,
		"max-age=7200, max-age=600":    10 * time.Minute,
		"max-age=-1":                   time.Hour,
		"max-age=æ":                    time.Hour,
		"max-age=99999999999999999999": time.Hour,
		"s-maxage=600":                 time.Hour,
	} {
		assert.Equal(t, want, c.lifetime(http.Header{"Cache-Control": {line}}), line)
	}
}
