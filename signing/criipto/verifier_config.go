package criipto

import (
	"crypto/x509"
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// VerifierConfig configures a Verifier. Issuer and Audiences are required. It prints as a
// placeholder.
type VerifierConfig struct {
	guarded
	// Issuer is the Criipto (Idura) Verify domain at which the people log in to sign, such
	// as https://acme.idura.broker. Its discovery document gives the keys that tokens are
	// checked with. The keys that a signed copy brings along prove nothing. http is taken
	// on a loopback address only.
	Issuer string
	// Audiences are the Verify applications that sign for you, such as
	// urn:my:application:identifier:6765. A token must be for one of them and nobody else.
	Audiences []string
	// Level is the least level that a person must have signed at. If zero, substantial.
	Level claims.Level

	// Seals are the SHA-256 of the certificates that may seal documents. A document with
	// another seal is refused. If nil, any will do, and the verdict says so.
	Seals []signing.Digest
	// SealRoots are the authorities of which a seal must have its certificate. If nil,
	// that is not checked, and the verdict says so. The vendor's test seal has none:
	// use Seals there.
	SealRoots *x509.CertPool
	// TimestampRoots are the authorities of which timestamps must have their
	// certificates. If nil, that is not checked, and the verdict says so.
	TimestampRoots *x509.CertPool

	// Rewritten accepts a signed copy that does not begin with the original. The service
	// normally makes a new file of a document, with a page for the signatures. The
	// pages are not compared then, and the verdict says so: only the seal vouches for
	// them. So it needs Seals or SealRoots.
	Rewritten bool
	// TimestampOptional accepts signatures without a timestamp. Their tokens must still
	// be valid when they are verified, some 20 minutes later. If false, they are refused.
	TimestampOptional bool
	// AllowTest accepts evidence of the vendor's test environment, where anybody can sign
	// as anybody. If false, it is refused.
	AllowTest bool
	// IDs says how the ids of the interface and those in signed copies compare.
	IDs IDRule
	// Skew is how far the clocks of the issuer, the timestamp authority and this machine
	// may differ, at most 10 minutes. A token that is older than the order by less is
	// accepted, so keep it small. If zero, 30 seconds.
	Skew time.Duration

	// Hosts are hosts (host or host:port) besides the issuer's own that discovery may
	// name. If nil, it may name the issuer's own only.
	Hosts []string
	// HTTPClient fetches discovery and keys. Redirects are never followed. If nil, it is a
	// client with a timeout of 10 seconds.
	HTTPClient *http.Client
	Now        func() time.Time // if nil, time.Now
}

// IDRule says how the ids of orders and signatories in the interface compare with those
// in the evidence of a signed copy. The vendor does not document it.
type IDRule uint8

const (
	// IDsContain wants an id of the interface that is the id of the evidence, or contains
	// it if that is a GUID, as text or after decoding base64. Letter case and hyphens do
	// not count.
	IDsContain IDRule = iota
	// IDsDiffer is for ids that cannot be compared. All signatures must then name one
	// order, whichever it is, and each another signatory. Who signed for which signatory
	// follows from Signatory.Who; at most one signatory may be anyone. What ties a
	// signature to the order is [Message] and the time. The verdict says so.
	IDsDiffer
)

func (cfg VerifierConfig) withDefaults() (VerifierConfig, error) {
	switch {
	case cfg.Issuer == "":
		return cfg, cfg.invalid("Issuer is missing")
	case len(cfg.Audiences) == 0:
		return cfg, cfg.invalid("Audiences is empty")
	case len(cfg.Audiences) > 16:
		return cfg, cfg.invalid("Audiences has more than 16 entries")
	case cfg.Level != 0 && !cfg.Level.IsValid():
		return cfg, cfg.invalid("Level is no level")
	case cfg.IDs > IDsDiffer:
		return cfg, cfg.invalid("IDs is no rule")
	case cfg.Skew < 0 || cfg.Skew > 10*time.Minute:
		return cfg, cfg.invalid("Skew is negative or more than 10 minutes")
	case cfg.Seals != nil && len(cfg.Seals) == 0:
		return cfg, cfg.invalid("Seals is empty, so no document could ever be right; leave it nil to take any seal")
	case cfg.Rewritten && len(cfg.Seals) == 0 && cfg.SealRoots == nil:
		return cfg, cfg.invalid("Rewritten needs Seals or SealRoots: without them anybody could have made the pages")
	}
	if cfg.Level == 0 {
		cfg.Level = claims.Substantial
	}
	if cfg.Skew == 0 {
		cfg.Skew = 30 * time.Second
	}
	cfg.Now = clock(cfg.Now)
	cfg.Audiences, cfg.Seals, cfg.Hosts = slices.Clone(cfg.Audiences), slices.Clone(cfg.Seals), slices.Clone(cfg.Hosts)
	return cfg, nil
}

func (VerifierConfig) invalid(why string) *signing.Error {
	return &signing.Error{Kind: signing.ConfigInvalid, Service: name, Op: "new", Why: "VerifierConfig." + why}
}
