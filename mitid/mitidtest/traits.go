package mitidtest

import "github.com/dkeid/dkeid/mitid"

// Traits is what the conformance suite must know of a dialect. Carried and Subject
// are required.
type Traits struct {
	// Carried reads what an authorization request asks for.
	Carried func(q Request) Carried
	// Subject is what Identity.Subject must be; co is nil for a private login.
	Subject func(c *Citizen, co *Company) string
	// ProfessionalCap says that no login for an organisation is told above Substantial.
	ProfessionalCap bool
	// PrivateCPR says that a CPR number comes with private logins only.
	PrivateCPR bool
	// ForcedCPR says that the CPR page has no way around it but cancelling.
	ForcedCPR bool
	// BareIDToken says that an ID token tells the subject and levels, and nobody's name.
	BareIDToken bool
	// LogoutHint says that a logout needs the ID token, and that the browser carries it.
	LogoutHint bool
	// TextsNeedLogin says that a session answers without showing a text, so that a text
	// must ask for a fresh login.
	TextsNeedLogin bool
	// Heading is Texts.ReferenceHeader for an action. If nil, none comes back.
	Heading func(mitid.Action) string
	// SpoilReference spoils the reference text that comes back next; an empty text
	// takes it away. If nil, the reference text never comes back.
	SpoilReference func(text string)
	// RememberLogins makes the broker remember who logged in. If nil, it always does, or
	// cannot.
	RememberLogins func()
	// SendCPRUninvited makes a CPR number come that nobody asked for. If nil, it cannot.
	SendCPRUninvited func()
	// WithoutPAR takes pushed requests away. If nil, it cannot.
	WithoutPAR func()
	// RemembersCPR reports whether the broker remembers a number. If nil, it never does.
	RemembersCPR func(c *Citizen) bool
	// Bypassed reports whether a login went another way than over what a tampering spoils
	// at a stage of the dialect's own. If nil, none does.
	Bypassed func(at Stage) bool
	// NoAuthenticators says that a login does not tell what the person logged in with.
	NoAuthenticators bool
	// LogoutMessage makes a signed message (SAML) that the latest session of a subject has
	// ended, as the browser brings it to the logout address: by redirect, or as a form that
	// it posts. A tampering at StageLogout spoils it; the error is errors.ErrUnsupported if
	// that tampering is for the other binding. If nil, the broker sends no such message.
	LogoutMessage func(subject string, post bool) (mitid.Callback, error)
	// LogoutToken and LogoutQuery make messages about the latest login of a subject: what
	// the broker posts, and the query with which it calls an address in a frame. If nil, it
	// sends no such message.
	LogoutToken, LogoutQuery func(subject string) (string, error)
	// NoCompany is how a business login of somebody without a company ends, and
	// WrongCPR that of somebody whose number is another one.
	NoCompany, WrongCPR mitid.Kind
	// Spellings turn on other names of claims, by a title. They may be nil.
	Spellings map[string]func()
	// Outcomes are further ways in which a login ends.
	Outcomes []Ending
}

// Ending is a login that ends badly. It is an alias, so that a literal needs no field
// names.
type Ending = struct {
	Title string
	As    Outcome
	Want  mitid.Kind
}

// Carried is what an authorization request asks for, in the words of mitid:
// da, login, log_on.
type Carried struct {
	Level, Locale, Prompt, UUID, CPR, Action, Platform, Resume string
	// AsksCPR says that the request asks for the CPR number.
	AsksCPR bool
	// Unknown are parts of the request that the real broker does not know.
	Unknown []string
}
