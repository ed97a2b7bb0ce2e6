package main_test

import (
	"bufio"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
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
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/internal/porttest"
)

// keyPair writes a new key and its certificate, and returns the files.
func keyPair(t *testing.T, dir, name string) (keyFile, certFile string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ærø"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	keyFile, certFile = filepath.Join(dir, name+".key"), filepath.Join(dir, name+".crt")
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	return keyFile, certFile
}

var (
	answerForm  = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)">`)
	answerField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// logInOver opens an address in a new browser, posts the form of NemLog-in, and returns
// the page behind it.
func logInOver(t *testing.T, address string) string {
	t.Helper()
	c, err := selfsigned.Client(t.Context(), address)
	require.NoError(t, err)
	c.CheckRedirect = nil
	c.Jar, err = cookiejar.New(nil)
	require.NoError(t, err)
	read := func(res *http.Response, err error) string {
		require.NoError(t, err)
		page, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return string(page)
	}
	page := read(c.Get(address))
	form := answerForm.FindStringSubmatch(page)
	if form == nil {
		return page
	}
	fields := url.Values{}
	for _, f := range answerField.FindAllStringSubmatch(page, -1) {
		fields.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return read(c.PostForm(html.UnescapeString(form[1]), fields))
}

// An app starts after the fakes, with a certificate that nobody vouches for, and later
// comes back with another key.
func TestNemLogInLearnsOfAnAppThatStartsLater(t *testing.T) {
	dir := t.TempDir()
	login := filepath.Join(dir, "login")
	out, err := exec.Command("go", "build", "-o", login, "github.com/dkeid/dkeid/examples/login").CombinedOutput()
	require.NoError(t, err, string(out))
	listen := porttest.Address(t)
	base := "https://" + listen
	r, _, got := run(t, build(t), "-base-port", "0", "-auto", "-sp-metadata", base+"/metadata")
	require.Regexp(t, `^http://127\.0\.0\.1:[1-9][0-9]*/metadata$`, got.NemLogin.Metadata)
	status, metadata := get(t, http.DefaultClient, got.NemLogin.Metadata)
	require.Equal(t, http.StatusOK, status)
	idp := filepath.Join(dir, "nemlog-in.xml")
	require.NoError(t, os.WriteFile(idp, []byte(metadata), 0o600))

	app := func(key, cert string) (stop func()) {
		cmd := exec.CommandContext(t.Context(), login, "-broker", "nemlogin", "-tls", "-listen", listen, "-entity-id", "https://saml.eksempel.example",
			"-idp-metadata", idp, "-sp-key", key, "-sp-cert", cert)
		pipe, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		line, err := bufio.NewReader(pipe).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "listening on "+base+"\n", line)
		return func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	stop := app(keyPair(t, dir, "gammel"))
	require.Contains(t, logInOver(t, base+"/login"), "Ditlev Von Testesen")
	stop()
	stop = app(keyPair(t, dir, "ny"))
	defer stop()
	require.Eventually(t, func() bool { return strings.Contains(logInOver(t, base+"/login"), "Ditlev Von Testesen") }, time.Minute, 200*time.Millisecond)
	require.Empty(t, r.stop(t, syscall.SIGTERM))
}

// Metadata in a file is there from the start, and https is as with the other fakes.
func TestNemLogInReadsMetadataFiles(t *testing.T) {
	dir := t.TempDir()
	_, certFile := keyPair(t, dir, "nøgle")
	text, err := os.ReadFile(certFile)
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	require.NotNil(t, block)
	key := strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimPrefix(string(text), "-----BEGIN CERTIFICATE-----\n"), "-----END CERTIFICATE-----\n")), "")
	sp := filepath.Join(dir, "sp.xml")
	require.NoError(t, os.WriteFile(sp, []byte(`<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://ærø.example">
		<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>`+key+`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
		<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://ærø.example/callback" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>`), 0o600))
	r, _, got := run(t, build(t), "-base-port", "0", "-tls", "-sp-metadata", sp)
	defer r.stop(t, syscall.SIGTERM)
	require.Regexp(t, `^https://127\.0\.0\.1:[1-9][0-9]*/metadata$`, got.NemLogin.Metadata)
	authorities, err := os.ReadFile(got.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(authorities))
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	status, body := get(t, c, got.NemLogin.Metadata)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "IDPSSODescriptor")
}
