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
	// Name is the broker's name in texts: "criipto".
	Name string
	// Issuer is compared byte for byte with what the broker says. https; http is
	// taken on loopback only. No query, no fragment, no trailing slash.
	Issuer string
	// ClientID is how the broker knows us.
	ClientID string
	// Auth is how the token and PAR endpoints know us. If zero, they do not know us, as with a
	// public client with PKCE.
	Auth ClientAuth
	// Request signs the requests that a browser carries. If zero, they are not signed.
	Request RequestSigner
	// ResponseMode is how answers arrive: "query" or "form_post". If empty, it is "query". It is
	// compared with what discovery offers, and not sent.
	ResponseMode string
	// Hosts are further hosts (host or host:port) on which discovery may place
	// endpoints, beside the issuer's own.
	Hosts []string
	// Algs are the signature algorithms taken in ID tokens: RS256, RS384, RS512,
	// PS256, PS384, PS512, ES256, ES384. What the message or discovery says never
	// widens them.
	Algs []string
	// Decrypt are the keys for encrypted ID tokens. If there are none, an encrypted token is refused. If there
	// are some, a plain one is refused, unless AcceptPlain.
	Decrypt     []DecryptKey
	AcceptPlain bool
	// ErrorsWithoutIssuer takes an error answer without `iss` from a broker that
	// announces it (RFC 9207). It never applies to an answer with a code.
	ErrorsWithoutIssuer bool
	// HTTPClient makes the calls. If nil, it is the default transport. Redirects are never
	// followed and cookies never kept, whatever it says.
	HTTPClient *http.Client
	// Timeout bounds each call as a whole. If zero, it is 10 seconds.
	Timeout time.Duration
	// MaxBody bounds each answer in bytes, after unpacking. If zero, it is 1 MiB.
	MaxBody int64
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Skew is how far the broker's clock may differ from ours. If zero, it is 5 minutes.
	Skew time.Duration
	// Cache bounds the life of the discovery document and of the keys.
	Cache Cache
}

// Cache says how long a document of the broker is used. The broker's
// Cache-Control max-age decides between MinAge and MaxAge.
type Cache struct {
	MinAge     time.Duration // if zero, 5 minutes
	MaxAge     time.Duration // if zero, 24 hours
	DefaultAge time.Duration // without a max-age; if zero, 1 hour
	// StaleFor is how long after it was fetched a copy still serves while
	// fetching a new one fails. If zero, it is 24 hours.
	StaleFor time.Duration
	// CoolDown is the least time between two fetches that a key id asked for and
	// that did not bring it. If zero, it is 10 seconds.
	CoolDown time.Duration
}

// AuthMethod is a way of client authentication.
type AuthMethod uint8

// The methods. Values as in the IANA registry of token endpoint authentication
// methods.
const (
	None          AuthMethod = iota // client_id in the body, nothing else
	Basic                           // client_secret_basic, both halves form-encoded (RFC 6749 section 2.3.1)
	Post                            // client_secret_post
	PrivateKeyJWT                   // private_key_jwt (RFC 7523)
)

// ClientAuth is how the broker knows us. It prints as its method alone.
type ClientAuth struct {
	Method   AuthMethod
	Secret   func() string // Basic, Post
	Key      crypto.Signer // PrivateKeyJWT: RSA of 2048 bits or more, or ECDSA on P-256 or P-384
	KeyID    string        // the kid registered for Key; may be empty
	Alg      string        // if empty, RS256, ES256 or ES384 as Key demands
	Audience string        // if empty, the issuer
}

// Format writes the method under every verb.
func (a ClientAuth) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[client auth %d]", a.Method) }

// LogValue returns the method.
func (a ClientAuth) LogValue() slog.Value { return slog.IntValue(int(a.Method)) }

// DecryptKey opens tokens that were encrypted for us (RSA-OAEP-256). It prints
// as its key id alone.
type DecryptKey struct {
	KeyID string // if empty, tried for every token
	Key   *rsa.PrivateKey
}

// Format writes the key id under every verb.
func (k DecryptKey) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[key %q]", k.KeyID) }

// LogValue returns the key id.
func (k DecryptKey) LogValue() slog.Value { return slog.StringValue(k.KeyID) }
