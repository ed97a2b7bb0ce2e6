package mitid_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

// everyDialect returns the brokers that have a fake of their own.
func everyDialect() []string { return append(dialects[:len(dialects):len(dialects)], "nemlogin") }

// atNemLogIn returns an adapter that knows the fake. The fake need not know it, because no
// request arrives there.
func atNemLogIn(t *testing.T, fake *mitidtest.Broker) mitid.Broker {
	t.Helper()
	res, err := fake.HTTPClient().Get(fake.Origin() + "/metadata")
	require.NoError(t, err)
	metadata, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	key := fake.Keys().Ring[3]
	private, err := key.Private()
	require.NoError(t, err)
	b, err := nemlogin.New(nemlogin.Config{EntityID: fake.ClientID(), IdP: [][]byte{metadata}, Now: fake.Now,
		Keys: []nemlogin.KeyPair{{Key: private, Certificate: key.Certificate}}})
	require.NoError(t, err)
	return b
}

// authnRequest returns what an AuthnRequest asks for, as parameters.
func authnRequest(t *testing.T, encoded string) url.Values {
	t.Helper()
	deflated, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	require.NoError(t, err)
	var q struct {
		ForceAuthn string   `xml:",attr"`
		IsPassive  string   `xml:",attr"`
		Contexts   []string `xml:"RequestedAuthnContext>AuthnContextClassRef"`
		Platform   string   `xml:"Extensions>AppSwitch>Platform"`
		ReturnURL  string   `xml:"Extensions>AppSwitch>ReturnURL"`
	}
	require.NoError(t, xml.Unmarshal(text, &q))
	said := url.Values{"AuthnContextClassRef": q.Contexts}
	for name, v := range map[string]string{"ForceAuthn": q.ForceAuthn, "IsPassive": q.IsPassive, "Platform": q.Platform, "ReturnURL": q.ReturnURL} {
		if v != "" {
			said.Set(name, v)
		}
	}
	return said
}
