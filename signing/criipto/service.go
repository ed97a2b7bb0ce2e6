package criipto

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/signing"
)

// The seam, and the abilities that this service has.
var (
	_ signing.Service = (*Service)(nil)
	_ signing.Finder  = (*Service)(nil)
	_ signing.Judge   = (*Service)(nil)
)

// name is how errors call this service.
const name = "criipto"

// Service is a [signing.Service] for one application at Criipto Signatures. It is safe
// for concurrent use and prints as a placeholder.
type Service struct {
	guarded
	cfg      Config // without HTTPClient
	http     *httpx.Client
	transfer *httpx.Client // for calls that carry a document
	verifier *Verifier     // nil if Config.Verify is
}

// New returns a Service. It makes no call. The error is ErrConfigInvalid and names the
// field.
func New(cfg Config) (*Service, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Service{
		http:     httpx.New(cfg.HTTPClient, httpx.Limits{Timeout: cfg.Timeout, MaxBody: cfg.MaxAnswer}),
		transfer: httpx.New(cfg.HTTPClient, httpx.Limits{Timeout: cfg.TransferTimeout, MaxBody: encodedLimit(cfg.MaxDocument), MinRate: minRate}),
	}
	if cfg.Verify != nil {
		if s.verifier, err = NewVerifier(*cfg.Verify); err != nil {
			return nil, err
		}
	}
	cfg.HTTPClient, cfg.Verify = nil, nil
	s.cfg = cfg
	return s, nil
}

// Verifier returns the Verifier of Config.Verify; nil if there is none.
func (s *Service) Verifier() signing.Verifier {
	if s.verifier == nil {
		return nil
	}
	return s.verifier
}

// encodedLimit is how long an answer with a document of n bytes may be. Base64 takes a
// third more, JSON may write each '+' and '/' as six characters, and other members are
// few.
func encodedLimit(n int64) int64 { return n/3*4 + n/4 + maxFrame }

// Capabilities says what this service can do. Signatory.Documents is not among it: the
// service takes the ids of documents, which exist only once the order does.
func (s *Service) Capabilities() signing.Capabilities {
	n := s.cfg.MaxSignatories
	if n == 0 {
		n = signatories
	}
	return signing.Capabilities{
		Name: name, Links: true, Find: true, Cancel: true, Cleanup: true, Retention: maxRetention, Signatories: n,
		MaxDocument: largest(s.cfg.MaxDocument),
		UUID:        true, Subject: true, CPR: s.cfg.AskCPR, Sequence: true, Roles: true, ReturnURL: true, Expires: true,
	}
}

// largest is how large a document may be whose signed copy must have signed bytes at
// most, and no more than a Verifier reads. The service adds pages, signatures and proofs.
// Without room for them a document could be signed, and never be fetched and verified.
func largest(signed int64) int64 {
	const added = 16 << 20
	signed = min(signed, pdfscan.MaxSize)
	return max(signed-added, signed/2)
}

func (s *Service) now() time.Time { return s.cfg.Now().UTC() }

// acr is the value by which MitID is asked for a level.
func acr(l claims.Level) string { return "urn:grn:authn:dk:mitid:" + l.String() }
