package evidence

import (
	"crypto/x509"
	"strings"
	"time"
)

// Policy says by which rules a bundle is checked. The zero value demands a timestamp and
// trusts no authority, so at least Roots must be set, or TimestampOptional.
type Policy struct {
	guarded

	// Roots are the certificates by which timestamps are trusted: roots of the timestamp
	// authorities, or their own certificates. If nil, no timestamp is trusted.
	Roots *x509.CertPool
	// TimestampOptional takes a bundle without a timestamp. Nothing then proves when it was
	// made, or that its keys are not the writer's own. A timestamp that is there is checked.
	TimestampOptional bool
	// AtIssue judges the tokens of a login, their certificates and OCSP answers at the time
	// when the token says that it was issued. If false, they are judged at the time of the
	// timestamp, if there is one. What is in a bundle about a signature is always judged
	// when it was issued, because an order ends after its signatures.
	AtIssue bool

	// Issuer is what every token must name as its issuer, byte for byte. If empty, it is
	// not compared, and the Report says so.
	Issuer string
	// ClientID is what every token but a workflow token must be for. If empty, it is
	// compared with the request in the bundle, if there is one.
	ClientID string
	// Reference is what the bundle must be about. If empty, it is not compared.
	Reference string

	// SignerRoots are the authorities that must have issued the certificates of transaction
	// and workflow tokens, and of OCSP answers about them. If nil, they are trusted for their place in
	// the broker's keys, and the Report says so.
	SignerRoots *x509.CertPool
	// OCSPOptional takes a transaction or workflow token without an OCSP answer. An answer that is
	// there is checked.
	OCSPOptional bool
	// ReferenceTextOptional takes a reference text that no token repeats.
	ReferenceTextOptional bool
}

// skew is how far the clocks of brokers, timestamp authorities and ours may differ.
const skew = 5 * time.Minute

// words says in words what p demands, for a Report.
func (p *Policy) words() string {
	demand := func(optional bool, what string) string {
		if optional {
			return what + " optional"
		}
		return what + " demanded"
	}
	words := []string{demand(p.OCSPOptional, "OCSP answer"), demand(p.ReferenceTextOptional, "reference text in a token")}
	if p.AtIssue {
		words = append(words, "logins judged at the issue of their tokens")
	}
	if p.SignerRoots != nil {
		words = append(words, "authorities of signing certificates given")
	}
	if p.Issuer != "" {
		words = append(words, "issuer "+p.Issuer)
	}
	if p.ClientID != "" {
		words = append(words, "client "+p.ClientID)
	}
	return strings.Join(words, "; ")
}
