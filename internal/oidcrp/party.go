package oidcrp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// Party is a relying party of one broker. It is safe for concurrent use and
// prints as the broker's name alone.
type Party struct {
	name                string
	issuer              string
	clientID            string
	origins             allowedHosts
	algs                map[string]algorithm
	now                 func() time.Time
	skew                int64 // seconds
	client              *httpx.Client
	errorsWithoutIssuer bool
	keysOnly            bool
	needs               needs

	// Secrets are behind functions, because printers that use reflection cannot look
	// into those.
	authenticate authenticator
	request      signer    // nil if requests are not signed
	decrypt      decrypter // nil if encrypted tokens are refused
	acceptPlain  bool

	metadata *source[*Metadata]
	keys     *source[*keySet]
	clock    atomic.Pointer[clock] // from the last discovery; nil if there was no Date header
}

// errNotWritten is the error of marshalling a token, a code or claims.
var errNotWritten = errors.New("oidcrp: tokens, codes and claims do not marshal")

// New returns a Party. It does no I/O. The error is ConfigInvalid and names the field
// of Config.
func New(cfg Config) (*Party, error) {
	cfg = cfg.withDefaults()
	origins, err := cfg.check()
	if err != nil {
		return nil, err
	}
	authenticate, err := newAuthenticator(cfg)
	if err != nil {
		return nil, err
	}
	request, err := newRequestSigner(cfg)
	if err != nil {
		return nil, err
	}
	decrypt, err := newDecrypter(cfg)
	if err != nil {
		return nil, err
	}
	p := &Party{
		name: cfg.Name, issuer: cfg.Issuer, clientID: cfg.ClientID, origins: origins,
		algs: make(map[string]algorithm, len(cfg.Algs)), now: cfg.Now, skew: int64(cfg.Skew / time.Second),
		client:              httpx.New(cfg.HTTPClient, httpx.Limits{Timeout: cfg.Timeout, MaxBody: cfg.MaxBody}),
		errorsWithoutIssuer: cfg.ErrorsWithoutIssuer,
		keysOnly:            cfg.KeysOnly,
		needs:               needsOf(cfg),
		authenticate:        authenticate, request: request, decrypt: decrypt, acceptPlain: cfg.AcceptPlain,
	}
	for _, alg := range cfg.Algs {
		p.algs[alg] = algorithms[alg]
	}
	p.metadata = newSource(cfg, p.fetchMetadata)
	p.keys = newSource(cfg, p.fetchKeys)
	return p, nil
}

// Issuer returns the configured issuer.
func (p *Party) Issuer() string { return p.issuer }

// Format writes the broker's name under every verb.
func (p *Party) Format(f fmt.State, _ rune) {
	if p == nil {
		_, _ = fmt.Fprint(f, "[party]")
		return
	}
	_, _ = fmt.Fprintf(f, "[party %s]", p.name)
}

// LogValue returns the broker's name.
func (p *Party) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(p)) }

// fault returns an error that names the broker. why must hold no input.
func (p *Party) fault(c fault.Class, why string) *fault.Error {
	return fault.New(c, p.name+": "+why)
}

// call makes a request. It repeats the request only while nothing of it can have been
// sent. An answer of any status is a success. where names the endpoint in errors.
func (p *Party) call(ctx context.Context, req *http.Request, where string) (*httpx.Response, error) {
	resp, err := p.client.DoAgain(ctx, req)
	if err != nil {
		return nil, p.callFailed(err, where)
	}
	return resp, nil
}
