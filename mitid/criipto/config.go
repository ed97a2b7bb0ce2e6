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

// guarded keeps a type of this package out of logs; see there.
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
	// KeyID is the kid under which PrivateKey is registered.
	KeyID string
	// AssertionAudience is the aud of the client assertion. If empty, it is the issuer, as
	// the vendor documents; one integrator reports the token endpoint.
	AssertionAudience string
	// Public is for an application without a secret that relies on PKCE alone.
	Public bool

	// DecryptionKeys open encrypted ID tokens; their public halves are registered
	// with "use": "enc". If nil, an encrypted token is refused. If set, a plain one is.
	DecryptionKeys []DecryptionKey
	// Userinfo also asks the userinfo endpoint and fills in what the ID token
	// lacks of name, birth date, country, CPR number and address. Level and capacity
	// come from the ID token alone. MitID's ID tokens are complete: leave it off.
	Userinfo bool
	// FormPost has the answer posted to the redirect URL instead of put into its
	// query.
	FormPost bool

	// BusinessLevel is the level of a business login whose token tells none.
	// If zero, such a login is refused with ErrAssuranceTooLow. Recorded tokens do
	// tell it; the vendor does not promise it.
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

	// Hosts are further hosts (host or host:port) that discovery may name. If nil, it may name
	// the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. It never follows redirects. If nil, it is one of our own
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
