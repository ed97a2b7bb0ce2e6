package neb

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// guarded keeps a value out of everything that prints by accident.
type guarded = private.Value

// Config configures a Service. Broker, RedirectURL, APIClientID and APISecret are
// required, and Organisation for orders.
type Config struct {
	guarded

	// Broker logs the people in who sign. Its client may use the scope transaction_token.
	Broker *neb.Broker
	// RedirectURL is where the broker sends people after they have signed. It is registered
	// at the client of Broker. Logins need another one, or other StateKeys.
	RedirectURL string
	// StateKeys, MinLevel, Lifetime, Once and Logger are those of mitid.Config.
	StateKeys [][]byte `json:"-"`
	MinLevel  claims.Level
	Lifetime  time.Duration
	Once      mitid.Once
	Logger    *slog.Logger

	// APIClientID is the id of the API client, which is not the client of Broker. For orders it needs
	// the privileges "Workflow: API, read" and "Workflow: API, write".
	APIClientID string
	// APISecret is its secret, sent with client_secret_post, as the vendor's examples do.
	APISecret mitid.Secret
	// Organisation is whose workflows the orders are. If zero, there are no orders.
	Organisation claims.CVR

	// BaseURL is where the paths begin. If empty, it is the issuer's address with
	// /transactionsigning in place of its last part, /op.
	BaseURL string
	// SigntextPath, ReceiptPath and WorkflowPath follow BaseURL. If empty, they are
	// /api/v2/signtext, /api/v1/pades and /api/workflows.
	SigntextPath, ReceiptPath, WorkflowPath string

	// MaxDocument bounds a document, in bytes. If zero, 10 MB (10,000,000). The vendor
	// publishes no limit.
	MaxDocument int64
	// MaxAnswer bounds an answer, in bytes. A sealed PDF is a third longer in it. If zero,
	// 64 MiB.
	MaxAnswer int64
	// Timeout is the time limit of one call, the document included. If zero, 60 seconds.
	Timeout time.Duration
	// Expires is how long an order without Order.Expires is open. If zero, 30 days.
	Expires time.Duration
	// Overview shows the page with all documents of an order before the first document.
	Overview bool
	// PersonClaim is the claim with the MitID UUID of a person who must sign (Who.UUID), in
	// the broker's list of required claims. If empty, idp_identity_id.
	PersonClaim string
	// AllClaims puts every claim about the people who signed into the sealed PDF of an
	// order: birth dates, IP addresses, and CPR numbers if they were asked for. If false,
	// it holds their names and how they logged in.
	AllClaims bool
	// SealRoots are the authorities that the certificate of the seal of a PDF, and that of
	// its timestamp, must come from. If nil, any will do, and Verdict.Unchecked says so.
	SealRoots *x509.CertPool
	// Simulated accepts signatures of simulated identities. It is for tests alone.
	Simulated bool

	// HTTPClient makes the calls of the signing APIs. Redirects are never followed. If nil,
	// it is a client with the time limit of Timeout.
	HTTPClient *http.Client
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// The defaults of Config.
const (
	defaultDocument = 10_000_000
	defaultAnswer   = 64 << 20
	defaultTimeout  = time.Minute
	defaultExpires  = 30 * 24 * time.Hour
)

// fill sets the defaults, and returns what is wrong with a field, or "".
func (c *Config) fill() string {
	switch {
	case c.Broker == nil:
		return "Broker is missing"
	case c.APIClientID == "":
		return "APIClientID is missing"
	case c.APISecret.IsZero():
		return "APISecret is missing"
	case c.MaxDocument < 0 || c.MaxAnswer < 0 || c.Timeout < 0 || c.Expires < 0:
		return "MaxDocument, MaxAnswer, Timeout and Expires must not be negative"
	}
	set(&c.MaxDocument, defaultDocument)
	set(&c.MaxAnswer, defaultAnswer)
	set(&c.Timeout, defaultTimeout)
	set(&c.Expires, defaultExpires)
	set(&c.PersonClaim, "idp_identity_id")
	set(&c.SigntextPath, "/api/v2/signtext")
	set(&c.ReceiptPath, "/api/v1/pades")
	set(&c.WorkflowPath, "/api/workflows")
	for name, path := range map[string]string{"SigntextPath": c.SigntextPath, "ReceiptPath": c.ReceiptPath, "WorkflowPath": c.WorkflowPath} {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#%\\ ") || strings.Contains(path, "..") {
			return name + " must be a path that begins with a slash"
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c.fillBase()
}

// fillBase sets BaseURL.
func (c *Config) fillBase() string {
	issuer := c.Broker.Callback().Issuer
	if c.BaseURL == "" {
		host, ok := strings.CutSuffix(issuer, "/op")
		if !ok {
			return "BaseURL is missing: it cannot be derived from the issuer, which does not end with /op"
		}
		c.BaseURL = host + "/transactionsigning"
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Contains(u.Path, "..") {
		return "BaseURL must be an absolute address without query"
	}
	plain, err := url.Parse(issuer)
	if u.Scheme != "https" && (u.Scheme != "http" || err != nil || plain.Scheme != "http" || plain.Hostname() != u.Hostname()) {
		return "BaseURL must be https (http only on the host of an issuer with http, which is on loopback)"
	}
	return ""
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
