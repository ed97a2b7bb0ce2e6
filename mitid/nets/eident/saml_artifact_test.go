package eident_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

const getAssertion = "/saml1resp/getassertion"

// a recordingTransport keeps what is sent to the assertion service.
type recordingTransport struct {
	http.RoundTripper
	head http.Header
	body string
}

func (r *recordingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, getAssertion) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		r.head, r.body = req.Header.Clone(), string(body)
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r.RoundTripper.RoundTrip(req)
}

// TestSAMLArtifactRequest: what is sent, byte by byte.
func TestSAMLArtifactRequest(t *testing.T) {
	var sent *recordingTransport
	fake, client := openSAML(t, nil, func(c *eident.SAMLConfig) {
		sent = &recordingTransport{RoundTripper: c.HTTPClient.Transport}
		c.HTTPClient = &http.Client{Transport: sent}
	})
	_, err := mitidtest.Login(t, client, fake, mitid.Request{})
	require.NoError(t, err)
	mask := func(pattern, with string) { sent.body = regexp.MustCompile(pattern).ReplaceAllString(sent.body, with) }
	mask(`RequestID="_[a-z2-7]{26}"`, `RequestID="(random)"`)
	mask(`IssueInstant="2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"`, `IssueInstant="(now)"`)
	mask(`>AA[A-Za-z0-9+/]{54}<`, `>(artifact)<`)
	head := ""
	for _, name := range []string{"Content-Type", "Accept", "SOAPAction"} {
		head += name + ": " + strings.Join(sent.head[http.CanonicalHeaderKey(name)], "|") + "\n"
	}
	golden(t, "saml-artifact-request", head+"\n"+strings.ReplaceAll(sent.body, "><", ">\n<")+"\n")
	_, password, ok := (&http.Request{Header: sent.head}).BasicAuth()
	require.True(t, ok && password == fake.ClientSecret().Reveal())
}

// TestSAMLAnArtifactIsFetchedOnce: whatever becomes of it.
func TestSAMLAnArtifactIsFetchedOnce(t *testing.T) {
	for title, c := range map[string]struct {
		tamper string
		want   error
	}{
		"a login":         {"", nil},
		"no answer":       {"token-endpoint-hangs-up", mitid.ErrBrokerUnavailable},
		"an outage":       {"token-endpoint-503", mitid.ErrBrokerUnavailable},
		"a refused login": {"level-low", mitid.ErrAssuranceTooLow},
	} {
		t.Run(title, func(t *testing.T) {
			fake, client := openSAML(t, nil, nil)
			rd, err := client.Begin(t.Context(), mitid.Request{})
			require.NoError(t, err)
			cb, err := mitidtest.Walk(t.Context(), fake, rd)
			require.NoError(t, err)
			if c.tamper != "" {
				require.NoError(t, fake.Tamper(c.tamper))
			}
			_, err = client.Complete(t.Context(), rd.State, cb)
			require.ErrorIs(t, err, c.want)
			require.Equal(t, 1, fake.Count(getAssertion))
			_, err = client.Complete(t.Context(), rd.State, cb)
			require.ErrorIs(t, err, mitid.ErrStateInvalid, "the pending login is used up")
			require.Equal(t, 1, fake.Count(getAssertion))
		})
	}
}

// TestSAMLTwoReplicasRaceForAnArtifact: the broker gives the assertion to one of them.
func TestSAMLTwoReplicasRaceForAnArtifact(t *testing.T) {
	fake, _ := openSAML(t, nil, nil)
	replica := func() *mitid.Client {
		b, err := eident.NewSAML(samlConfig(fake))
		require.NoError(t, err)
		c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: fake.Now, StateKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}})
		require.NoError(t, err)
		return c
	}
	a, b := replica(), replica()
	rd, err := a.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd)
	require.NoError(t, err)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, c := range []*mitid.Client{a, b} {
		wg.Go(func() { _, errs[i] = c.Complete(t.Context(), rd.State, cb) })
	}
	wg.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], mitid.ErrBrokerDeclined)
	require.ErrorContains(t, errs[1], "artifact_invalidated")
}

// TestSAMLArtifactsThatAreGoodForNothing: each code, wherever it stands.
func TestSAMLArtifactsThatAreGoodForNothing(t *testing.T) {
	for title, place := range map[string]eidenttest.SAMLCode{"in the status message": eidenttest.InStatusMessage, "in a status code": eidenttest.InStatusCode, "in a fault": eidenttest.InFault} {
		for code, spoil := range map[string]func(fake *eidenttest.Broker, cb *mitid.Callback){
			"artifact_expired": func(fake *eidenttest.Broker, _ *mitid.Callback) { fake.Advance(2 * time.Minute) },
			"assertion_notfound": func(_ *eidenttest.Broker, cb *mitid.Callback) {
				cb.RawQuery = strings.Replace(cb.RawQuery, "SAMLart=AA", "SAMLart=AB", 1)
			},
		} {
			t.Run(title+"/"+code, func(t *testing.T) {
				fake, client := openSAML(t, func(s *switches) { s.SAMLCode = place }, nil)
				rd, err := client.Begin(t.Context(), mitid.Request{})
				require.NoError(t, err)
				cb, err := mitidtest.Walk(t.Context(), fake, rd)
				require.NoError(t, err)
				spoil(fake, &cb)
				_, err = client.Complete(t.Context(), rd.State, cb)
				require.ErrorIs(t, err, mitid.ErrBrokerDeclined)
				var e *mitid.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, code, e.Code)
			})
		}
	}
	t.Run("another merchant's", func(t *testing.T) {
		fake, client := openSAML(t, nil, nil)
		rd, err := client.Begin(t.Context(), mitid.Request{})
		require.NoError(t, err)
		cb, err := mitidtest.Walk(t.Context(), fake, rd)
		require.NoError(t, err)
		fake.SetClient("MER3", fake.ClientSecret())
		b, err := eident.NewSAML(samlConfig(fake))
		require.NoError(t, err)
		as, err := b.Complete(t.Context(), &mitid.Attempt{Nonce: "n", Now: fake.Now(), Started: fake.Now()}, cb)
		require.ErrorIs(t, err, mitid.ErrBrokerDeclined)
		require.ErrorContains(t, err, "artifact_not_match_mid")
		require.Nil(t, as)
		_, err = client.Complete(t.Context(), rd.State, cb)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, "the password of before")
	})
}

// TestSAMLAFailedLoginComesBackToTheClient: by the status address, with TARGET, so that the
// pending login ends.
func TestSAMLAFailedLoginComesBackToTheClient(t *testing.T) {
	fake, client := openSAML(t, nil, nil)
	rd, err := client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd, mitidtest.Abort())
	require.NoError(t, err)
	require.Equal(t, "TARGET="+rd.Handle+"&status=cancel", cb.RawQuery)
	_, err = client.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrUserCancelled)
	require.Zero(t, fake.Count(getAssertion))

	fake, client = openSAML(t, nil, func(c *eident.SAMLConfig) { c.NoStatus = true })
	rd, err = client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	_, err = mitidtest.Walk(t.Context(), fake, rd, mitidtest.Abort())
	require.ErrorContains(t, err, "page", "the person stays at the broker")
}

// TestSAMLAnotherCertificate: a fake that serves TLS with a certificate of another authority
// never gets the password.
func TestSAMLAnotherCertificate(t *testing.T) {
	fake, err := eidenttest.StartSAML(mitidtest.Config{TLS: true, ExampleRedirects: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	cfg := samlConfig(fake)
	cfg.HTTPClient = &http.Client{Transport: &http.Transport{}} // with the authorities of this machine
	b, err := eident.NewSAML(cfg)
	require.NoError(t, err)
	as, err := b.Complete(t.Context(), &mitid.Attempt{Now: fake.Now()}, mitid.Callback{Method: "GET", RawQuery: "SAMLart=AAE"})
	require.ErrorIs(t, err, mitid.ErrBrokerUnavailable)
	require.Nil(t, as)
	assert.Zero(t, fake.Count(getAssertion))
}
