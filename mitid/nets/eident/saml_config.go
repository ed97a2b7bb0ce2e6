package eident

import (
	"cmp"
	"crypto/x509"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// SAMLConfig configures a SAMLBroker. Origin, MID and Password are required. The other
// fields are for what a merchant agreed with the vendor, and for what the vendor does not
// publish.
type SAMLConfig struct {
	guarded

	// Origin is https://www.ident-preprod1.nets.eu for tests and
	// https://www.e-ident.nets.eu in production. http is taken on a loopback address only.
	Origin string
	// MID is the merchant id. The vendor has registered the redirect URL of the
	// mitid.Client as the artifact receiver of this merchant.
	MID string
	// Password authenticates the merchant when it fetches an assertion (HTTP Basic).
	Password mitid.Secret

	// Signers are the certificates whose keys sign assertions. If not nil, an assertion
	// must have a signature of one of them, with SHA-256 or stronger. If nil, no signature
	// is looked at, also if there is one: TLS and Origin then say who made the assertion,
	// and Login.Evidence proves it to nobody else. The vendor does not publish whether
	// assertions are signed.
	Signers []*x509.Certificate
	// Issuer is the attribute Issuer of assertions, compared byte for byte. If empty, every
	// issuer will do, because Origin says who made the assertion. The vendor does not
	// publish the value.
	Issuer string
	// Audience must be in every list of audiences of an assertion, and there must be one.
	// If empty, an assertion may have none, and each that it has must name MID.
	Audience string
	// IncompleteProfile takes an answer that lacks what the Browser/Artifact profile of SAML
	// 1.1 demands beside the facts: InResponseTo, the AuthenticationStatement, and the
	// confirmation method of a Subject. What is there must be right all the same. A login
	// without AuthenticationStatement has no time, and cannot be fresh.
	IncompleteProfile bool
	// NoStatus leaves out the parameter status, by which E-Ident sends a person whose login
	// failed to the redirect URL. Set it if the vendor registered another address for that:
	// the pending login then ends when it expires.
	NoStatus bool

	// Language is the language of the broker's pages if Request.Locale is not set. If
	// zero, it is Danish. (The broker's own default is Norwegian.)
	Language mitid.Locale
	// AAL is as in Config.
	AAL claims.Level
	// UUIDInURL sends Request.UUID as presetid in the address that the browser opens. The
	// UUID then gets into browser histories and logs. If false, Request.UUID is refused with
	// ErrUnsupported, and a step-up with a new login does without it.
	UUIDInURL bool
	// HintEncoding is how presetid is written. If zero, it is Plain.
	HintEncoding TextEncoding
	// TextEncoding is how reference and transaction texts are written. If zero, it is Plain.
	TextEncoding TextEncoding
	// PKIVendorSeparator separates two eIDs in forcepkivendor: "," or " ". If empty, it is
	// ",".
	PKIVendorSeparator string
	// OrganisationNameAttribute is an attribute with the organisation's name, for assertions
	// without NEMLOGIN.ORG_NAME. If empty, there is none.
	OrganisationNameAttribute string
	// OrganisationNumberAttribute is an attribute with the organisation's CVR number, for
	// assertions without NEMLOGIN.CVR. If empty, there is none.
	OrganisationNumberAttribute string
	// PrivateForCompany is as in Config.
	PrivateForCompany bool
	// DigestOverParameter is as in Config, for TRANSACTION_TEXT_SHA256.
	DigestOverParameter bool
	// ReferenceTextOptional is as in Config.
	ReferenceTextOptional bool

	// HTTPClient makes the calls. Redirects are never followed. If nil, it is a client
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
}

// settings returns the fields that both protocols have, and what is wrong with one, or "".
func (c *SAMLConfig) settings() (s settings, why string) {
	s = settings{
		uuidInURL: c.UUIDInURL, textOptional: c.ReferenceTextOptional, digestSent: c.DigestOverParameter, privateActs: c.PrivateForCompany,
		language: cmp.Or(c.Language, mitid.Danish), aal: c.AAL, hintAs: c.HintEncoding, textAs: c.TextEncoding,
		separator: cmp.Or(c.PKIVendorSeparator, ","), orgName: c.OrganisationNameAttribute, orgNumber: c.OrganisationNumberAttribute,
	}
	return s, cmp.Or(c.invalid(), s.invalid("PKIVendorSeparator"))
}

func (c *SAMLConfig) invalid() string {
	switch {
	case !isOrigin(c.Origin):
		return "Origin must be an https address (http on loopback only) without a path"
	case !isVisible(c.MID) || strings.Contains(c.MID, ":"): // RFC 7617 section 2
		return "MID must be 1 to 512 visible ASCII characters without a colon"
	case c.Password.IsZero():
		return "Password is missing"
	case c.Signers != nil && len(c.Signers) == 0:
		return "Signers is empty: name a certificate, or leave it nil"
	}
	for _, s := range c.Signers {
		if s == nil {
			return "Signers holds a nil certificate"
		}
		if !xmlsig.Counts(s.PublicKey) {
			return "Signers holds a key that cannot sign assertions: RSA with 2048 bits or more, or ECDSA over P-256, P-384 or P-521 can"
		}
	}
	return ""
}

// isOrigin reports whether s is a scheme and a host, and no more.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || !isVisible(s) || u.Hostname() == "" || s != u.Scheme+"://"+u.Host {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}

// isVisible reports whether s is 1 to 512 visible ASCII characters.
func isVisible(s string) bool {
	return s != "" && len(s) <= 512 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
