package postnord

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Config configures a Sender. BaseURL, System and one way to show a certificate are
// required. It prints as a placeholder.
type Config struct {
	guarded

	// BaseURL is the host of the agreement, such as https://api.e-boks.example,
	// with a path if it lies behind one. https only.
	BaseURL string
	// System is the id of the dispatch system: one to six letters or digits.
	System string
	// ClientID is the client id of the agreement: at most 32 letters or digits. It
	// stands in the middle of every message id and must not change while letters
	// are on their way. If empty, message ids are made without.
	ClientID string

	// Certificate is the client certificate, with its key. New refuses a key that does not
	// belong to it, and one that is not valid now. [Sender.SetCertificate] exchanges it.
	Certificate tls.Certificate
	// Roots are the authorities that the server's certificate may come from. If nil, they are
	// those of the system.
	Roots *x509.CertPool
	// HTTPClient makes the calls instead of Certificate and Roots, for a proxy
	// that shows the certificate. It never follows redirects. If nil, it is one of our own.
	HTTPClient *http.Client

	// NoContinue says that the server knows no 100-continue: the body leaves at once, before
	// the server has taken the certificate. If false, that is found out by one call that
	// waits three seconds in vain.
	NoContinue bool
	// TLS12 is for a server that asks for the certificate only after the request, which
	// works with TLS 1.2 alone. It allows no later version. Not with HTTPClient.
	TLS12 bool

	// Materials maps the app's words to the content type ids of the agreement. If nil,
	// a letter's Material is the id itself. If set, a Material that is not in it is
	// refused with ErrInputInvalid.
	Materials map[eboks.Material]string

	// Answer says what a success looks like. If zero, it is AnswerJSON.
	Answer Answer
	// RecipientOptional accepts an answer that does not repeat the recipient's
	// number. If false, it is OutcomeUnknown. Another number is, either way.
	RecipientOptional bool
	// NoDedupe says that the agreement does not promise to recognise a repeated
	// message id, so that no letter with an unknown outcome is offered again. If false,
	// it does, as two public senders rely on.
	NoDedupe bool

	// CPRInURL allows the lookup of a person, which has the CPR number in its
	// address. If false, it is refused with ErrUnsupported.
	CPRInURL bool
	// LookupName is what the lookup's answer calls its verdict: the XML element and
	// the JSON member. If empty, it is "Tilmeldt" in XML, "tilmeldt" in JSON.
	LookupName string

	// StatusURL is where a letter's state can be read, as an https address with
	// {message} for the message id and, if it is wanted, {client} for ClientID:
	// https://proxy.example/rest/messages/{client}/?message_id={message}. If empty,
	// states cannot be read.
	StatusURL string

	// Limits bound a letter; Attachments is not used, there are none. Zero fields:
	// eboks' own. Neither the longest title nor the largest document is public.
	Limits eboks.Limits
	// Timeout is for one call, the letter included. If zero, it is 60 seconds.
	Timeout time.Duration
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// Answer says what a success looks like.
type Answer uint8

// The answers.
const (
	// AnswerJSON means that the answer names the message and says of the recipient what
	// became of it. Nothing else is a success.
	AnswerJSON Answer = iota
	// AnswerStatus means that the status 200, 201, 202 or 204 is enough: the letter is
	// taken in. A body that is AnswerJSON's is read as with it, and a fault or a page of
	// HTML is no success. Any other body, or none, says no more.
	AnswerStatus
	lastAnswer
)

// The bounds of the ids, in characters. A message id is System, filled up with
// zeros to systemLength, then ClientID, then the letter's ID in hexadecimal.
const (
	systemLength   = 6
	maxClientID    = 32
	maxContentType = 64
)

const defaultTimeout = 60 * time.Second

const (
	messageVariable = "{message}"
	clientVariable  = "{client}"
)

func (c *Config) check() error {
	switch {
	case !isHTTPS(c.BaseURL, false):
		return configInvalid("Config.BaseURL needs an https address without user, query and fragment")
	case len(c.System) > systemLength || !isID(c.System):
		return configInvalid("Config.System needs one to six letters or digits")
	case len(c.ClientID) > maxClientID || c.ClientID != "" && !isID(c.ClientID):
		return configInvalid("Config.ClientID needs at most 32 letters or digits")
	case c.HTTPClient != nil && (c.Roots != nil || c.TLS12):
		return configInvalid("Config.Roots and Config.TLS12 are not used with Config.HTTPClient")
	case c.Answer >= lastAnswer:
		return configInvalid("Config.Answer is none of the answers")
	case c.Limits.Title < 0 || c.Limits.File < 0 || c.Limits.Total < 0 || c.Limits.Encoded < 0:
		return configInvalid("Config.Limits has a negative number")
	case c.Timeout < 0:
		return configInvalid("Config.Timeout is negative")
	case c.LookupName != "" && !isID(c.LookupName):
		return configInvalid("Config.LookupName needs letters or digits")
	case c.ClientID == "" && strings.Contains(c.StatusURL, clientVariable):
		return configInvalid("Config.StatusURL has {client}, and Config.ClientID is empty")
	case c.StatusURL != "" && (!strings.Contains(c.StatusURL, messageVariable) || !isHTTPS(c.stateAddress("0"), true)):
		return configInvalid("Config.StatusURL needs an https address with {message} and without user and fragment")
	}
	for _, id := range c.Materials {
		if !isContentType(id) {
			return configInvalid("Config.Materials needs content type ids of letters, digits, '-', '_' and '.'")
		}
	}
	return nil
}

// stateAddress is where the state of a message can be read.
func (c *Config) stateAddress(message string) string {
	return strings.NewReplacer(messageVariable, message, clientVariable, c.ClientID).Replace(c.StatusURL)
}

func isHTTPS(address string, query bool) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Fragment == "" &&
		(query || u.RawQuery == "" && !u.ForceQuery) && !strings.ContainsAny(address, "{} ")
}

// isID reports whether s is letters and digits, which mean themselves in an
// address, in XML and in JSON.
func isID(s string) bool {
	return s != "" && strings.Trim(s, letters) == ""
}

// isContentType reports whether s may stand in an address as one step of its path.
func isContentType(s string) bool {
	return s != "" && len(s) <= maxContentType && strings.Trim(s, letters+"-_.") == "" && strings.Trim(s, ".") != ""
}

const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
