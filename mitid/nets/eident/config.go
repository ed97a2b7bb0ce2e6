package eident

import (
	"crypto/rsa"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
)

// guarded keeps a type of this package out of logs; see there.
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

	// Algorithm is how ID tokens are signed. If empty, it is RS256. A token never chooses.
	Algorithm string
	// DecryptionKeys open encrypted ID tokens, where that is agreed with the
	// vendor. If nil, an encrypted token is refused. If set, a plain one is.
	DecryptionKeys []DecryptionKey
	// Userinfo also asks the userinfo endpoint and fills in what the ID token
	// lacks.
	Userinfo bool

	// Language is that of the pages where the Request names none. If zero, it is Danish,
	// because the broker's own default is Norwegian.
	Language mitid.Locale
	// NoProfile leaves out the scope profile, and with it name and birth date.
	NoProfile bool
	// AAL asks for a level of the authenticator (aal_value) in place of the level
	// of assurance (loa_value, acr_values), because the broker ignores the one
	// where the other stands. The answer is held to AAL, and to Request.Level all
	// the same. If zero, the level of assurance is asked for.
	AAL claims.Level

	// UUIDInURL lets Request.UUID travel as login_hint in the address that the
	// browser opens, since this broker takes no pushed requests. It then stands in
	// browser histories and in the logs between. If false, Request.UUID is refused with
	// ErrUnsupported, and a step-up with a new login does without the hint.
	UUIDInURL bool
	// HintEncoding is how login_hint is written. If zero, it is Plain.
	HintEncoding TextEncoding
	// TextEncoding is how reference and transaction texts are written. If zero, it is Plain.
	TextEncoding TextEncoding
	// AMRSeparator stands between two eIDs in amr_values: "," or " ". If empty, it is ",".
	AMRSeparator string
	// PIDScope asks for the PID of NemID. If empty, it is nemid.pid.
	PIDScope string
	// PIDClaim is the claim that tells it. If empty, it is nemid.pid.
	PIDClaim string
	// OrganisationNameClaim is a further claim to take the organisation's name
	// from, where nemlogin.org_name is absent. If empty, there is none.
	OrganisationNameClaim string
	// OrganisationNumberClaim is a further claim to take the organisation's CVR
	// number from, where nemlogin.cvr is absent. If empty, there is none.
	OrganisationNumberClaim string
	// PrivateForCompany reads a login of identity_type private that names the company
	// the person represents as that of a signatory. Uncertain: the vendor documents
	// this use of a private MitID, and not which identity_type it gets. If false, only
	// professional is read so, and such a login is refused with ErrClaimInvalid.
	PrivateForCompany bool
	// DigestOverParameter expects transaction_text_sha256 over the parameter as it was
	// sent, which differs from the text where TextEncoding is Base64. Uncertain: the
	// vendor's page speaks of the parameter. If false, it is over the text.
	DigestOverParameter bool
	// ReferenceTextOptional accepts an answer that does not repeat the reference
	// text. If false, it is refused with ErrTransactionMismatch. A different text is
	// refused either way.
	ReferenceTextOptional bool

	// Hosts are further hosts (host or host:port) that discovery may name. If nil, it may name
	// the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. It never follows redirects. If nil, it is one of our own
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// TextEncoding is how a text stands in a parameter, below the percent-encoding
// that every parameter has.
type TextEncoding uint8

// The encodings.
const (
	Plain  TextEncoding = iota // the text itself
	Base64                     // standard Base64 of its UTF-8, as the broker behind this one wants it
)

// DecryptionKey is a private key for encrypted ID tokens (RSA-OAEP-256).
type DecryptionKey struct {
	guarded

	KeyID string
	Key   *rsa.PrivateKey
}
