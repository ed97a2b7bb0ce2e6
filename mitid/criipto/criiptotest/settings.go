package criiptotest

import (
	"crypto/rsa"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// Settings are the switches of the application and the domain, which the real
// broker has in its dashboard, and the choices of this fake where the real
// broker's behaviour is not known. Change them with [Broker.Configure]. A value behind a
// semicolon is the default.
type Settings struct {
	ApplicationName string // refTextBody when no message is sent; "Acme web"
	CompanyAlias    string // as in "Log on at Acme"; "Acme"

	DynamicScopes bool // scope decides what comes; otherwise the toggles below do; on by default
	CPR           bool // "Add CPR for MitID logins"; on by default
	CPROptional   bool // people without a CPR number, or who keep it to themselves, get through; on by default
	Address       bool // the add-on is contracted; on by default
	Signatories   bool // company signatories may log in to business; on by default

	LongClaimNames bool // the older, URI style of claim names
	BusinessLevels bool // loA, ial, aal and fal in business tokens; on by default
	// Level is what every login reaches, whatever is asked. If zero, it is the Citizen's.
	Level claims.Level

	TokenLifetime time.Duration // exp, counted from the authentication; 20 minutes (18000 s has been seen too)
	CodeLifetime  time.Duration // 60 seconds
	Userinfo      UserinfoStrategy
	// EncryptTo is the client's encryption key (RSA-OAEP-256, A256GCM). If nil,
	// nothing is encrypted.
	EncryptTo *rsa.PublicKey
	// EncryptKeyID is the key id in the header of what is encrypted; may be empty.
	EncryptKeyID string
	// EncryptIDToken encrypts the ID token to EncryptTo.
	EncryptIDToken bool

	PAR           PARMode
	IssParameter  bool                      // discovery announces RFC 9207 and answers carry iss
	NoCrossOrigin bool                      // pages of other origins get nothing
	PublicClient  bool                      // no client authentication; PKCE is required
	ClientKeys    map[string]*rsa.PublicKey // by key id: private_key_jwt is accepted too. Replace the map, do not change it
	TokenURLInAud bool                      // a client assertion may name the called address as aud, beside the issuer
	SSO           bool                      // the domain remembers who logged in

	AgeAbsent  bool // an age that is asked for is not answered, whoever it is
	AgeInstant bool // a proof of age tells authenticationinstant

	AbortDescription string // error_description when the person presses cancel; empty
	CPRError         string // error after a wrong number, or none where one is needed; "access_denied"
	TraceID          bool   // answers carry a Trace-Id header
}

func defaultSettings() Settings {
	return Settings{
		ApplicationName: "Acme web",
		CompanyAlias:    "Acme",
		DynamicScopes:   true,
		CPR:             true,
		CPROptional:     true,
		Address:         true,
		Signatories:     true,
		BusinessLevels:  true,
		TokenLifetime:   20 * time.Minute,
		CodeLifetime:    time.Minute,
		CPRError:        "access_denied",
	}
}

// UserinfoStrategy says how the userinfo endpoint answers.
type UserinfoStrategy uint8

// The strategies, as the dashboard names them.
const (
	PlainJSON             UserinfoStrategy = iota // plainJson
	SignedJWT                                     // signedJwt
	SignedAndEncryptedJWT                         // signedAndEncryptedJwt, to Settings.EncryptTo
	FromTokenEndpoint                             // fromTokenEndpoint: userinfo answers "Unknown Access Code"
)

// PARMode says what the domain does with pushed authorization requests.
type PARMode uint8

// The modes.
const (
	PARSupported PARMode = iota // announced, and plain requests are accepted too
	PARRequired                 // plain requests are refused
	PARAbsent                   // neither announced nor served
)
