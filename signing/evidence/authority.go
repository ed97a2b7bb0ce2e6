package evidence

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/timestamp"
)

// Authority is a timestamp authority (RFC 3161): a party that says that a bundle existed
// at a time. URL and Roots are required.
type Authority struct {
	guarded

	// URL is where it answers, https or http. The answer is signed, so http is safe; the
	// question holds a SHA-256 and nothing else.
	URL string
	// Roots are the certificates that its answers must lead to.
	Roots *x509.CertPool
	// HTTPClient makes the call. Redirects are never followed. If nil, it is a client with a
	// timeout of 10 seconds. An authority that asks for a password gets it from the client's
	// Transport.
	HTTPClient *http.Client
}

func (a *Authority) validate() error {
	u, err := url.Parse(a.URL)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil:
		return failed(signing.ConfigInvalid, "", "Authority.URL is not an http or https address")
	case a.Roots == nil:
		return failed(signing.ConfigInvalid, "", "Authority.Roots is missing")
	}
	return nil
}

// stamp returns a timestamp of digest, and its time. It was made between begin and now,
// give or take the difference of the clocks.
func (a *Authority) stamp(ctx context.Context, digest [sha256.Size]byte, begin time.Time, now func() time.Time) ([]byte, *timestamp.Timestamp, error) {
	client := httpx.New(a.HTTPClient, httpx.Limits{MaxBody: timestamp.MaxToken})
	raw, err := timestamp.NewRequest(digest, nil).Fetch(ctx, client, a.URL)
	if err != nil {
		return nil, nil, fromFault(signing.SignatureInvalid, stampName, err)
	}
	t, err := timestamp.Check(ctx, raw, digest, a.Roots)
	switch {
	case err != nil:
		return nil, nil, fromFault(signing.SignatureInvalid, stampName, err)
	case t.Time.Before(begin.Add(-skew)), t.Time.After(now().Add(skew)):
		return nil, nil, failed(signing.SignatureInvalid, stampName, "the authority's clock and ours differ by more than five minutes")
	}
	return raw, t, nil
}
