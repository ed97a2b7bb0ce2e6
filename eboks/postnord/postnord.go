package postnord

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/mtls"
)

// The seam, and the abilities that this wire has.
var (
	_ eboks.Sender       = (*Sender)(nil)
	_ eboks.Lookup       = (*Sender)(nil)
	_ eboks.StatusReader = (*Sender)(nil)
)

// name is how errors call this adapter.
const name = "postnord"

const connections = 16 // kept open between calls

// Sender is an eboks.Sender for one agreement. It is safe for concurrent use.
type Sender struct {
	guarded

	cfg    Config // without certificate, roots and client
	cert   *mtls.Shown
	base   string // BaseURL without a slash at its end
	prefix string // of every message id
	http   *httpx.Client
	now    func() time.Time
	able   eboks.Capabilities
}

// New returns a Sender. It does no I/O. Errors: ErrConfigInvalid, naming the
// field.
func New(cfg Config) (*Sender, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	timeout := cmp.Or(cfg.Timeout, defaultTimeout)
	client, cert, err := mtls.Client(cfg.HTTPClient, cfg.Certificate,
		mtls.Options{Roots: cfg.Roots, Conns: connections, Ask: min(mtls.DefaultAsk, timeout/4), TLS12: cfg.TLS12}, cfg.Now())
	if err != nil {
		return nil, configInvalid(err.Error())
	}
	s := &Sender{
		cfg:    cfg,
		cert:   cert,
		base:   strings.TrimRight(cfg.BaseURL, "/"),
		prefix: strings.Repeat("0", systemLength-len(cfg.System)) + cfg.System + cfg.ClientID,
		now:    cfg.Now,
		able: eboks.Capabilities{
			Name:    name,
			Dedupes: !cfg.NoDedupe,
			Status:  cfg.StatusURL != "",
			Lookup:  true,
			Ends:    ends(cfg),
			Limits:  cfg.Limits,
		},
	}
	s.able.Limits.Attachments = 0
	s.http = httpx.New(client, httpx.Limits{Timeout: timeout, NoContinue: cfg.NoContinue})
	s.cfg.Materials = maps.Clone(cfg.Materials)
	s.cfg.Certificate, s.cfg.Roots, s.cfg.HTTPClient = tls.Certificate{}, nil, nil // the transport has them
	return s, nil
}

// ends are the states behind which this wire tells no more: it never reports that a
// letter is in the mailbox or with the carrier. Without StatusURL nothing is told after
// the answer to the letter.
func ends(cfg Config) []eboks.Status {
	all := []eboks.Status{eboks.AcceptedDigital, eboks.PrintQueued}
	if cfg.StatusURL == "" {
		all = append(all, eboks.Accepted, eboks.Queued)
	}
	return all
}

// Capabilities says what this wire can do, as configured.
func (s *Sender) Capabilities() eboks.Capabilities {
	able := s.able
	able.CertificateExpires, able.Certificate = s.cert.Expires(), s.cert.Fingerprint()
	return able
}

// Send offers the letter once.
func (s *Sender) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	body, err := s.dispatch(l)
	if err != nil {
		return nil, err
	}
	message := s.message(l.ID)
	req, err := http.NewRequest(http.MethodPut,
		s.base+"/int/rest/srv.svc/3/dispatchsystem/"+s.cfg.System+"/dispatches/"+message, body)
	if err != nil {
		_ = body.Close()
		return nil, notSent(eboks.InputInvalid, "the letter has no address")
	}
	req.ContentLength = body.Len()
	req.Header.Set("Content-Type", "application/xml")
	// A refused certificate, or an id that was used before, shows before the
	// letter leaves.
	req.Header.Set("Expect", "100-continue")

	r, err := s.http.Do(ctx, req)
	if err != nil {
		return nil, eboks.CallError(err)
	}
	switch {
	case r.Status < 200 || r.Status > 299:
		return nil, s.refused(r)
	case r.Status > http.StatusNoContent || r.Status == http.StatusNonAuthoritativeInfo:
		return nil, unclear(r, "a success that nobody agreed on")
	case !r.Taken:
		return nil, unclear(r, "the answer came before the letter had left")
	}
	return s.taken(l, message, r)
}

// message is the id under which e-Boks knows the letter. The same letter has the
// same one for ever.
func (s *Sender) message(id eboks.ID) string {
	return s.prefix + strings.ReplaceAll(id.String(), "-", "")
}

// Format names the host only, under every verb.
func (s Sender) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.title())) }

// LogValue names the host only.
func (s Sender) LogValue() slog.Value { return slog.StringValue(s.title()) }

func (s Sender) title() string { return "postnord.Sender(" + s.base + ")" }
