package criipto

import (
	"crypto"
	"crypto/rsa"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// Config configures a Broker. Issuer, ClientID and one way to authenticate are
// required.
type Config struct {
	guarded

	// Issuer is the Verify domain as an address, such as https://acme.idura.broker,
	// without a path. http is taken on a loopback address only.
	Issuer string
	// ClientID is the application's client id, such as
	// urn:my:application:identifier:6765.
	ClientID string

	// ClientSecret authenticates the application with client_secret_basic.
	ClientSecret mitid.Secret
	// PostSecret sends ClientSecret with client_secret_post instead.
	PostSecret bool
	// PrivateKey authenticates with private_key_jwt (RS256) instead of a secret.
	// Its public half is registered at the application with "use": "sig".
	PrivateKey crypto.Signer
	// KeyID is the kid that is registered for PrivateKey.
	KeyID string
	// AssertionAudience is the aud of the client assertion. If empty, it is the issuer,
	// as the vendor documents. One integrator reports that it must be the token endpoint.
	AssertionAudience string
	// Public is for an application without a secret that relies on PKCE alone.
	Public bool

	// DecryptionKeys open encrypted ID tokens; their public halves are registered
	// with "use": "enc". If nil, an encrypted token is refused. If not nil, a plain one
	// is refused.
	DecryptionKeys []DecryptionKey
	// Userinfo calls the userinfo endpoint too, for name, birth date, country, CPR number
	// and address that the ID token lacks. Level and capacity come from the ID token
	// alone. MitID's ID tokens are complete, so most applications leave it false.
	Userinfo bool
	// FormPost makes the broker post its answer to the redirect URL. If false, the
	// answer is in the query.
	FormPost bool

	// BusinessLevel is the level of a business login whose token has none. If zero, such
	// a login is refused with ErrAssuranceTooLow. Recorded tokens have a level, but the
	// vendor does not promise it.
	BusinessLevel claims.Level
	// ReferenceTextOptional accepts an answer that does not repeat the reference
	// text. If false, it is refused with ErrTransactionMismatch. A different text is
	// refused either way.
	ReferenceTextOptional bool

	// ScopeInHint sends ssn and address as login_hint tokens, for an intermediary
	// that owns the scope parameter.
	ScopeInHint bool
	// ACRInHint sends the acr value as a login_hint token as well, for an
	// intermediary that owns acr_values.
	ACRInHint bool
	// ControlledTransfer asks for a MitID Controlled Transfer session
	// (dk:mitid:ct); its id is in Claims.
	ControlledTransfer bool
	// NoContinueButton leaves out the continue button between app and browser.
	NoContinueButton bool
	// CSSPath chooses another style sheet for the broker's page: path and query,
	// as css_path wants it. If empty, it is the domain's own.
	CSSPath string

	// Hosts are hosts (host or host:port) besides the issuer's own that discovery may
	// name. If nil, it may name the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. Redirects are never followed. If nil, it is a client
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// DecryptionKey is a private key for encrypted ID tokens (RSA-OAEP-256).
type DecryptionKey struct {
	guarded

	KeyID string
	Key   *rsa.PrivateKey
}
