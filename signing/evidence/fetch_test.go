package evidence_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

func TestFetchKeys(t *testing.T) {
	keys := newIssuer(t).jwks(t)
	for name, c := range map[string]struct {
		discovery, keys string // %s is the server's address
		status          int
		kind            signing.Kind // 0 if it succeeds
	}{
		"genuine":         {discovery: `{"issuer":"%s","jwks_uri":"%s/jwks"}`, keys: keys},
		"issuer-plus-one": {discovery: `{"issuer":"%sx","jwks_uri":"%s/jwks"}`, keys: keys, kind: signing.Unavailable},
		"another-host":    {discovery: `{"issuer":"%s","jwks_uri":"https://evil.example/jwks"}`, keys: keys, kind: signing.ConfigInvalid},
		"file":            {discovery: `{"issuer":"%s","jwks_uri":"file:///etc/passwd"}`, keys: keys, kind: signing.ConfigInvalid},
		"html":            {discovery: `<p>Øv</p>`, keys: keys, kind: signing.Unavailable},
		"keys-not-keys":   {discovery: `{"issuer":"%s","jwks_uri":"%s/jwks"}`, keys: `{"issuer":"x"}`, kind: signing.Unavailable},
		"keys-too-long":   {discovery: `{"issuer":"%s","jwks_uri":"%s/jwks"}`, keys: strings.Repeat(" ", oidcrp.MaxKeyDocument) + keys, kind: signing.Unavailable},
		"down":            {status: 503, kind: signing.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			var server *httptest.Server
			server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case c.status != 0:
					w.WriteHeader(c.status)
				case r.URL.Path == "/jwks":
					_, _ = w.Write([]byte(c.keys))
				default:
					_, _ = fmt.Fprint(w, strings.ReplaceAll(c.discovery, "%s", server.URL))
				}
			}))
			defer server.Close()
			p, err := evidence.FetchKeys(t.Context(), evidence.FetchConfig{Issuer: server.URL, HTTPClient: server.Client(), Now: at(began)})
			if c.kind != 0 {
				requireKind(t, c.kind, err)
				assert.NotContains(t, err.Error(), "Øv")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, keys, string(p.Keys.Body), "byte for byte")
			assert.Equal(t, server.URL+"/jwks", p.Keys.URL)
			assert.Equal(t, began, p.Keys.Fetched)
		})
	}
	for _, issuer := range []string{"", "http://acme.example", "https://a:b@acme.example", "https://acme.example?x", "acme"} {
		_, err := evidence.FetchKeys(t.Context(), evidence.FetchConfig{Issuer: issuer})
		requireKind(t, signing.ConfigInvalid, err)
	}
}

// The keys must have been fetched where the discovery document says.
func TestKeysFromElsewhere(t *testing.T) {
	i := newIssuer(t)
	keys := evidence.Text(evidence.PartKeys, "", i.jwks(t))
	keys.URL = "https://acme.test.example/jwksx"
	discovery := evidence.Text(evidence.PartDiscovery, "", `{"issuer":"`+issuerURL+`","jwks_uri":"https://acme.test.example/jwks"}`)
	b := with(message(t, i), evidence.PartKeys, keys, discovery)
	refused(t, bad{b, signing.EvidenceIncomplete, "keys-1.json"}, evidence.Policy{})
}
