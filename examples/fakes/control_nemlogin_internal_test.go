package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

// TestControlOfNemLogIn: rules, tamperings and a reset, for an app that the fake knows by an
// address of -sp-metadata.
func TestControlOfNemLogIn(t *testing.T) {
	var metadata []byte // of the app, once it is there
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(metadata) }))
	defer portal.Close()
	c := startControl(t, func(o *options) { o.spMetadata = []string{portal.URL} })

	res, err := http.Get(c.ready.NemLogin.Metadata)
	require.NoError(t, err)
	idp, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ærø"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	cfg := dialect.ConfigAt("https://eksempel.example", "Ærøpanelet")
	cfg.EntityID, cfg.IdP, cfg.Keys = "https://saml.eksempel.example", [][]byte{idp}, []nemlogin.KeyPair{{Key: key, Certificate: certificate}}
	broker, err := nemlogin.New(cfg)
	require.NoError(t, err)
	const returnsTo = "https://eksempel.example/callback"
	metadata, err = broker.Metadata(returnsTo)
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: returnsTo})
	require.NoError(t, err)

	logIn := func(name string) error {
		t.Helper()
		redirect, err := client.Begin(t.Context(), mitid.Request{})
		require.NoError(t, err)
		p := newPerson(t)
		p.visit(t, redirect.URL)
		p.pick(t, name)
		answer := url.Values{}
		for _, f := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(p.body, -1) {
			answer.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
		}
		require.NotEmpty(t, answer.Get("SAMLResponse"), p.body)
		_, err = client.Complete(t.Context(), redirect.State, mitid.Callback{Method: http.MethodPost, Body: []byte(answer.Encode())})
		return err
	}
	require.NoError(t, logIn("Paiman Petersen"))
	assert.Equal(t, "completed", c.latest(t, "nemlogin").State)
	id := c.citizens(t)["Paiman Petersen"].ID
	c.tell(t, "PUT", "/control/v1/citizens/"+id+"/always", object{"act": "abort"})
	assert.Equal(t, mitid.UserCancelled, mitid.KindOf(logIn("Paiman Petersen")))
	assert.Equal(t, "aborted", c.latest(t, "nemlogin").State)

	all := ask[struct{ Tamperings []tamperingView }](t, c, "GET", "/control/v1/fakes/nemlogin/tamperings", nil).Tamperings
	for _, v := range all {
		if v.Name == "wrong-signature" || v.Name == "expired" {
			c.tell(t, "POST", "/control/v1/fakes/nemlogin/tamperings", object{"name": v.Name})
			assert.Equal(t, v.Want, mitid.KindOf(logIn("Ditlev Von Testesen")).String(), v.Name)
		}
	}
	c.tell(t, "POST", "/control/v1/reset", object{})
	require.NoError(t, logIn("Paiman Petersen"), "the app is known again at once, and the rule is gone")
}
