package main_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
)

type distributor struct {
	URL        string `json:"url"`
	ClientCert string `json:"client_cert"`
	ClientKey  string `json:"client_key"`
	CA         string `json:"ca"`

	System   string `json:"system"`
	ClientID string `json:"client_id"`
	Material string `json:"material"`
	Page     string `json:"page"`
}

// callers returns a client with the certificate and one without.
func callers(t *testing.T, d distributor) (with, without *http.Client) {
	t.Helper()
	pem, err := os.ReadFile(d.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	certificate, err := tls.LoadX509KeyPair(d.ClientCert, d.ClientKey)
	require.NoError(t, err)
	client := func(cs ...tls.Certificate) *http.Client {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: cs}, DisableKeepAlives: true}}
	}
	return client(certificate), client()
}

func TestFakeDistributors(t *testing.T) {
	file := build(t)
	for name, args := range map[string][]string{"plain brokers": nil, "brokers with TLS": {"-tls"}} {
		t.Run(name, func(t *testing.T) {
			r, _, got := run(t, file, append([]string{"-base-port", "0"}, args...)...)
			assert.Empty(t, got.Stralfors.ClientID)
			require.NotEmpty(t, got.PostNord.ClientID)
			for path, d := range map[string]distributor{
				"/afsendersystem/" + got.Stralfors.System + "/forsendelsestyper":  got.Stralfors,
				"/rest/messages/" + got.PostNord.ClientID + "/?message_id=" + "0": got.PostNord,
			} {
				require.Regexp(t, `^https://127\.0\.0\.1:[1-9][0-9]*$`, d.URL)
				require.NotEmpty(t, d.System)
				require.NotEmpty(t, d.Material)
				with, without := callers(t, d)
				status, _ := get(t, with, d.URL+path)
				assert.NotEqual(t, http.StatusInternalServerError, status)
				res, err := without.Get(d.URL + path)
				if err == nil {
					_ = res.Body.Close()
				}
				require.Error(t, err, "without the certificate nobody is let in")

				info, err := os.Stat(d.ClientKey)
				require.NoError(t, err)
				assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
				status, page := get(t, http.DefaultClient, d.Page)
				assert.Equal(t, http.StatusOK, status)
				assert.Contains(t, page, "Østergård")
			}
			status, types := get(t, client(t, got.Stralfors), got.Stralfors.URL+"/afsendersystem/"+got.Stralfors.System+"/forsendelsestyper")
			assert.Equal(t, http.StatusOK, status)
			assert.Contains(t, types, got.Stralfors.Material)
			require.Empty(t, r.stop(t, syscall.SIGTERM))
			require.NoDirExists(t, filepath.Dir(got.Stralfors.ClientKey), "the key is gone")
		})
	}
}

func client(t *testing.T, d distributor) *http.Client {
	t.Helper()
	with, _ := callers(t, d)
	return with
}

func TestFakesFollowTheBrokers(t *testing.T) {
	first := porttest.First(t, 10)
	r, _, got := run(t, build(t), "-base-port", strconv.Itoa(first), "-control")
	defer r.stop(t, syscall.SIGTERM)
	for i, address := range []string{got.Criipto.Issuer, got.NEB.Issuer, got.EIdent.Issuer, got.Stralfors.URL, got.PostNord.URL, got.Stralfors.Page, got.PostNord.Page, got.Signatures.URL, got.NemLogin.Metadata, got.Control.URL} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		assert.Equal(t, strconv.Itoa(first+i), u.Port(), address)
	}
}
