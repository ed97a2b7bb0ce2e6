package oidcrp

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example of OpenID Connect Core appendix A.3: RS256.
const (
	coreAccessToken = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	coreAtHash      = "77QmUPtjPfzWtF2AnpK9RQ"
)

func TestAccessTokenThatCameFromElsewhereIsRefused(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	verify := func(claims map[string]any, accessToken string) error {
		_, err := p.VerifyBy(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), claims), Rules{AccessToken: accessToken}, parse)
		return err
	}
	hashed := with(goodClaims(), "at_hash", coreAtHash)
	require.NoError(t, verify(hashed, coreAccessToken))
	require.NoError(t, verify(goodClaims(), coreAccessToken), "no hash: nothing to compare")
	require.NoError(t, verify(hashed, ""), "no access token: nothing to compare")
	requireClass(t, fault.TokenInvalid, verify(hashed, coreAccessToken+"1"))
	for _, bad := range []string{coreAtHash[:21], coreAtHash + "A", coreAtHash + "==", strings.ToLower(coreAtHash), strings.Repeat("A", 43), coreAtHash + "\n", " "} {
		requireClass(t, fault.TokenInvalid, verify(with(goodClaims(), "at_hash", bad), coreAccessToken))
	}
}

func TestHashOfTheAccessTokenGoesByTheAlgorithmOfTheToken(t *testing.T) {
	for name, size := range map[string]int{"RS256": 22, "ES256": 22, "RS384": 32, "ES384": 32, "PS512": 43} {
		alg := algorithms[name]
		assert.Len(t, hashOf(coreAccessToken, &alg), size, name)
	}
}

func TestTokenOfALongForgottenLoginIsRefused(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	for _, c := range []struct {
		iat time.Duration // of the login's beginning
		ok  bool
	}{{0, true}, {-4 * time.Minute, true}, {-5 * time.Minute, true}, {-5*time.Minute - time.Second, false}, {-time.Hour, false}, {-24 * 365 * time.Hour, false}} {
		began := testNow.Add(-14 * time.Minute) // the person took long
		raw := token(t, testKey(t, "mitid"), goodHeader(), with(goodClaims(), "iat", began.Add(c.iat).Unix()))
		_, err := p.VerifyBy(t.Context(), raw, Rules{Began: began}, parse)
		if c.ok {
			require.NoError(t, err, "%v", c.iat)
		} else {
			requireClass(t, fault.TokenInvalid, err)
		}
		_, err = p.Verify(t.Context(), raw, "", parse)
		require.NoError(t, err, "a token without a login may be of any age")
	}
}

func TestExpiredTokenIsToldFromAForgedOne(t *testing.T) {
	old := with(goodClaims(), "exp", testNow.Add(-time.Hour).Unix(), "iat", testNow.Add(-2*time.Hour).Unix())
	expired := func(err error) bool {
		requireClass(t, fault.TokenInvalid, err)
		f, ok := errors.AsType[*fault.Error](err)
		return ok && f.Expired && errors.Is(err, fault.Sentinel{Class: fault.TokenInvalid, Expired: true})
	}
	b := newFakeBroker(t)
	p := newParty(t, b)
	verify := func(raw string) error {
		_, err := p.Verify(t.Context(), raw, testNonce, parse)
		return err
	}
	genuine := token(t, testKey(t, "mitid"), goodHeader(), old)
	assert.True(t, expired(verify(genuine)))
	assert.False(t, expired(verify(genuine[:len(genuine)-6]+flip(genuine[len(genuine)-6:]))), "an old forgery is a forgery")
	assert.False(t, expired(verify(token(t, testKey(t, "client"), goodHeader(), old))))
	assert.False(t, expired(verify(token(t, testKey(t, "mitid"), goodHeader(), with(old, "nonce", "other")))), "late, and another login's")
	assert.False(t, expired(verify(token(t, testKey(t, "mitid"), with(goodHeader(), "kid", "unknown"), old))))
	assert.False(t, expired(verify(token(t, testKey(t, "mitid"), goodHeader(), with(old, "exp", 0)))))

	b.set("/jwks", 503, "")
	cold := newParty(t, b)
	_, err := cold.Verify(t.Context(), genuine, testNonce, parse)
	assert.False(t, expired(err), "without keys nobody knows")

	late := with(logoutPayload(), "exp", testNow.Unix()-3600, "iat", testNow.Unix()-3660)
	_, err = p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), late), Rules{})
	assert.True(t, expired(err))
	_, err = p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(late, "exp", testNow.Unix()+86400)), Rules{})
	assert.True(t, expired(err), "too old, whatever it says")
}

func TestTokenWithALineBreakPutInIsRefused(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	good := goodToken(t)
	for _, br := range []string{"\n", "\r", "\r\n", "\t", " ", "="} {
		for at := 0; at <= len(good); at += 7 {
			_, err := p.Verify(t.Context(), good[:at]+br+good[at:], testNonce, parse)
			requireClass(t, fault.TokenInvalid, err)
		}
		_, err := p.Verify(t.Context(), good+br, testNonce, parse)
		requireClass(t, fault.TokenInvalid, err)
	}
}

func TestWellFormedTokenOneByteAboveTheLimitIsRefused(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	size := base64.RawURLEncoding.EncodedLen
	sized := func(n int) string {
		for pad := range 4 { // an encoded part has one of three lengths in four
			head := mustJSON(with(goodHeader(), "x", strings.Repeat("a", pad)))
			room := n - len("..") - size(len(head)) - size(256)
			bare := len(mustJSON(with(goodClaims(), "pad", "")))
			if body := room * 3 / 4; size(body) == room {
				return token(t, testKey(t, "mitid"), head, with(goodClaims(), "pad", strings.Repeat("a", body-bare)))
			}
		}
		return ""
	}
	for _, c := range []struct {
		size int
		ok   bool
	}{{MaxToken - 1, true}, {MaxToken, true}, {MaxToken + 1, false}} {
		raw := sized(c.size)
		require.Len(t, raw, c.size)
		_, err := p.Verify(t.Context(), raw, testNonce, parse)
		if c.ok {
			require.NoError(t, err)
		} else {
			requireClass(t, fault.TokenInvalid, err)
		}
	}
}

func TestLogoutTokenWithMalformedSubjectOrSessionIsRefused(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	for _, name := range []string{"sub", "sid"} {
		for _, value := range []string{`null`, `""`, `7`, `true`, `[]`, `["{ab1f}"]`, `{}`, `{"$eq":"x"}`} {
			payload := strings.Replace(mustJSON(with(logoutPayload(), name, "PLACE")), `"PLACE"`, value, 1)
			_, err := p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), payload), Rules{})
			requireClass(t, fault.TokenInvalid, err)
		}
	}
	for _, alone := range []string{"sub", "sid"} {
		_, err := p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(logoutPayload(), alone, nil)), Rules{})
		require.NoError(t, err, "one of them is enough")
	}
}

// The broker is being started again when the code arrives: nobody listens.
func TestCodeIsSentAgainOnlyIfItSurelyNeverLeft(t *testing.T) {
	var tokens, refused atomic.Int32
	var hangUp atomic.Bool
	var issuer string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/token" {
			_, _ = io.WriteString(w, mustJSON(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/k"}))
			return
		}
		tokens.Add(1)
		if hangUp.Load() {
			_, _ = io.ReadAll(r.Body)
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"id_token":"a","access_token":"b","token_type":"Bearer"}`)
	}))
	t.Cleanup(s.Close)
	issuer = s.URL
	p := newParty(t, &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if refused.Add(-1) >= 0 {
			address = "127.0.0.1:1"
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}, func(c *Config) { c.Issuer = issuer })
	_, err := p.Metadata(t.Context())
	require.NoError(t, err)

	refused.Store(2)
	_, err = p.Exchange(t.Context(), "code", "verifier", redirect)
	require.NoError(t, err)
	assert.EqualValues(t, -1, refused.Load(), "the third try arrived")
	assert.EqualValues(t, 1, tokens.Load())

	hangUp.Store(true)
	_, err = p.Exchange(t.Context(), "code", "verifier", redirect)
	requireClass(t, fault.BrokerUnavailable, err)
	assert.EqualValues(t, 2, tokens.Load(), "it may have arrived")
}

func TestTokenIsJudgedForTheTimeThatTheRulesName(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	signed := testNow.Add(-365 * 24 * time.Hour)
	raw := token(t, testKey(t, "mitid"), goodHeader(), with(goodClaims(), "iat", signed.Unix(), "nbf", signed.Unix(), "exp", signed.Add(20*time.Minute).Unix()))
	for at, ok := range map[time.Time]bool{
		signed: true, signed.Add(25*time.Minute - time.Second): true, signed.Add(25 * time.Minute): false,
		signed.Add(-5 * time.Minute): true, signed.Add(-5*time.Minute - time.Second): false, {}: false,
	} {
		_, err := p.VerifyBy(t.Context(), raw, Rules{At: at}, parse)
		if ok {
			require.NoError(t, err, at)
		} else {
			requireClass(t, fault.TokenInvalid, err)
		}
	}
}
