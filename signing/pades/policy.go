package pades

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// A Policy says what a signature must be like. The zero value trusts nobody: every signature
// that is sound is indeterminate. It prints as a placeholder.
type Policy struct {
	guarded
	// Roots are the authorities that certificates of signatures must lead to.
	Roots *x509.CertPool
	// Signers are the subjects of certificates that may sign, as Signature.Signer writes them. If nil,
	// whoever has a certificate of Roots may: give Signers where Roots issue to many, because evidence
	// whose keys came with it is worth as much as the seal. It does not concern Pins.
	Signers []string
	// TimestampRoots are those of time-stamping authorities. If nil, they are Roots.
	TimestampRoots *x509.CertPool
	// Pins are the SHA-256 of certificates that are trusted themselves, whoever issued them and
	// revoked or not, as long as they have not expired. It is for test environments, whose seals
	// no authority vouches for.
	Pins [][sha256.Size]byte

	// At is the time of the judgement. If zero, it is Now.
	At  time.Time
	Now func() time.Time // if nil, time.Now
	// Skew is how far clocks may differ. If zero, 5 minutes.
	Skew time.Duration

	// AnySeal takes certificates that lead to none of Roots, and AnyTimestamp time-stamping authorities
	// that do not: something else than an authority vouches for the file then. The notes say so.
	AnySeal, AnyTimestamp bool
	// Timestamps demands a timestamp that counts for each signature.
	Timestamps bool
	// NoRevocation takes certificates without an answer about revocation. Answers that are in the
	// file count all the same.
	NoRevocation bool
	// BER takes signatures in BER with indefinite lengths, as some programs in the EU write them.
	BER bool
	// FormFilling takes form fields that were filled in after a signature that does not forbid it.
	FormFilling bool

	// Evidence is the form of evidence of a login that each signature must have.
	Evidence Evidence
	// Keys are JWK sets (RFC 7517) that were fetched from the issuers of evidence, by issuer. A token of
	// an issuer that is not among them is verified with the keys that came with it.
	Keys map[string][]byte
	// Issuers are the issuers whose tokens are taken. If nil, any is: the seal vouches for them.
	Issuers []string
	// Audiences are the applications whose tokens are taken. If nil, any is.
	Audiences []string
	// MinLevel is the least level of assurance of the login (NSIS). If zero, any will do.
	MinLevel claims.Level
	// AllowTest takes evidence of test environments, and simulated identities.
	AllowTest bool

	// Original is the document that was given for signing. If nil, it is not compared.
	Original []byte
}

// Evidence is a form of evidence of a login.
type Evidence uint8

// The forms.
const (
	NoEvidence      Evidence = iota // none is demanded; what is there is read
	CriiptoEvidence                 // of Criipto (Idura) Signatures, in the ContactInfo of each signature
	NetsEvidence                    // of Nets eID Broker's workflows, attached to the file
	IgnoredEvidence                 // what is there is not read: the caller judges it
)

// ForCriipto returns a policy for files of Criipto (Idura) Signatures.
func ForCriipto(roots *x509.CertPool) Policy {
	return Policy{Roots: roots, Timestamps: true, Evidence: CriiptoEvidence}
}

// ForNets returns a policy for files of Nets eID Broker's workflow signing.
func ForNets(roots *x509.CertPool) Policy {
	return Policy{Roots: roots, Timestamps: true, Evidence: NetsEvidence}
}

// withDefaults fills in what is zero. The error says which field is wrong.
func (p Policy) withDefaults() (Policy, error) {
	switch {
	case p.Skew < 0 || p.Skew > time.Hour:
		return p, errors.New("pades: Policy.Skew is negative or more than an hour")
	case p.Evidence > IgnoredEvidence:
		return p, errors.New("pades: Policy.Evidence is no form")
	case p.MinLevel != claims.LevelUnknown && !p.MinLevel.IsValid():
		return p, errors.New("pades: Policy.MinLevel is no level")
	}
	if p.TimestampRoots == nil {
		p.TimestampRoots = p.Roots
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.At.IsZero() {
		p.At = p.Now()
	}
	if p.Skew == 0 {
		p.Skew = 5 * time.Minute
	}
	return p, nil
}

// pinned reports whether a certificate is one of the pins.
func (p *Policy) pinned(c *x509.Certificate) bool {
	sum := sha256.Sum256(c.Raw)
	for _, pin := range p.Pins {
		if sum == pin {
			return true
		}
	}
	return false
}
