package oidcrp

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
)

func TestServiceToken(t *testing.T) {
	b := newFakeBroker(t)
	p := newParty(t, b)
	const path = "/oauth2/token"
	b.set(path, 200, `{"access_token":"abc.def","expires_in":3600,"token_type":"Bearer","scope":"signtext_api"}`)
	token, life, err := p.ServiceToken(t.Context(), "signtext_api")
	require.NoError(t, err)
	assert.Equal(t, "abc.def", token)
	assert.Equal(t, time.Hour, life)
	assert.Contains(t, b.body, "grant_type=client_credentials")
	assert.Contains(t, b.body, "scope=signtext_api")

	for name, c := range map[string]struct {
		status int
		body   string
		want   fault.Class
	}{
		"a page":               {200, "<html>Ærø</html>", fault.BrokerUnavailable},
		"an outage":            {503, "<html>Ærø</html>", fault.BrokerUnavailable},
		"another client":       {401, `{"error":"invalid_client"}`, fault.ConfigInvalid},
		"an error with 200":    {200, `{"error":"invalid_scope"}`, fault.ConfigInvalid},
		"no token":             {200, `{"expires_in":3600,"token_type":"Bearer"}`, fault.ResponseInvalid},
		"a token with a blank": {200, `{"access_token":"a b","expires_in":3600,"token_type":"Bearer"}`, fault.ResponseInvalid},
		"another type":         {200, `{"access_token":"a","expires_in":3600,"token_type":"DPoP"}`, fault.ResponseInvalid},
		"no lifetime":          {200, `{"access_token":"a","token_type":"Bearer"}`, fault.ResponseInvalid},
		"no time left":         {200, `{"access_token":"a","expires_in":0,"token_type":"Bearer"}`, fault.ResponseInvalid},
		"a token twice":        {200, `{"access_token":"a","access_token":"b","expires_in":1,"token_type":"Bearer"}`, fault.ResponseInvalid},
	} {
		b.set(path, c.status, c.body)
		token, life, err := p.ServiceToken(t.Context(), "x")
		require.Error(t, err, name)
		assert.Equal(t, c.want.String(), fault.ClassOf(err).String(), name)
		assert.NotContains(t, err.Error(), "Ærø")
		assert.Empty(t, token)
		assert.Zero(t, life)
	}
	b.answer(path, fakeAnswer{err: errors.New("æ")})
	_, _, err = p.ServiceToken(t.Context(), "x")
	requireClass(t, fault.BrokerUnavailable, err)
}

// A token with an audience of its own needs no subject, and is for nobody else.
func TestTokensForAnotherAudience(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	claims := with(goodClaims(), "aud", "DK12345674", "sub", nil, "nonce", nil)
	raw := token(t, testKey(t, "mitid"), goodHeader(), claims)
	rules := Rules{Token: "workflow token", Audience: "DK12345674"}
	loose := func(payload []byte) (*Claims, error) {
		var c struct {
			Issuer   string `json:"iss"`
			Audience string `json:"aud"`
			Issued   int64  `json:"iat"`
			Expires  int64  `json:"exp"`
		}
		err := json.Unmarshal(payload, &c)
		return &Claims{Issuer: c.Issuer, Audience: []string{c.Audience}, IssuedAt: c.Issued, Expires: c.Expires}, err
	}
	_, err := p.VerifyBy(t.Context(), raw, rules, loose)
	require.NoError(t, err)
	for _, audience := range []string{"DK1234567", "dk12345674", testClientID} {
		_, err = p.VerifyBy(t.Context(), raw, Rules{Audience: audience}, loose)
		requireClass(t, fault.TokenInvalid, err)
	}
	_, err = p.VerifyBy(t.Context(), raw, Rules{}, loose)
	requireClass(t, fault.TokenInvalid, err)
}
