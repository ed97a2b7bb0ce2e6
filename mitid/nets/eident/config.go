package eident

import (
	"crypto/rsa"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// Config configures a Broker. Issuer, ClientID and ClientSecret are required. The
// other fields are for what a merchant agreed with the vendor, and for what the
// vendor does not publish.
type Config struct {
	guarded

	// Issuer is https://www.ident-preprod1.nets.eu/oidc for tests and
	// https://www.e-ident.nets.eu/oidc in production. http is taken on a loopback
	// address only.
	Issuer string
	// ClientID is the merchant id (MID).
	ClientID string
	// ClientSecret authenticates the merchant with client_secret_basic.
	ClientSecret mitid.Secret
	// PostSecret sends ClientSecret with client_secret_post instead.
	PostSecret bool

	// Algorithm is the signature algorithm of ID tokens. If empty, it is RS256. A token
	// with another algorithm is refused.
	Algorithm string
	// DecryptionKeys open encrypted ID tokens, where that is agreed with the
	// vendor. If nil, an encrypted token is refused. If not nil, a plain one is refused.
	DecryptionKeys []DecryptionKey
	// Userinfo calls the userinfo endpoint too and adds what the ID token lacks.
	Userinfo bool

	// Language is the language of the broker's pages if Request.Locale is not set. If
	// zero, it is Danish. (The broker's own default is Norwegian.)
	Language mitid.Locale
	// NoProfile leaves out the scope profile, and with it name and birth date.
	NoProfile bool
	// AAL asks for a level of the authenticator (aal_value) in place of a level of
	// assurance (loa_value, acr_values). The broker ignores one if the other is there.
	// The answer must reach both AAL and Request.Level. If zero, the level of assurance
	// is asked for.
	AAL claims.Level

	// UUIDInURL sends Request.UUID as login_hint in the address that the browser opens,
	// because this broker takes no pushed requests. The UUID then gets into browser
	// histories and logs. If false, Request.UUID is refused with ErrUnsupported, and a
	// step-up with a new login does without the hint.
	UUIDInURL bool
	// HintEncoding is how login_hint is written. If zero, it is Plain.
	HintEncoding TextEncoding
	// TextEncoding is how reference and transaction texts are written. If zero, it is Plain.
	TextEncoding TextEncoding
	// AMRSeparator separates two eIDs in amr_values: "," or " ". If empty, it is ",".
	AMRSeparator string
	// PIDScope asks for the PID of NemID. If empty, it is nemid.pid.
	PIDScope string
	// PIDClaim is the claim with the PID of NemID. If empty, it is nemid.pid.
	PIDClaim string
	// OrganisationNameClaim is a claim with the organisation's name, for tokens without
	// nemlogin.org_name. If empty, there is none.
	OrganisationNameClaim string
	// OrganisationNumberClaim is a claim with the organisation's CVR number, for tokens
	// without nemlogin.cvr. If empty, there is none.
	OrganisationNumberClaim string
	// PrivateForCompany takes a login with identity_type private that names a company
	// for the login of a signatory. The vendor documents this use of a private MitID, but
	// not its identity_type. If false, such a login is refused with ErrClaimInvalid, and
	// only one with identity_type professional is that of a signatory.
	PrivateForCompany bool
	// DigestOverParameter expects transaction_text_sha256 to be the digest of the
	// parameter as it was sent. It differs from the digest of the text if TextEncoding is
	// Base64. The vendor's page speaks of the parameter. If false, it is the digest of
	// the text.
	DigestOverParameter bool
	// ReferenceTextOptional accepts an answer that does not repeat the reference
	// text. If false, it is refused with ErrTransactionMismatch. A different text is
	// refused either way.
	ReferenceTextOptional bool

	// Hosts are hosts (host or host:port) besides the issuer's own that discovery may
	// name. If nil, it may name the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. Redirects are never followed. If nil, it is a client
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// TextEncoding is how a text is written into a parameter, before the percent-encoding
// that every parameter has.
type TextEncoding uint8

// The encodings.
const (
	Plain  TextEncoding = iota // the text itself
	Base64                     // standard Base64 of its UTF-8, which the broker behind E-Ident expects
)

// DecryptionKey is a private key for encrypted ID tokens (RSA-OAEP-256).
type DecryptionKey struct {
	guarded

	KeyID string
	Key   *rsa.PrivateKey
}
