package nemlogintest

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Settings are the switches of a NemLog-in fake. Most are the choices of this fake where
// the real IdP's behaviour is not known: turn them to see what an application does with
// the other answer. Change them with [Broker.Configure]. A value behind a semicolon is the
// default.
type Settings struct {
	// Encryption is how assertions are encrypted; EncryptByMetadata.
	Encryption Encryption
	// CBCBesideGCM takes AES-256-CBC if the metadata lists GCM and CBC. If false, GCM.
	CBCBesideGCM bool
	// KeyBesideData puts the EncryptedKey beside the EncryptedData. If false, it stands in
	// the EncryptedData's KeyInfo.
	KeyBesideData bool
	// SignResponse signs the Response too.
	SignResponse bool
	// IssuedAgo is how long ago the assertion was issued, by a clock of NemLog-in that is
	// behind. A negative one is ahead; 0.
	IssuedAgo time.Duration
	// Confirmation is how long the subject can be confirmed, and Lifetime how long the
	// assertion is valid; 5 minutes and 1 hour.
	Confirmation, Lifetime time.Duration
	// SessionLifetime is how long NemLog-in's session answers other service providers; 30
	// minutes.
	SessionLifetime time.Duration
	// SessionEnd tells the end of the session in SessionNotOnOrAfter.
	SessionEnd bool

	// Level is what every login reaches, whatever is asked. If zero, it is the Citizen's.
	Level claims.Level
	// RefuseLowerLevel answers with the status NoAuthnContext if the person cannot reach the
	// level. If false, the login succeeds with the lower level, so that clients prove that
	// they look.
	RefuseLowerLevel bool
	// Privileges returns the privileges of a person; co is nil for a private login. If nil,
	// nobody has any.
	Privileges func(c *mitidtest.Citizen, co *mitidtest.Company) []PrivilegeGroup
	// PrivilegeForm is how they are written; Privileges12.
	PrivilegeForm PrivilegeForm
	// OldAttributes gives some attributes the names of OIOSAML 2.
	OldAttributes bool
	// UUIDPrefix stands before UUIDs in attributes; "urn:uuid:".
	UUIDPrefix string
	// PrivateProviders says that service providers are no public authorities: Register
	// refuses metadata that asks for CPR numbers or privileges.
	PrivateProviders bool

	// Missing is called before a message is refused whose Issuer is not registered, or whose
	// signature is by no key of the Issuer's metadata. It may call Register, and the message
	// is judged again. Anybody can name any Issuer. If nil, the message is refused at once.
	Missing func(entityID string)

	CancelCode  string // second-level status code when the person cancels; "AuthnFailed" of SAML 2.0
	NobodyCode  string // the same when somebody has no organisation to log in for; "UnknownPrincipal"
	ServiceName string // on the page, as in "Log on at Acme"; "Acme"
	// LowerCaseEscapes writes %2b in place of %2B in the query of messages that
	// [Broker.Logout] returns, as .NET does.
	LowerCaseEscapes bool
}

func defaultSettings() Settings {
	return Settings{
		Confirmation:    5 * time.Minute,
		Lifetime:        time.Hour,
		SessionLifetime: 30 * time.Minute,
		UUIDPrefix:      "urn:uuid:",
		CancelCode:      statusPrefix + "AuthnFailed",
		NobodyCode:      statusPrefix + "UnknownPrincipal",
		ServiceName:     "Acme",
	}
}
