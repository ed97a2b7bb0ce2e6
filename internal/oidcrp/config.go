package oidcrp

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Config configures a Party. Name, Issuer, ClientID and Algs are required.
type Config struct {
	// Name is the broker's name in error texts: "criipto".
	Name string
	// Issuer is the broker's issuer identifier. It is compared byte for byte with what
	// the broker says. It is an https address without query, fragment and trailing
	// slash. http is taken on loopback only.
	Issuer string
	// ClientID is the client_id that the broker has given to the application.
	ClientID string
	// Auth authenticates the client at the token and PAR endpoints. If zero, the client
	// is a public one, which PKCE alone protects.
	Auth ClientAuth
	// Request signs the requests that a browser carries. If zero, they are not signed.
	Request RequestSigner
	// ResponseMode is how answers arrive: "query" or "form_post". If empty, it is
	// "query". It is compared with what discovery offers. The caller sends it.
	ResponseMode string
	// Hosts are hosts (host or host:port) besides the issuer's own on which the
	// broker's endpoints may be.
	Hosts []string
	// Algs are the signature algorithms that ID tokens may have: RS256, RS384, RS512,
	// PS256, PS384, PS512, ES256, ES384. Neither a token nor discovery adds to them.
	Algs []string
	// Decrypt are the keys for encrypted ID tokens. If empty, an encrypted token is
	// refused. If not empty, a plain token is refused, unless AcceptPlain is set.
	Decrypt     []DecryptKey
	AcceptPlain bool
	// ErrorsWithoutIssuer takes an error answer without iss even if the broker
	// announces iss (RFC 9207). It never applies to an answer with a code.
	ErrorsWithoutIssuer bool
	// KeysOnly is for a Party that only verifies tokens. Of the discovery document it reads
	// the issuer and jwks_uri, and what else is in it or missing does not matter.
	KeysOnly bool
	// HTTPClient makes the calls. If nil, http.DefaultTransport does. Redirects are
	// never followed and cookies never kept, whatever its settings.
	HTTPClient *http.Client
	// Timeout is the time limit of each call, the body included. If zero, it is 10
	// seconds.
	Timeout time.Duration
	// MaxBody is the size limit of each answer, in bytes after decompression. If zero,
	// it is 1 MiB.
	MaxBody int64
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Skew is how far the broker's clock may differ from ours. If zero, it is 5 minutes.
	Skew time.Duration
	// Cache says how long the discovery document and the keys are used.
	Cache Cache
}

// Cache says how long a document of the broker is used. The max-age of the broker's
// Cache-Control header decides, within MinAge and MaxAge.
type Cache struct {
	MinAge     time.Duration // if zero, 5 minutes
	MaxAge     time.Duration // if zero, 24 hours
	DefaultAge time.Duration // for an answer without max-age; if zero, 1 hour
	// StaleFor is the age up to which a copy is used while fetching a new one fails.
	// If zero, it is 24 hours.
	StaleFor time.Duration
	// CoolDown is the least time between two fetches for unknown key ids if the first
	// did not bring the key. If zero, it is 10 seconds.
	CoolDown time.Duration
}

// AuthMethod is a way of client authentication.
type AuthMethod uint8

// The methods of the IANA registry of token endpoint authentication methods.
const (
	None          AuthMethod = iota // client_id in the body and nothing else
	Basic                           // client_secret_basic; id and secret are form-encoded (RFC 6749 section 2.3.1)
	Post                            // client_secret_post
	PrivateKeyJWT                   // private_key_jwt (RFC 7523)
)

// ClientAuth authenticates the client. It prints as its method alone.
type ClientAuth struct {
	Method   AuthMethod
	Secret   func() string // for Basic and Post
	Key      crypto.Signer // for PrivateKeyJWT: RSA of 2048 bits or more, or ECDSA on P-256 or P-384
	KeyID    string        // the kid registered for Key; may be empty
	Alg      string        // if empty, RS256, ES256 or ES384, by the type of Key
	Audience string        // if empty, the issuer
}

// Format writes the method under every verb.
func (a ClientAuth) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[client auth %d]", a.Method) }

// LogValue returns the method.
func (a ClientAuth) LogValue() slog.Value { return slog.IntValue(int(a.Method)) }

// DecryptKey decrypts ID tokens (RSA-OAEP-256). It prints as its key id alone.
type DecryptKey struct {
	KeyID string // if empty, the key is tried for every token
	Key   *rsa.PrivateKey
}

// Format writes the key id under every verb.
func (k DecryptKey) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[key %q]", k.KeyID) }

// LogValue returns the key id.
func (k DecryptKey) LogValue() slog.Value { return slog.StringValue(k.KeyID) }
