package main_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"html"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// provider are the files of a service provider at a fake NemLog-in.
type provider struct {
	t                *testing.T
	dir              string
	idp, key, cert   string
	entityID, listen string
}

func newProvider(t *testing.T, fake *nemlogintest.Broker) *provider {
	t.Helper()
	p := &provider{t: t, dir: t.TempDir(), entityID: "https://saml.eksempel.example", listen: "127.0.0.1:0"}
	p.idp = p.file("nemlog-in.xml", fake.Metadata())
	key := fake.Keys().Ring[3] // any RSA key that the fake does not sign with
	private, err := key.Private()
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	p.key = p.file("nøgle.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	p.cert = p.file("certifikat.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw}))
	return p
}

func (p *provider) file(name string, data []byte) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	require.NoError(p.t, os.WriteFile(path, data, 0o600))
	return path
}

// flags are those of the command. What more says comes later and counts.
func (p *provider) flags(more ...string) []string {
	return append([]string{"-broker", "nemlogin", "-tls", "-listen", p.listen, "-entity-id", p.entityID,
		"-idp-metadata", p.idp, "-sp-key", p.key, "-sp-cert", p.cert}, more...)
}

// app runs the command and returns its address.
func (p *provider) app(file string, more ...string) (string, *logtest.Buffer) {
	p.t.Helper()
	line, errors := start(p.t, file, p.flags(more...)...)
	base, ok := strings.CutPrefix(line, "listening on ")
	require.True(p.t, ok, line)
	require.Regexp(p.t, `^https://127\.0\.0\.1:[1-9][0-9]*$`, base)
	return base, errors
}

// surfer is a browser that trusts the app and posts the forms of NemLog-in.
type surfer struct {
	t *testing.T
	*http.Client
}

// newSurfer returns the browser of somebody who has told it to trust the app at base.
func newSurfer(t *testing.T, base string) *surfer {
	t.Helper()
	c, err := selfsigned.Client(t.Context(), base)
	require.NoError(t, err)
	c.CheckRedirect = nil
	c.Jar, err = cookiejar.New(nil)
	require.NoError(t, err)
	return &surfer{t, c}
}

var (
	answerForm  = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)">`)
	answerField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// open follows redirects and forms from one address to a page.
func (s *surfer) open(address string) (status int, at *url.URL, body string) {
	s.t.Helper()
	res, err := s.Get(address)
	return s.follow(res, err)
}

func (s *surfer) follow(res *http.Response, err error) (status int, at *url.URL, body string) {
	s.t.Helper()
	require.NoError(s.t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, res.Body.Close())
	form := answerForm.FindSubmatch(page)
	if form == nil {
		return res.StatusCode, res.Request.URL, strings.TrimSpace(string(page))
	}
	fields := url.Values{}
	for _, f := range answerField.FindAllSubmatch(page, -1) {
		fields.Add(html.UnescapeString(string(f[1])), html.UnescapeString(string(f[2])))
	}
	return s.follow(s.PostForm(html.UnescapeString(string(form[1])), fields))
}

// register gives the metadata of the app at base to NemLog-in.
func register(t *testing.T, fake *nemlogintest.Broker, base string) string {
	t.Helper()
	res, err := newSurfer(t, base).Get(base + "/metadata")
	require.NoError(t, err)
	metadata, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "application/samlmetadata+xml", res.Header.Get("Content-Type"))
	require.NoError(t, fake.Register(metadata))
	return string(metadata)
}

func TestLoginAtNemLogIn(t *testing.T) {
	file := build(t, "login")
	fake := nemlogintest.New(t)
	p := newProvider(t, fake)
	base, errors := p.app(file, "-cpr", "-show-cpr")
	metadata := register(t, fake, base)
	for _, want := range []string{`entityID="` + p.entityID + `"`, `Location="` + base + `/callback"`, `Location="` + base + `/slo"`, "Eksempel på Ærø"} {
		require.Contains(t, metadata, want)
	}

	paiman := newSurfer(t, base)
	status, _, body := paiman.open(base + "/me")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Equal(t, `{"error":"InteractionRequired"}`, body)

	fake.Next(mitidtest.Approve(mitidtest.Paiman()))
	status, at, body := paiman.open(base + "/login")
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, base+"/me", at.String())
	for _, want := range []string{`"full":"Paiman Petersen"`, `"cpr":"` + mitidtest.Paiman().CPR.Reveal() + `"`, `"loa":"substantial"`, `"kind":"private"`} {
		require.Contains(t, body, want)
	}

	t.Run("logout ends the session at NemLog-in", func(t *testing.T) {
		res, err := paiman.PostForm(base+"/logout", nil)
		status, _, _ := paiman.follow(res, err)
		require.NotEqual(t, http.StatusOK, status, "/ is no page of this app")
		status, _, body := paiman.open(base + "/me")
		require.Equal(t, http.StatusUnauthorized, status, body)
		fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
		_, _, body = paiman.open(base + "/login")
		require.Contains(t, body, `"full":"Ditlev Von Testesen"`, "the next person is asked who they are")
	})
	t.Run("a logout at NemLog-in ends the session here", func(t *testing.T) {
		status, _, body := paiman.open(fake.LogoutURL())
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, "Du er logget ud.")
		status, _, _ = paiman.open(base + "/me")
		require.Equal(t, http.StatusUnauthorized, status)
	})
	t.Run("cancelled", func(t *testing.T) {
		fake.Next(mitidtest.Abort())
		status, _, body := newSurfer(t, base).open(base + "/login")
		require.Equal(t, http.StatusForbidden, status)
		require.Equal(t, `{"error":"UserCancelled"}`, body)
	})
	t.Run("the level is too low", func(t *testing.T) {
		fake.Next(mitidtest.Approve(mitidtest.PasswordUser()))
		status, _, body := newSurfer(t, base).open(base + "/login")
		require.Equal(t, http.StatusForbidden, status)
		require.Equal(t, `{"error":"AssuranceTooLow"}`, body)
	})
	t.Run("forged", func(t *testing.T) {
		status, _, body := newSurfer(t, base).follow(newSurfer(t, base).PostForm(base+"/callback", url.Values{"SAMLResponse": {"Y2FuYXJ5"}, "RelayState": {"canary"}}))
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, `{"error":"StateInvalid"}`, body)
	})
	require.NotContains(t, errors.String(), mitidtest.Paiman().CPR.Reveal())
	require.NotContains(t, errors.String(), "Paiman")
	require.NotContains(t, errors.String(), "canary")
}

// NemLog-in changes its key from one moment to the next: whoever has both files goes on.
func TestLoginWhileNemLogInChangesItsKey(t *testing.T) {
	file := build(t, "login")
	fake := nemlogintest.New(t)
	p := newProvider(t, fake)
	next := p.file("næste.xml", fake.NextMetadata())
	both, _ := p.app(file, "-idp-metadata", p.idp+","+next)
	register(t, fake, both)
	for range 2 {
		fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
		status, _, body := newSurfer(t, both).open(both + "/login")
		require.Equal(t, http.StatusOK, status, body)
		fake.RotateKeys()
	}

	fake = nemlogintest.New(t)
	p = newProvider(t, fake)
	one, _ := p.app(file)
	register(t, fake, one)
	fake.RotateKeys()
	fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	status, _, body := newSurfer(t, one).open(one + "/login")
	require.Equal(t, http.StatusBadRequest, status, body)
	require.Equal(t, `{"error":"SignatureInvalid"}`, body)
}

// A private service provider may not ask for CPR numbers.
func TestPrivateServiceProviderGetsNoNumber(t *testing.T) {
	file := build(t, "login")
	fake := nemlogintest.New(t)
	fake.Configure(func(s *nemlogintest.Settings) { s.PrivateProviders = true })
	p := newProvider(t, fake)
	base, _ := p.app(file, "-private", "-cbc", "-show-cpr")
	metadata := register(t, fake, base)
	require.NotContains(t, metadata, "cprNumber")
	require.Contains(t, metadata, "aes256-cbc")
	fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	status, _, body := newSurfer(t, base).open(base + "/login")
	require.Equal(t, http.StatusOK, status, body)
	require.NotContains(t, body, `"cpr":`)

	base, _ = p.app(file, "-private", "-cpr")
	status, _, body = newSurfer(t, base).open(base + "/login")
	require.GreaterOrEqual(t, status, 400)
	require.Equal(t, `{"error":"Unsupported"}`, body)
}

func TestCheckOfAServiceProvider(t *testing.T) {
	file := build(t, "login")
	fake := nemlogintest.New(t)
	p := newProvider(t, fake)
	run := func(more ...string) (int, string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), file, append(p.flags("-check"), more...)...)
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	code, text := run()
	require.Equal(t, 0, code, text)
	for _, want := range []string{"fine: metadata: ", "fine: keys: ", "fine: Keys[0]: ", "fine: logout: ", "unproved: registration: "} {
		require.Contains(t, text, want)
	}
	code, text = run("-redirect", "https://kunde.example/callback")
	require.Equal(t, 0, code, text)

	expired := strings.Replace(string(fake.Metadata()), "<md:EntityDescriptor ", `<md:EntityDescriptor validUntil="2020-01-01T00:00:00Z" `, 1)
	code, text = run("-idp-metadata", p.file("gammel.xml", []byte(expired)))
	require.Equal(t, 1, code, text)
	require.Contains(t, text, "failed: metadata: ")
	require.Contains(t, text, "download NemLog-in's metadata again")

	for name, c := range map[string]struct {
		flags []string
		says  string
	}{
		"a number that a private provider never gets": {[]string{"-private", "-cpr"}, "Request.CPR: "},
		"an address, which NemLog-in does not tell":   {[]string{"-address"}, "Request.Address: "},
		"http, by which no answer could be taken":     {[]string{"-tls=false"}, "must have an https RedirectURL"},
	} {
		code, text = run(c.flags...)
		require.Equal(t, 1, code, name+": "+text)
		require.Contains(t, text, c.says, name)
	}
}

// Wrong files end the command before it listens, with words that say which file.
func TestServiceProviderWithWrongFiles(t *testing.T) {
	file := build(t, "login")
	fake := nemlogintest.New(t)
	p := newProvider(t, fake)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ecDER, err := x509.MarshalPKCS8PrivateKey(ec)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ærø"}, NotAfter: time.Now().Add(time.Hour)}
	ecCert, err := x509.CreateCertificate(rand.Reader, template, template, ec.Public(), ec)
	require.NoError(t, err)
	ecKeyFile := p.file("ec.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ecDER}))
	ecCertFile := p.file("ec-cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ecCert}))
	noXML := p.file("ingen.xml", []byte("<html>æøå canary</html>"))
	foreign := p.file("en anden.xml", bytes.ReplaceAll(fake.Metadata(), []byte(fake.EntityID()), []byte("https://saml.en-anden.example")))
	for name, c := range map[string]struct {
		flags []string
		says  string
	}{
		"no entity id":                 {[]string{"-entity-id", ""}, "-broker nemlogin needs -entity-id"},
		"no metadata":                  {[]string{"-idp-metadata", ""}, "-broker nemlogin needs"},
		"no such metadata":             {[]string{"-idp-metadata", "/nowhere/nemlog-in.xml"}, "-idp-metadata: open /nowhere/nemlog-in.xml"},
		"metadata is no XML of SAML":   {[]string{"-idp-metadata", noXML}, "Config.IdP"},
		"metadata of two IdPs":         {[]string{"-idp-metadata", p.idp + "," + foreign}, "Config.IdP"},
		"no such key":                  {[]string{"-sp-key", "/nowhere/key.pem"}, "-sp-key: open /nowhere/key.pem"},
		"no such certificate":          {[]string{"-sp-cert", "/nowhere/cert.pem"}, "-sp-cert: open /nowhere/cert.pem"},
		"key and certificate swapped":  {[]string{"-sp-key", p.cert, "-sp-cert", p.key}, "are not PEM files of a key and the certificate of that key"},
		"certificate of another key":   {[]string{"-sp-cert", ecCertFile}, "are not PEM files of a key and the certificate of that key"},
		"no RSA key":                   {[]string{"-sp-key", ecKeyFile, "-sp-cert", ecCertFile}, "is no RSA key"},
		"two keys and one certificate": {[]string{"-sp-key", p.key + "," + p.key}, "name as many files"},
		"flags of another broker":      {[]string{"-broker", "criipto"}, "are for -broker nemlogin"},
		"a flag that only others have": {[]string{"-issuer", "https://broker.example"}, "are not for -broker nemlogin"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), file, p.flags(c.flags...)...).CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), c.says)
			require.NotContains(t, string(out), "listening")
			require.NotContains(t, string(out), "canary")
			require.NotContains(t, string(out), "PRIVATE KEY")
		})
	}
}
