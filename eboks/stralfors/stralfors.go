package stralfors

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/mtls"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// The seam, and the abilities that this distributor has.
var (
	_ eboks.Sender       = (*Sender)(nil)
	_ eboks.StatusReader = (*Sender)(nil)
	_ eboks.Lookup       = (*Sender)(nil)
	_ eboks.EventReader  = (*Sender)(nil)
	_ eboks.Recaller     = (*Sender)(nil)
)

// name is how errors call this distributor.
const name = "stralfors"

const defaultTimeout = 60 * time.Second

const connections = 64 // kept open between calls

// Sender is an eboks.Sender for one sender system at Strålfors Connect. It is
// safe for concurrent use and prints as a placeholder.
type Sender struct {
	guarded
	cfg  Config // without certificate and HTTPClient
	ops  *table
	http *httpx.Client
	cert *mtls.Shown
}

// New returns a Sender. It makes no call. The error is ErrConfigInvalid and names
// the field.
func New(cfg Config) (*Sender, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	ops, err := cfg.Wire.Operations.compile(cfg.Wire.CPRInURL)
	if err != nil {
		return nil, err
	}
	client, cert, err := mtls.Client(cfg.HTTPClient, cfg.Certificate,
		mtls.Options{Roots: cfg.Roots, Conns: connections, Ask: min(mtls.DefaultAsk, cfg.Timeout/4), TLS12: cfg.Wire.TLS12}, cfg.Now())
	if err != nil {
		return nil, invalid(err.Error())
	}
	s := &Sender{ops: ops, http: httpx.New(client, httpx.Limits{Timeout: cfg.Timeout, NoContinue: cfg.Wire.NoContinue}), cert: cert}
	cfg.HTTPClient, cfg.Roots = nil, nil
	cfg.Certificate.Certificate, cfg.Certificate.PrivateKey, cfg.Certificate.Leaf = nil, nil, nil
	s.cfg = cfg
	return s, nil
}

// Capabilities says what this agreement can do.
func (s *Sender) Capabilities() eboks.Capabilities {
	c := eboks.Capabilities{
		Name: name, Dedupes: s.cfg.Wire.Dedupes,
		Status: !s.ops.log.off, Lookup: !s.ops.lookup.off, Events: !s.ops.events.off, Recall: !s.ops.recall.off,
		Print: !s.cfg.NoPrint, NotBefore: true, Reply: true,
		Limits: s.cfg.Limits, CertificateExpires: s.cert.Expires(), Certificate: s.cert.Fingerprint(),
	}
	if s.ops.log.off && s.ops.events.off {
		c.Ends = []eboks.Status{eboks.Accepted} // nobody tells what became of it
	}
	return c
}

// do makes one call. The error is about the call; an answer of any status is
// none.
func (s *Sender) do(ctx context.Context, op *operation, v variables, body *xmlbody.Body) (*httpx.Response, *eboks.Error) {
	if op.off {
		return nil, missing()
	}
	v["system"] = s.cfg.System
	req, err := http.NewRequest(op.method, s.cfg.BaseURL+op.path.fill(v), http.NoBody)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.ConfigInvalid, Why: "BaseURL and Path make no address", Then: eboks.Retry}
	}
	req.Header.Set("Accept", "application/xml")
	req.Header.Set("User-Agent", "dkeid")
	if body != nil {
		req.Body, req.ContentLength = io.ReadCloser(body), body.Len()
		req.Header.Set("Content-Type", "application/xml; charset=utf-8")
		// The certificate is judged before anything of the letter leaves.
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := s.http.Do(ctx, req)
	if err != nil {
		return nil, eboks.CallError(err)
	}
	return resp, nil
}

func (s *Sender) now() time.Time { return s.cfg.Now().UTC() }
