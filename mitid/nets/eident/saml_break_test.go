package eident_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

// an editingTransport changes what the assertion service answers.
type editingTransport struct {
	http.RoundTripper
	edit func(body string) string
}

func (e *editingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := e.RoundTripper.RoundTrip(req)
	if err != nil || !strings.HasSuffix(req.URL.Path, getAssertion) {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	changed := e.edit(string(body))
	resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// TestSAMLOnePersonHasOneSubject: a UUID may come in either letter case, and is always the
// same key.
func TestSAMLOnePersonHasOneSubject(t *testing.T) {
	ditlev := mitidtest.Ditlev()
	uuid := ditlev.MitIDUUID(nil)
	for name, written := range map[string]string{"small letters": uuid, "capitals": strings.ToUpper(uuid)} {
		t.Run(name, func(t *testing.T) {
			came := false
			fake, client := openSAML(t, func(s *switches) { s.Unsigned = true }, func(c *eident.SAMLConfig) {
				c.Signers = nil
				c.HTTPClient = &http.Client{Transport: &editingTransport{c.HTTPClient.Transport, func(body string) string {
					body = strings.ReplaceAll(body, uuid, written)
					came = strings.Contains(body, "<saml:AttributeValue>"+written)
					return body
				}}}
			})
			l, err := mitidtest.Login(t, client, fake, mitid.Request{}, mitidtest.Approve(ditlev))
			require.NoError(t, err)
			require.True(t, came)
			require.Equal(t, "mitid:"+uuid, l.Identity.Subject)
		})
	}
}
