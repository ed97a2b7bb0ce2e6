package oidcrp

import (
	"context"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func logoutPayload() map[string]any {
	return map[string]any{
		"iss": testIssuer, "aud": []string{testClientID}, "sub": "{ab1f}", "sid": "s-æ", "jti": "A1",
		"iat": testNow.Unix(), "exp": testNow.Unix() + 300, "events": map[string]any{logoutEvent: map[string]any{}},
	}
}

func TestVerifyLogout(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	head := with(goodHeader(), "typ", "logout+jwt")
	lo, err := p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), head, logoutPayload()), Rules{})
	require.NoError(t, err)
	assert.Equal(t, Logout{Subject: "{ab1f}", SessionID: "s-æ", At: testNow.UTC().Truncate(time.Second)}, normal(lo))

	long := with(logoutPayload(), "exp", testNow.Unix()+86400)
	_, err = p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), head, long), Rules{})
	require.NoError(t, err)

	// what is refused; the adapter's tests have the rest
	for name, raw := range map[string]string{
		"an ID token":            token(t, testKey(t, "mitid"), goodHeader(), goodClaims()),
		"with a nonce":           token(t, testKey(t, "mitid"), head, with(logoutPayload(), "nonce", "n")),
		"another event":          token(t, testKey(t, "mitid"), head, with(logoutPayload(), "events", map[string]any{"x": map[string]any{}})),
		"no audience":            token(t, testKey(t, "mitid"), head, with(logoutPayload(), "aud", nil)),
		"audience of a number":   token(t, testKey(t, "mitid"), head, with(logoutPayload(), "aud", 1)),
		"negative time":          token(t, testKey(t, "mitid"), head, with(logoutPayload(), "iat", -1)),
		"sub twice":              token(t, testKey(t, "mitid"), head, `{"sub":"a","sub":"b"}`),
		"alg none":               token(t, testKey(t, "mitid"), `{"alg":"none"}`, logoutPayload()),
		"signed by a stranger":   token(t, testKey(t, "client"), head, logoutPayload()),
		"in another letter case": token(t, testKey(t, "mitid"), head, with(logoutPayload(), "SID", "x")),
	} {
		lo, err := p.VerifyLogout(t.Context(), raw, Rules{})
		requireClass(t, fault.TokenInvalid, err)
		assert.Nil(t, lo, name)
		assert.ErrorContains(t, err, "logout token", name)
	}
}

func FuzzLogoutToken(f *testing.F) {
	f.Add(mustJSON(logoutPayload()))
	f.Add(mustJSON(with(logoutPayload(), "aud", testClientID, "sub", nil)))
	f.Add(`{"events":null,"aud":[],"iat":1e400,"æ":"ø"}`)
	p := newParty(f, newFakeBroker(f))
	k := testKey(f, "mitid")
	head := with(goodHeader(), "typ", "logout+jwt")
	f.Fuzz(func(t *testing.T, payload string) {
		lo, err := p.VerifyLogout(context.Background(), token(t, k, head, payload), Rules{})
		if err != nil {
			assert.Nil(t, lo)
			return
		}
		assert.True(t, lo.Subject != "" || lo.SessionID != "")
		assert.False(t, lo.At.IsZero())
	})
}
