package eident

import (
	"bytes"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// exchange keeps a request and an answer of the assertion service.
type exchange struct {
	http.RoundTripper
	request, answer []byte
}

func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	x.request, _ = io.ReadAll(req.Body)
	req = req.Clone(req.Context())
	req.Body = io.NopCloser(bytes.NewReader(x.request))
	resp, err := x.RoundTripper.RoundTrip(req)
	if err == nil {
		x.answer, _ = io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(x.answer))
	}
	return resp, err
}

// recorded is one login at the fake, whose answer can be read again and again.
type recorded struct {
	broker  *SAMLBroker
	attempt mitid.Attempt
	id      string
	answer  []byte
}

var requestID = regexp.MustCompile(`RequestID="([^"]*)"`)

// record logs somebody in at a fake, spoilt by a tampering or by none.
func record(tb testing.TB, tamper string, unsigned bool) *recorded {
	tb.Helper()
	fake := eidenttest.NewSAML(tb)
	fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver, s.Unsigned = "http://127.0.0.1/callback", unsigned })
	x := &exchange{RoundTripper: fake.HTTPClient().Transport}
	cfg := SAMLConfig{Origin: fake.Origin(), MID: fake.ClientID(), Password: fake.ClientSecret(), HTTPClient: &http.Client{Transport: x}}
	if !unsigned {
		cfg.Signers = []*x509.Certificate{fake.Keys().Active().Certificate}
	}
	b, err := NewSAML(cfg)
	require.NoError(tb, err)
	r := &recorded{broker: b, attempt: mitid.Attempt{Nonce: "n", Started: fake.Now(), Now: fake.Now()}}
	rd := &mitid.Redirect{URL: fake.Origin() + pathStart + "?" + url.Values{"mid": {fake.ClientID()}, "TARGET": {"x"}, "returnssn": {"true"}, "reference_text": {"Åse"}}.Encode()}
	cb, err := mitidtest.Walk(tb.Context(), fake, rd)
	require.NoError(tb, err)
	if tamper != "" {
		require.NoError(tb, fake.Tamper(tamper))
	}
	_, _ = b.Complete(tb.Context(), &r.attempt, cb)
	require.NotEmpty(tb, x.answer)
	r.id, r.answer = string(requestID.FindSubmatch(x.request)[1]), x.answer
	return r
}

// FuzzArtifactAnswer: whatever the service answers, nothing crashes, no error repeats it,
// and where signers are configured nothing is read that they did not sign.
func FuzzArtifactAnswer(f *testing.F) {
	signed, unsigned := record(f, "", false), record(f, "", true)
	right, err := signed.broker.read(&signed.attempt, signed.id, signed.answer)
	require.NoError(f, err)
	f.Add(signed.answer)
	f.Add(unsigned.answer)
	for _, tamper := range []string{"xsw4", "xsw8", "wrapped-in-header", "response-unsigned-assertion-first", "response-fault", "refused-artifact-expired",
		"assertion-missing-conditions", "assertion-attribute-in-two-cases", "assertion-child-in-value", "response-xml-comment-in-uuid", "response-xml-doctype-billion-laughs", "assertion-signature-two-references"} {
		f.Add(record(f, tamper, false).answer)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range []*recorded{signed, unsigned} {
			a := r.attempt
			st, err := r.broker.read(&a, r.id, body)
			if err == nil {
				if r == signed && !reflect.DeepEqual(st, right) {
					t.Fatal("what was read was never signed")
				}
				var c *Claims
				if c, err = st.claims(); err == nil {
					_, err = r.broker.cfg.identity(c)
				}
			}
			if err == nil {
				continue
			}
			require.NotZero(t, max(fault.ClassOf(err), fault.Class(mitid.KindOf(err))))
			if text := strings.TrimSpace(string(body)); len(text) > 40 {
				require.NotContains(t, err.Error(), text[len(text)/2:len(text)/2+20])
			}
		}
	})
}
