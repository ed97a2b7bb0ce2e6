package main

import (
	"crypto/x509"
	"encoding/pem"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

var (
	formAction = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)">`)
	formField  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// bring posts the form of a page of NemLog-in, as a browser does by itself.
func (b *browser) bring(p answer) answer {
	b.h.t.Helper()
	to := formAction.FindStringSubmatch(p.body)
	require.NotNil(b.h.t, to, p.body)
	form := url.Values{}
	for _, f := range formField.FindAllStringSubmatch(p.body, -1) {
		form.Add(f[1], html.UnescapeString(f[2]))
	}
	path, ok := strings.CutPrefix(html.UnescapeString(to[1]), b.h.url)
	require.True(b.h.t, ok, to[1])
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
}

// From files, as an operator has them: the metadata goes to NemLog-in, and logins and
// logouts come back to the proxy's own paths.
func TestNemLogin(t *testing.T) {
	fake := nemlogintest.New(t)
	h := newHouseAt(t, "nemlogin")
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	key := fake.Keys().Ring[3] // any RSA key that the fake does not sign with
	private, err := key.Private()
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	h.set.Broker = brokerSettings{
		Name: "nemlogin", EntityID: "https://saml.eksempel.example", IdPMetadataFiles: []string{file("nemlog-in.xml", fake.Metadata())},
		KeyFiles:  []string{file("nøgle.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))},
		CertFiles: []string{file("certifikat.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw}))},
	}
	require.NoError(t, h.set.check())
	h.material, err = openMaterial(h.set)
	require.NoError(t, err)
	h.restart()
	b := h.browser()
	metadata := b.get("/.dkeid/metadata")
	require.Contains(t, metadata.body, h.url+"/.dkeid/callback")
	require.Contains(t, metadata.body, h.url+"/.dkeid/broker-logout")
	require.NoError(t, fake.Register([]byte(metadata.body)))

	fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	p := b.bring(b.get("/cpr/%C3%A6?a=1"))
	require.Equal(t, "app", p.body)
	require.Equal(t, "/cpr/%C3%A6?a=1", p.Request.URL.RequestURI())
	require.Equal(t, "Ditlev Von Testesen", h.told()["name"])
	require.Equal(t, "2101270087", h.told()["cpr"])

	p = b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", h.url, "Accept", "text/html")
	require.Equal(t, "/.dkeid/logged-out", p.Request.URL.Path, p.body)
	require.Equal(t, http.StatusUnauthorized, b.do(http.MethodGet, "/x", nil, "Accept", "application/json").StatusCode)
}
