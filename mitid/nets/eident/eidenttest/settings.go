package eidenttest

import (
	"crypto/rsa"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// Settings are the switches of an E-Ident fake. Most are the choices of this
// fake where the real broker's behaviour is not known: turn them to see what an
// application does with the other answer. Change them with [Broker.Configure]. A value
// behind a semicolon is the default.
type Settings struct {
	// CrossOrigin says that pages of other origins may call the endpoints for scripts.
	CrossOrigin bool
	// AMRSeparator is the only one that amr_values may be joined with: "," or " ". If empty, either
	// will do.
	AMRSeparator string
	// Texts says how reference_text and transactiontext are read; ReadEither.
	Texts Encoding
	// Hint says how login_hint is read; ReadEither.
	Hint Encoding
	// Echo says how texts come back; EchoAsSent.
	Echo Echo
	// SilentReference leaves reference_text out of the tokens.
	SilentReference bool

	ServiceName           string // on the page, as in "Log on at Acme"; "Acme"
	PIDScope              string // the scope that asks for the PID of NemID; "nemid.pid"
	PIDClaim              string // the claim that tells it; "nemid.pid"
	OrganisationNameClaim string // tells the organisation's name in place of nemlogin.org_name; empty

	OrganisationNumberClaim string // tells the organisation's number in place of nemlogin.cvr; empty
	PrivateForCompany       bool   // identity_type is private when somebody acts for a company with their private MitID
	DigestOverParameter     bool   // transaction_text_sha256 is over the parameter as it was sent

	AuthTime        AuthTime // how auth_time is written; AuthTimeSeconds
	DottedBirthDate bool     // birthdate as 21.01.1927 in place of 1927-01-21
	TextAMR         bool     // amr as a text in place of a list of one
	OneSubject      bool     // sub, mitid.uuid and pid of an Erhverv login are those of the private person

	// Level is what every login reaches, whatever is asked. If zero, it is the Citizen's.
	Level claims.Level

	CPROptional   bool   // people without a CPR number, or who keep it to themselves, get through; on by default
	CPRUninvited  bool   // tokens hold the number though nobody asked
	CPRError      string // error after a wrong number, or none where one is needed; "match_ssn_error"
	CompanyError  string // error when somebody has no organisation to log in for; "blankcvr"
	LateError     string // error of a step-up that comes too late; "access_denied"
	AbortError    string // error when the person presses cancel; "access_denied"
	AbortDetail   string // its error_description; empty
	NonceInAnswer bool   // the nonce comes back beside the state
	IssParameter  bool   // discovery announces RFC 9207 and answers carry iss

	TokenLifetime time.Duration // of ID tokens, and how long a transaction can be stepped up; 15 minutes
	CodeLifetime  time.Duration // of codes and artifacts; 60 seconds
	// EncryptTo is the merchant's encryption key (RSA-OAEP-256, A256GCM). If nil,
	// nothing is encrypted.
	EncryptTo *rsa.PublicKey
	// EncryptKeyID is the key id in the header of what is encrypted; may be empty.
	EncryptKeyID string

	// ArtifactReceiver is the merchant's address that SAML answers go to, as the vendor
	// registers it. Without one a SAML login ends with an error page.
	ArtifactReceiver string
	Unsigned         bool     // assertions have no signature
	NoInResponseTo   bool     // responses do not name the request
	NoAuthentication bool     // assertions have no AuthenticationStatement
	NoConfirmation   bool     // Subjects have no SubjectConfirmation
	NoAudience       bool     // assertions name no audience
	Audience         string   // that assertions name; if empty, the MID
	AssertionIssuer  string   // of assertions; if empty, the fake's origin
	BareAssertionID  bool     // AssertionID is the transaction without TI2-
	SameAssertion    bool     // a step-up brings the AssertionID and the times of the login's assertion again
	SAMLCode         SAMLCode // where the code of a refused artifact stands; InStatusMessage
}

// SAMLCode says where an answer for an artifact has the code of a refusal.
type SAMLCode uint8

// The places.
const (
	InStatusMessage SAMLCode = iota
	InStatusCode             // a second StatusCode within the first
	InFault                  // the faultstring of a SOAP Fault, with HTTP status 500
)

// defaultSettings returns the switches of a new fake. The codes of SAML are documented.
func defaultSettings(saml bool) Settings {
	s := Settings{
		ServiceName:   "Acme",
		PIDScope:      "nemid.pid",
		PIDClaim:      "nemid.pid",
		CPROptional:   true,
		CPRError:      "match_ssn_error",
		CompanyError:  "blankcvr",
		LateError:     "access_denied",
		AbortError:    "access_denied",
		TokenLifetime: 15 * time.Minute,
		CodeLifetime:  time.Minute,
	}
	if saml {
		s.LateError, s.AbortError = "idexpired", "cancel"
	}
	return s
}

// Encoding says how a text parameter is read.
type Encoding uint8

// The encodings.
const (
	ReadEither Encoding = iota // Base64 where that gives a text, as it is otherwise
	ReadPlain                  // as it is
	ReadBase64                 // Base64; anything else is refused
)

// Echo says how a text comes back in a token.
type Echo uint8

// The echoes.
const (
	EchoAsSent Echo = iota
	EchoPlain
	EchoBase64
)

// AuthTime says how auth_time is written.
type AuthTime uint8

// The forms.
const (
	AuthTimeSeconds    AuthTime = iota // a number of seconds
	AuthTimeDate                       // a text: 21-11-2026 09:05:59 UTC
	AuthTimeUnreadable                 // a text that nobody can read
	NoAuthTime                         // not told
)

// dateLayout is a guess at the text that was seen in one token of 2021.
const dateLayout = "02-01-2006 15:04:05 MST"
