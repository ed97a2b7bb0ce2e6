package oidcrp

import (
	"context"
	"crypto"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzDiscovery(f *testing.F) {
	f.Add([]byte(discoveryDocument(nil)))
	f.Add([]byte(`{"issuer":"https://acme.test.example","jwks_uri":"http://æ"}`))
	f.Add([]byte(`<html>`))
	p := newParty(f, newFakeBroker(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := p.readMetadata(&httpx.Response{Status: 200, Body: body})
		if err != nil {
			return
		}
		assert.Equal(t, testIssuer, m.Issuer)
		for _, e := range []string{m.Authorize, m.Token, m.JWKS, m.Userinfo, m.EndSession, m.PAR} {
			if e == "" {
				continue
			}
			u, err := url.Parse(e)
			require.NoError(t, err)
			assert.Equal(t, "https://acme.test.example", u.Scheme+"://"+u.Host)
		}
	})
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(keyDocument(publicJWK(f, "mitid", testKey(f, "mitid")), map[string]any{"kty": "oct", "k": "æ"})))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`))
	p := newParty(f, newFakeBroker(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := p.readKeys(&httpx.Response{Status: 200, Body: body})
		if err != nil {
			return
		}
		for _, k := range s.all {
			assert.True(t, (k.rsa == nil) != (k.ec == nil))
			if k.id != "" {
				assert.Contains(t, s.byID[k.id], k)
			}
			var members map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(k.jwk, &members))
			for _, secret := range []string{"x5c", "x5t", "x5t#S256", "x5u"} {
				delete(members, secret) // we do not read them, and go-jose refuses malformed ones
			}
			raw, err := json.Marshal(members)
			require.NoError(t, err)
			var theirs jose.JSONWebKey
			require.NoError(t, theirs.UnmarshalJSON(raw))
			assert.True(t, theirs.IsPublic())
		}
	})
}

func FuzzIDToken(f *testing.F) {
	raw := goodToken(f)
	f.Add(raw)
	f.Add(token(f, testKey(f, "mitid"), `{"alg":"RS256"}`, `{"iss":"æ"}`))
	f.Add("e30.e30.e30.e30.e30")
	p := newParty(f, newFakeBroker(f))
	k := testKey(f, "mitid").Public()
	v := oidc.NewVerifier(testIssuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{k}}, &oidc.Config{ClientID: testClientID, Now: p.now})
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := p.Verify(context.Background(), raw, testNonce, parse)
		if err != nil {
			assert.Nil(t, got)
			return
		}
		_, err = v.Verify(context.Background(), raw)
		require.NoError(t, err, "what is taken here, go-oidc takes")
	})
}

func FuzzTokenAnswer(f *testing.F) {
	f.Add(200, []byte(`{"token_type":"Bearer","expires_in":"120","id_token":"a","access_token":"b","æ":"ø"}`))
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"Unknown Access Code"}`))
	f.Add(502, []byte(`<html>`))
	p := newParty(f, newFakeBroker(f))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		resp := &httpx.Response{Status: status, Body: body}
		assert.Error(t, p.refusedRequest(resp, tokenEndpoint))
		got, err := p.readTokens(resp)
		if err != nil {
			assert.Nil(t, got)
			return
		}
		assert.NotEmpty(t, got.IDToken)
		assert.True(t, isToken(got.AccessToken))
		assert.GreaterOrEqual(t, got.Lifetime, time.Duration(0))
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add("code=a&state=b&iss=" + testIssuer)
	f.Add("error=access_denied&error_description=%C3%A6")
	f.Add("code=a&code=b")
	p := newParty(f, newFakeBroker(f))
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		a, err := p.ReadAnswer(context.Background(), values)
		if err != nil {
			assert.Nil(t, a)
			return
		}
		assert.True(t, (a.Code == "") != (a.Error == ""))
		assert.LessOrEqual(t, len(a.Description), maxDescription)
	})
}
