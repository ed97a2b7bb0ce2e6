package main

import (
	"crypto/x509"
	"encoding/pem"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// A logout leads over NemLog-in and back, and one at NemLog-in ends the session here.
func TestLogoutThroughNemLogIn(t *testing.T) {
	t.Parallel()
	h := newHouseOn(t, "nemlogin")
	b := h.browser("en")
	form := b.get(everydayPath, mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, everydayPath, form.path, form.body)
	assert.Contains(t, form.body, "You are logged on as Paiman Petersen.", "the app speaks the person's language")
	assert.Contains(t, form.header.Get("Content-Security-Policy"), "form-action 'self' "+h.fake.Origin()+" https:;")

	left := b.post("/logout?return="+loggedOutPath, nil)
	assert.Equal(t, loggedOutPath, left.path)
	assert.Equal(t, http.StatusOK, left.status)
	assert.Zero(t, h.sessions())
	assert.Contains(t, b.get(everydayPath, mitidtest.Approve(mitidtest.Ditlev())).body, "Ditlev", "NemLog-in asks who comes")

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.fake.Origin()+"/fake/logout", nil)
	require.NoError(t, err)
	assert.Contains(t, b.send(req).body, "You are logged out.")
	assert.Zero(t, h.sessions())
	assert.NotContains(t, h.logs.String(), "Paiman")
}

// Pages of other sites may post to the addresses that are for NemLog-in, and nowhere else.
func TestNemLogInPostsToTheCallbackAlone(t *testing.T) {
	t.Parallel()
	h := newHouseOn(t, "nemlogin")
	for path, want := range map[string]int{"/callback": http.StatusBadRequest, "/slo": http.StatusBadRequest, "/logout": http.StatusForbidden, everydayPath: http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, strings.NewReader("SAMLResponse=Y2FuYXJ5&RelayState=kanarie"))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := h.browser("da").client.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
	assert.Equal(t, http.StatusForbidden, newHouse(t).browser("da").post("/callback", nil, "Sec-Fetch-Site", "cross-site").status, "where the broker posts nothing")
}

// NemLog-in proves no age without telling who it is.
func TestNobodyIsAskedForTheirAgeAtNemLogIn(t *testing.T) {
	t.Parallel()
	b := newHouseOn(t, "nemlogin").browser("da")
	assert.NotContains(t, b.get("/").body, "/age/ask")
	assert.Equal(t, http.StatusNotFound, b.get(askAgePath).status)
}

// follow opens an address and posts the form of NemLog-in's page.
func follow(t *testing.T, c *http.Client, address string) (at *url.URL, body string) {
	t.Helper()
	res, err := c.Get(address)
	for range 3 {
		require.NoError(t, err)
		page, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		form := answerForm.FindSubmatch(page)
		if form == nil {
			return res.Request.URL, string(page)
		}
		fields := url.Values{}
		for _, f := range answerField.FindAllSubmatch(page, -1) {
			fields.Add(html.UnescapeString(string(f[1])), html.UnescapeString(string(f[2])))
		}
		res, err = c.PostForm(html.UnescapeString(string(form[1])), fields)
		require.NoError(t, err)
	}
	t.Fatal("the forms do not end")
	return nil, ""
}

// TestRunAtNemLogIn starts the program with the embedded fake, and with the files of a
// service provider.
func TestRunAtNemLogIn(t *testing.T) {
	t.Parallel()
	visitor := func(said map[string]string) *http.Client {
		require.Regexp(t, `^https://127\.0\.0\.1:[1-9][0-9]*$`, said["open"])
		c, err := selfsigned.Client(t.Context(), said["open"])
		require.NoError(t, err)
		c.CheckRedirect = nil
		c.Jar, err = cookiejar.New(nil)
		require.NoError(t, err)
		return c
	}
	t.Run("embedded", func(t *testing.T) {
		said := launch(t, "-broker", "nemlogin")
		at, body := follow(t, visitor(said), said["open"]+"/login")
		assert.Equal(t, said["MitID is imitated at"], at.Scheme+"://"+at.Host)
		assert.Contains(t, body, "Log ind hos Ærøpanelet")
	})
	t.Run("files", func(t *testing.T) {
		fake, dir := nemlogintest.New(t), t.TempDir()
		key := fake.Keys().Ring[3]
		private, err := key.Private()
		require.NoError(t, err)
		der, err := x509.MarshalPKCS8PrivateKey(private)
		require.NoError(t, err)
		for name, data := range map[string][]byte{
			"idp.xml": fake.Metadata(), "sp.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
			"sp.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw}),
		} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
		said := launch(t, "-broker", "nemlogin", "-private", "-entity-id", "https://saml.panelet.example", "-idp-metadata", filepath.Join(dir, "idp.xml"),
			"-sp-key", filepath.Join(dir, "sp.key"), "-sp-cert", filepath.Join(dir, "sp.crt"))
		assert.NotContains(t, said, "MitID is imitated at")
		c := visitor(said)
		_, metadata := follow(t, c, said["open"]+"/metadata")
		require.NoError(t, fake.Register([]byte(metadata)))
		fake.Next(mitidtest.Approve(mitidtest.Paiman()))
		at, body := follow(t, c, said["open"]+"/login?return=/profile")
		assert.Equal(t, said["open"]+"/profile", at.String(), body)
		assert.Contains(t, body, "Paiman Petersen")
		assert.False(t, strings.Contains(body, "MitID er efterlignet"))

		// NemLog-in tells a private provider no CPR number, so nothing that needs one is offered.
		_, front := follow(t, c, said["open"])
		assert.Contains(t, front, "card-hverdag")
		assert.NotContains(t, front, "card-helbred")
		for _, path := range []string{healthPath, "/login/cpr?return=/", "/confirm/cpr?return=/"} {
			_, body := follow(t, c, said["open"]+path)
			assert.Contains(t, body, "Siden findes ikke", path)
		}
		res, err := c.Get(said["open"] + "/profile")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Contains(t, res.Header.Get("Content-Security-Policy"), "form-action 'self' "+fake.Origin()+" https:;", "a browser follows the logout to a fake without TLS too")
	})
}
