package oidcrp

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
)

// probe returns what p found, by what it is about.
func probe(p *Party) map[string]Finding {
	out := map[string]Finding{}
	for _, f := range p.Probe(context.Background(), func(ctx context.Context) error {
		_, _, err := p.Push(ctx, nil)
		return err
	}) {
		out[f.About] = f
	}
	return out
}

func TestAProbeSaysWhichSettingTheBrokerRefused(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		about  string
		class  fault.Class
	}{
		{401, `{"error":"invalid_client"}`, "client", fault.ConfigInvalid},
		{400, `{"error":"invalid_client"}`, "client", fault.ConfigInvalid},
		{400, `{"error":"unauthorized_client"}`, "client", fault.ConfigInvalid},
		{401, `{}`, "client", fault.ConfigInvalid},
		{400, `{"error":"invalid_redirect_uri"}`, "redirect address", fault.ConfigInvalid},
		{400, `{"error":"invalid_request"}`, "redirect address", fault.ConfigInvalid},
		{400, `{"error":"made_up_2101270087"}`, "redirect address", fault.BrokerDeclined},
		{503, `{"error":"temporarily_unavailable"}`, "client", fault.BrokerUnavailable},
		{201, `{"request_uri":""}`, "client", fault.ResponseInvalid},
	} {
		b := newFakeBroker(t)
		b.set("/oauth2/par", c.status, c.body)
		f := probe(newParty(t, b))[c.about]
		require.Equal(t, Failed, f.Grade, "%d %s", c.status, c.body)
		require.Equal(t, c.class, f.Class, "%d %s", c.status, c.body)
		require.NotEmpty(t, f.Do)
		require.NotContains(t, f.What+f.Do+f.Code, "2101270087")
	}
}

func TestAProbeMissesKeysForTheAlgorithmOfTheTokens(t *testing.T) {
	b := newFakeBroker(t)
	good := publicJWK(t, "general", testKey(t, "general"))
	require.Equal(t, Fine, probe(newParty(t, b))["keys"].Grade)
	good["alg"] = "RS512"
	b.set("/jwks", 200, keyDocument(good))
	f := probe(newParty(t, b))["keys"]
	require.Equal(t, Failed, f.Grade)
	require.Equal(t, fault.TokenInvalid, f.Class)
	b.set("/jwks", 200, `{"keys":[]}`)
	require.Equal(t, Failed, probe(newParty(t, b))["keys"].Grade)
	b.set("/jwks", 503, ``)
	f = probe(newParty(t, b))["keys"]
	require.Equal(t, Failed, f.Grade)
	require.Equal(t, fault.BrokerUnavailable, f.Class)
}

func TestAProbeComparesClocks(t *testing.T) {
	for date, want := range map[string]Grade{
		"": Unproved, "nonsense 2101270087": Unproved,
		testNow.Format(http.TimeFormat):                        Fine,
		testNow.Add(-2 * time.Minute).Format(http.TimeFormat):  Advice,
		testNow.Add(2 * time.Minute).Format(http.TimeFormat):   Advice,
		testNow.Add(6 * time.Minute).Format(http.TimeFormat):   Failed,
		testNow.Add(-24 * time.Hour).Format(http.TimeFormat):   Failed,
		testNow.Add(5 * time.Minute).Format(http.TimeFormat):   Advice,
		testNow.Add(-59 * time.Second).Format(http.TimeFormat): Fine,
	} {
		b := newFakeBroker(t)
		b.answer("/.well-known/openid-configuration", fakeAnswer{status: 200, header: http.Header{"Date": {date}}, body: discoveryDocument(nil)})
		f := probe(newParty(t, b))["clock"]
		require.Equal(t, want, f.Grade, date)
		require.NotContains(t, f.What, "2101270087")
	}
}

func TestAProbeTellsAnotherIssuerFromABrokerThatIsDown(t *testing.T) {
	for body, want := range map[string]fault.Class{
		discoveryDocument(func(d map[string]any) { d["issuer"] = "https://other.example" }):                      fault.IssuerMismatch,
		discoveryDocument(func(d map[string]any) { d["token_endpoint"] = "https://other.example/oauth2/token" }): fault.ConfigInvalid,
		"<html>maintenance 2101270087</html>": fault.BrokerUnavailable,
		"{":                                   fault.ResponseInvalid,
	} {
		b := newFakeBroker(t)
		b.set("/.well-known/openid-configuration", 200, body)
		f := probe(newParty(t, b))["discovery"]
		require.Equal(t, Failed, f.Grade)
		require.Equal(t, want, f.Class)
		require.NotEmpty(t, f.Do)
		require.NotContains(t, f.What, "2101270087")
	}
}

// A key id that nobody knows has just cost a fetch: a probe does not fail on that.
func TestAProbeInTheCoolDownOfTheKeysIsFine(t *testing.T) {
	b := newFakeBroker(t)
	b.set("/oauth2/par", 201, `{"request_uri":"urn:x:1","expires_in":60}`)
	p := newParty(t, b)
	p.keys.coolUntil = testNow.Add(5 * time.Second)
	for range 2 {
		for about, f := range probe(p) {
			if about != "clock" {
				require.Equal(t, Fine, f.Grade, about)
			}
		}
	}
}
