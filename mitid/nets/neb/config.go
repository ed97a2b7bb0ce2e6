package neb

import (
	"crypto"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
)

// The issuers (Signaturgruppen, environments). Clients of one are unknown to the
// other.
const (
	Production    = "https://netseidbroker.dk/op"
	PreProduction = "https://pp.netseidbroker.dk/op"
)

// guarded keeps a type of this package out of logs; see there.
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
	// KeyID is the kid under which PrivateKey is registered.
	KeyID string

	// SignRequests sends every login as a signed request object: with RequestKey,
	// without one with PrivateKey, without either with ClientSecret (HS256). The
	// broker then takes any app switch address, listed or not.
	SignRequests bool
	// RequestKey signs requests where that is another key than PrivateKey.
	RequestKey crypto.Signer
	// RequestKeyID is the kid under which RequestKey is registered.
	RequestKeyID string

	// Source is where the facts about the person come from. If zero, they come from the userinfo
	// token that comes with the ID token.
	Source Source
	// TransactionToken asks for the transaction token at every login: a statement,
	// signed with a qualified organisation certificate, that can be verified for six
	// years; Login.Evidence keeps it. It is asked for anyway where a text is shown.
	TransactionToken bool
	// RegisteredName asks for the name as CPR has it, in parts, wherever the CPR
	// number or the address is asked for (scope ssn.details_name).
	RegisteredName bool
	// FormPost has the answer posted to the redirect URL instead of put into its
	// query.
	FormPost bool
	// MaxAge is how old a session at the broker may be to be used again, in whole
	// seconds. If zero, it is as the client is set up at the broker.
	MaxAge time.Duration

	// TextCarrier is how a transaction text reaches the broker. If zero, it is pushed, as
	// signtext.
	TextCarrier TextCarrier
	// ReferenceTextOptional accepts an answer that does not repeat the reference
	// text, and asks for no transaction token on its account. If false, it is refused with
	// ErrTransactionMismatch. A different text is refused either way.
	ReferenceTextOptional bool

	// TransactionSubject is the subject of the certificate that signs transaction
	// tokens, as the broker's documentation writes it: "CN=…, SERIALNUMBER=…, …". The
	// order does not matter. If empty, it is the documented one of the Issuer, and either of
	// the two documented ones where the Issuer is no known one.
	TransactionSubject string
	// TransactionIssuer is the authority that issues that certificate (an OCES
	// issuing authority of Den Danske Stat). If nil, its subject and the broker's key
	// document are all that vouches for it; see the package documentation.
	TransactionIssuer *x509.Certificate
	// OCSPOptional takes a transaction token that comes without an OCSP answer. One
	// that comes is checked all the same.
	OCSPOptional bool

	// AgeScope is how a proof of age is asked for (mitid.Request.Age). If zero, it is asked for with an
	// age client of the broker's.
	AgeScope AgeScope
	// AgeProviders are further identity providers (claim idp) whose answer to an age
	// counts. If nil, MitID's alone counts, and with AgeOverAnnounced the wallets'.
	AgeProviders []string

	// Hosts are further hosts (host or host:port) that discovery may name. If nil, it may name
	// the issuer's own only.
	Hosts []string
	// HTTPClient makes the calls. It never follows redirects. If nil, it is one of our own
	// with a timeout of 10 seconds.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// Source is where the facts about a person come from.
type Source uint8

// The sources.
const (
	UserinfoToken    Source = iota // signed, in the token answer (scope userinfo_token)
	UserinfoEndpoint               // a call more, unsigned; it tells a little more
)

// TextCarrier is how a transaction text reaches the broker.
type TextCarrier uint8

// The carriers.
const (
	// SignText pushes the text as signtext_base64: the documented way.
	SignText TextCarrier = iota
	// RequestObject puts the text into idp_params of a signed request object: no
	// longer documented since June 2025, but recorded as working after that. It
	// needs SignRequests.
	RequestObject
)
