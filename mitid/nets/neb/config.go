package neb

import (
	"crypto"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
)

// The issuers (Signaturgruppen, environments). Each has its own clients.
const (
	Production    = "https://netseidbroker.dk/op"
	PreProduction = "https://pp.netseidbroker.dk/op"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// Config configures a Broker. Issuer, ClientID and one way to authenticate are
// required.
type Config struct {
	guarded

	// Issuer is Production, PreProduction, or the address of a fake.
	Issuer string
	// ClientID is the client's id, a UUID at the real broker.
	ClientID string

	// ClientSecret authenticates the client with client_secret_basic.
	ClientSecret mitid.Secret
	// PostSecret sends ClientSecret with client_secret_post instead.
	PostSecret bool
	// PrivateKey authenticates with private_key_jwt instead of a secret: RS256,
	// ES256 or ES384 as the key is. Its public half is registered at the client.
	PrivateKey crypto.Signer
	// KeyID is the kid that is registered for PrivateKey.
	KeyID string

	// SignRequests sends every login as a signed request object. RequestKey signs it,
	// else PrivateKey, else ClientSecret (HS256). The broker then takes any app switch
	// address, even one that is not registered.
	SignRequests bool
	// RequestKey signs requests. If nil, PrivateKey does.
	RequestKey crypto.Signer
	// RequestKeyID is the kid that is registered for RequestKey.
	RequestKeyID string

	// Source is where the facts about the person come from. If zero, they come from the
	// userinfo token that comes with the ID token.
	Source Source
	// TransactionToken asks for the transaction token at every login. The token is signed
	// with a qualified organisation certificate and can be verified for six years.
	// Login.Evidence keeps it. If false, a login asks for it only if it shows a text.
	TransactionToken bool
	// RegisteredName asks for the parts of the name in CPR (scope ssn.details_name) at
	// every login that asks for the CPR number or the address.
	RegisteredName bool
	// FormPost makes the broker post its answer to the redirect URL. If false, the
	// answer is in the query.
	FormPost bool
	// MaxAge is the greatest age of a session at the broker that may answer a login, in
	// whole seconds. If zero, the client's settings at the broker decide.
	MaxAge time.Duration

	// TextCarrier is how a transaction text is sent to the broker. If zero, it is
	// SignText.
	TextCarrier TextCarrier
	// ReferenceTextOptional accepts an answer that does not repeat the reference text. A
	// login with a reference text then asks for no transaction token. If false, such an
	// answer is refused with ErrTransactionMismatch. A different text is refused either
	// way.
	ReferenceTextOptional bool

	// TransactionSubject is the subject of the certificate that signs transaction
	// tokens, as the broker's documentation writes it: "CN=…, SERIALNUMBER=…, …". The
	// order does not matter. If empty, it is the documented one of the Issuer. For an
	// Issuer that is neither Production nor PreProduction, both documented ones are taken.
	TransactionSubject string
	// TransactionIssuer is the certificate of the authority that issues that certificate
	// (an OCES issuing authority of Den Danske Stat). If nil, the certificate is trusted
	// for its subject and for its place in the broker's key document; see the package
	// documentation.
	TransactionIssuer *x509.Certificate
	// OCSPOptional takes a transaction token without an OCSP answer. If there is an
	// answer, it is checked.
	OCSPOptional bool

	// AgeScope is how a proof of age is asked for (mitid.Request.Age). If zero, it is
	// AgeVerify.
	AgeScope AgeScope
	// AgeProviders are further identity providers (claim idp) that may prove an age. If
	// nil, MitID alone may, and wallets too with AgeOverAnnounced.
	AgeProviders []string

	// Hosts are hosts (host or host:port) besides the issuer's own that discovery may
	// name. If nil, it may name the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. Redirects are never followed. If nil, it is a client
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// Source is where the facts about a person come from.
type Source uint8

// The sources.
const (
	UserinfoToken    Source = iota // a signed token in the token answer (scope userinfo_token)
	UserinfoEndpoint               // an unsigned answer to a further call; it has a few more claims
)

// TextCarrier is how a transaction text is sent to the broker.
type TextCarrier uint8

// The carriers.
const (
	// SignText pushes the text as signtext_base64: the documented way.
	SignText TextCarrier = iota
	// RequestObject puts the text into idp_params of a signed request object. The vendor
	// has not documented it since June 2025, but recordings show that it still works. It
	// needs SignRequests.
	RequestObject
)
