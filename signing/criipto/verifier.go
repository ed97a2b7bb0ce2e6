package criipto

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/signing"
)

var _ signing.Verifier = (*Verifier)(nil)

// Verifier judges the signed copies that the service returns. It is safe for concurrent
// use and prints as a placeholder. It fetches the eID tenant's keys, at first use and
// then as their life demands.
type Verifier struct {
	guarded
	cfg     VerifierConfig
	parties map[string]*oidcrp.Party // by audience
}

// NewVerifier returns a Verifier. It makes no call. The error is ErrConfigInvalid and
// names the field.
func NewVerifier(cfg VerifierConfig) (*Verifier, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	v := &Verifier{cfg: cfg, parties: map[string]*oidcrp.Party{}}
	for _, audience := range cfg.Audiences {
		p, err := oidcrp.New(oidcrp.Config{
			Name: name, Issuer: cfg.Issuer, ClientID: audience, Hosts: cfg.Hosts, Algs: []string{"RS256"}, KeysOnly: true,
			HTTPClient: cfg.HTTPClient, Now: cfg.Now, Skew: cfg.Skew,
		})
		if err != nil {
			return nil, fromFault("new", err)
		}
		v.parties[audience] = p
	}
	v.cfg.HTTPClient = nil
	return v, nil
}

// Verify judges a signed copy:
//
//   - It begins with the original, byte for byte (not if VerifierConfig.Rewritten is
//     set), and no update changes what is shown.
//   - Each signature covers its update whole, its digest is that of the bytes, and the
//     certificate in it made it. The last one reaches the end of the file. If a signature
//     does not name its certificate (signingCertificateV2, ETSI EN 319 122-1, 5.2.2), the
//     verdict says so.
//   - Each signature has a timestamp about itself.
//   - The evidence stands in the signature's own update. It names this order, and one
//     signatory who signed. Each has one signature.
//   - The evidence has one ID token, which the issuer signed, for one of the audiences,
//     after the order was placed and before the timestamp, which was valid then, at the
//     level asked for, and which repeats [Message]. Clocks may differ by
//     VerifierConfig.Skew.
//   - The person is the one whom the order asks for. No login is in two signatures, and
//     one person signs for two signatories only if the order names that person for both.
//
// Errors are ErrDocumentMismatch, ErrDocumentModified, ErrSignatureInvalid,
// ErrEvidenceIncomplete, ErrTokenInvalid, ErrIssuerMismatch, ErrAssuranceTooLow,
// ErrSignerMismatch; ErrConflict for a ticket that does not fit; and ErrUnavailable
// or ErrConfigInvalid if the issuer's keys could not be fetched.
func (v *Verifier) Verify(ctx context.Context, x *signing.Exhibit) (*signing.Verdict, error) {
	c := &verification{v: v, x: x, now: x.Now}
	if c.now.IsZero() {
		c.now = v.cfg.Now()
	}
	verdict, err := c.run(ctx)
	if err != nil {
		if e, ok := err.(*signing.Error); ok {
			e.Service, e.Op, e.Order = name, "verify", x.Ticket.ID
		}
		return nil, err
	}
	return verdict, nil
}

// A verification is the judging of one signed copy.
type verification struct {
	v       *Verifier
	x       *signing.Exhibit
	now     time.Time
	grown   bool // the first update behind the original adds pages
	untimed int  // signatures without a timestamp
	unnamed int  // signatures that do not name their certificate
	found   []found
}

// A found signature and what its evidence says.
type found struct {
	at      time.Time // of the timestamp; zero if there is none
	meta    meta
	proof   *proof
	expects int // index in Ticket.Signatories
}

func refuse(k signing.Kind, why string) *signing.Error {
	return &signing.Error{Kind: k, Why: why}
}

func (c *verification) run(ctx context.Context) (*signing.Verdict, error) {
	if err := c.checkExhibit(); err != nil {
		return nil, err
	}
	r, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	for i := range r.Signatures {
		if err := c.signature(ctx, &r.Signatures[i]); err != nil {
			return nil, err
		}
	}
	if err := c.assign(); err != nil {
		return nil, err
	}
	return c.verdict(), nil
}

// checkExhibit compares what the caller has brought with itself.
func (c *verification) checkExhibit() error {
	t, o := &c.x.Ticket, c.x.Order
	switch {
	case o == nil || c.x.Document < 0 || c.x.Document >= len(t.Documents) || len(t.Documents) != len(o.Documents) || len(t.Signatories) != len(o.Signatories):
		return refuse(signing.Conflict, "the ticket and the order do not belong together")
	case t.PlacedAt.IsZero():
		return refuse(signing.Conflict, "the ticket does not say when the order was placed")
	case sha256.Sum256(c.x.Original) != t.Documents[c.x.Document].SHA256:
		return refuse(signing.Conflict, "the original is not the document that was sent")
	}
	return nil
}
