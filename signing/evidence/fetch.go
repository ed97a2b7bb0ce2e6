package evidence

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// Published are an issuer's discovery document and key document as they were fetched. It
// prints as a placeholder.
type Published struct {
	guarded

	Discovery, Keys Document
}

// Document is a document as it was fetched, byte for byte.
type Document struct {
	guarded

	URL     string
	Fetched time.Time
	Body    []byte
}

// FetchConfig configures FetchKeys. Issuer is required.
type FetchConfig struct {
	guarded

	// Issuer is the broker's issuer, such as "https://acme.criipto.id". http is for loopback
	// addresses alone.
	Issuer string
	// Hosts are hosts (host or host:port) besides the issuer's own that may serve the keys.
	Hosts []string
	// HTTPClient makes the calls. Redirects are never followed. If nil, it is a client with a
	// timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// FetchKeys fetches what an issuer publishes about its keys now. Call it when the login
// or the signature is complete, before the issuer changes its keys. Documents may serve
// for many bundles, as long as the keys are the same.
func FetchKeys(ctx context.Context, cfg FetchConfig) (*Published, error) {
	issuer, err := url.Parse(cfg.Issuer)
	if err != nil || !fetchable(issuer) || issuer.RawQuery != "" || issuer.Fragment != "" {
		return nil, failed(signing.ConfigInvalid, "", "FetchConfig.Issuer is not an https address")
	}
	client := httpx.New(cfg.HTTPClient, httpx.Limits{MaxBody: oidcrp.MaxKeyDocument})
	p := new(Published)
	address := issuer.JoinPath(".well-known", "openid-configuration").String()
	if p.Discovery, err = fetch(ctx, client, address, &cfg); err != nil {
		return nil, err
	}
	var d struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if strictjson.Unmarshal(p.Discovery.Body, &d) != nil || d.Issuer != cfg.Issuer {
		return nil, failed(signing.Unavailable, "", "the discovery document is malformed or of another issuer")
	}
	keys, err := url.Parse(d.Keys)
	if err != nil || !fetchable(keys) || keys.Host != issuer.Host && !slices.Contains(cfg.Hosts, keys.Host) {
		return nil, failed(signing.ConfigInvalid, "", "the issuer publishes its keys on a host that FetchConfig.Hosts does not name")
	}
	if p.Keys, err = fetch(ctx, client, d.Keys, &cfg); err != nil {
		return nil, err
	}
	if _, err := oidcrp.ReadStoredKeys(p.Keys.Body); err != nil {
		return nil, failed(signing.Unavailable, "", "the issuer's keys are not a key document")
	}
	return p, nil
}

// fetchable reports whether u is https, or http to this machine.
func fetchable(u *url.URL) bool {
	if u.Host == "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func fetch(ctx context.Context, c *httpx.Client, address string, cfg *FetchConfig) (Document, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Document{}, failed(signing.ConfigInvalid, "", "an address of the issuer is malformed")
	}
	resp, err := c.Do(ctx, &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{"Accept": {"application/json"}}})
	if err != nil {
		return Document{}, &Error{Kind: signing.Unavailable, Why: "the issuer gave no answer", Err: err}
	}
	if resp.Status != http.StatusOK {
		return Document{}, failed(signing.Unavailable, "", "the issuer refused to send its keys")
	}
	return Document{URL: address, Fetched: cfg.now(), Body: resp.Body}, nil
}

func (cfg *FetchConfig) now() time.Time { return clock(cfg.Now)() }

// clock returns now, or the clock of the machine.
func clock(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

// parts returns the documents as parts of a bundle.
func (p *Published) parts() []Part {
	if p == nil {
		return nil
	}
	one := func(k PartKind, d *Document) Part {
		if len(d.Body) == 0 {
			return Part{}
		}
		part := Bytes(k, "", d.Body)
		part.URL, part.Fetched = d.URL, d.Fetched
		return part
	}
	return []Part{one(PartDiscovery, &p.Discovery), one(PartKeys, &p.Keys)}
}
