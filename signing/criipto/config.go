package criipto

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/signing"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Config configures a Service. ClientID and ClientSecret are required. It prints as a
// placeholder.
type Config struct {
	guarded
	// Endpoint is the whole address of the GraphQL interface. If empty, DefaultEndpoint;
	// OlderEndpoint is the same service. http is taken on a loopback address only.
	Endpoint string
	// ClientID and ClientSecret are those of a Signatures application, not of a Verify
	// application. They decide between test and production.
	ClientID     string
	ClientSecret signing.Secret

	// Level is the least level of MitID at which people sign: substantial or high. If
	// zero, substantial.
	Level claims.Level
	// AskCPR allows orders whose signatories are demanded by CPR number (Who.CPR).
	//
	// Such an order asks MitID for the number (scope ssn) of everybody who signs it. The
	// number then stands in clear in the evidence inside each signed PDF, so everybody
	// who gets a copy can read the numbers of all signatories. Prefer Who.UUID or
	// Who.Subject, which need no number. If false, Who.CPR is refused.
	AskCPR bool
	// ViewWithoutLogin shows the documents to whoever has the link. If false, a person
	// logs in before the documents are shown, and again to sign.
	ViewWithoutLogin bool
	// UniqueEvidence is the claim by which the service sees that one person does not sign
	// for two signatories of an order. If empty, sub.
	UniqueEvidence string
	// LoginHint goes with every login, as at Criipto Verify. If empty, action:sign: the
	// MitID app then says that the person signs.
	LoginHint string
	// MessageBase64 sends the message, which the MitID app shows and the token brings
	// back, in base64. The vendor's example sends plain text, and its reference does not
	// say which it is. If false, it is plain text. See Message.
	MessageBase64 bool

	// Timezone is the IANA name of the time zone of the visible signatures. If empty,
	// Europe/Copenhagen; the service's own default is UTC.
	Timezone string
	// MaxSignatories is for how many signatories the service makes room on the pages that
	// it appends, 1–100. If zero, the service decides: 14.
	MaxSignatories int
	// NoFixes tells the service not to repair formatting errors of documents. If false,
	// it repairs them. Neither is known to leave a document byte for byte as it was.
	NoFixes bool
	// PreserveStructure asks the service to leave the structure of documents as it is
	// (preserveOriginalStructure, a beta of the vendor). It then adds no visible
	// signatures and no watermark.
	PreserveStructure bool
	// RemoveBookmarks makes the service remove bookmarks, which some readers take for a
	// change of a signed document.
	RemoveBookmarks bool

	// Verify configures the Verifier of signed copies, which signing.Client uses unless it is given
	// another. If nil, there is none.
	Verify *VerifierConfig

	// Webhook is where the service tells what happens to the orders that are placed. If
	// zero, it tells nobody: poll with [signing.Client.Watch].
	Webhook Hook

	// Kinds says what errors of the service mean, by extensions.code or by the whole
	// message. The service publishes no list. What is not in it is Refused for a call
	// that changes something, and Unavailable for one that reads. If nil, DefaultKinds.
	Kinds map[string]signing.Kind
	// PageSize is how many orders a page of Find and Orders has, 1–100. If zero, 100.
	PageSize int

	// HTTPClient makes the calls. Redirects are never followed, and it sends no cookies.
	// If nil, it is a client with the limits below.
	HTTPClient *http.Client
	// Timeout bounds a call without a document. If zero, 30 seconds.
	Timeout time.Duration
	// TransferTimeout bounds a call that carries a document. If zero, 5 minutes. A
	// download that brings less than 1 kB a second for ten seconds ends earlier.
	TransferTimeout time.Duration
	// MaxAnswer bounds an answer without a document, in bytes. If zero, 4 MB (4,000,000).
	MaxAnswer int64
	// MaxDocument bounds a signed document, in bytes. If zero, 64 MB (64,000,000), which
	// is also the most that a Verifier reads. A document that is sent must leave room for
	// what the service adds: it may have 16 MB less, or half if that is more.
	MaxDocument int64
	Now         func() time.Time // if nil, time.Now
	Logger      *slog.Logger     // hears of refused and failed webhooks; nil if there is none
}

// The addresses of the service. They are one service, in test as in production.
const (
	DefaultEndpoint = "https://signatures.idura.app/v1/graphql"
	OlderEndpoint   = "https://signatures-api.criipto.com/v1/graphql"
)

// Hook is where the service sends webhooks. It prints as a placeholder.
type Hook struct {
	guarded
	// URL is the address of the handler of [Service.Webhook]. https; http is taken on a
	// loopback address only.
	URL string
	// Secret authenticates webhooks: 32–64 random bytes. An order keeps the secret that
	// it was placed with, so keep former ones in WebhookConfig.Secrets while orders are
	// open.
	Secret []byte
	// Validate makes the service call URL before it takes an order. It refuses the order
	// unless it gets 200 within 5 seconds. See WebhookConfig.UnsignedValidation.
	Validate bool
}

// DefaultKinds returns the meanings that hold where Config.Kinds is nil. They are names
// that GraphQL servers commonly use; the vendor documents none.
func DefaultKinds() map[string]signing.Kind {
	return map[string]signing.Kind{
		"UNAUTHENTICATED":        signing.AuthFailed,
		"FORBIDDEN":              signing.AuthFailed,
		"AUTH_NOT_AUTHENTICATED": signing.AuthFailed,
		"AUTH_NOT_AUTHORIZED":    signing.AuthFailed,
		"NOT_FOUND":              signing.NotFound,
		"INTERNAL_SERVER_ERROR":  signing.Unavailable,
	}
}
