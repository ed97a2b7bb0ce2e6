package mitidtest

import (
	"errors"
	"net/http"
	"testing"

	"github.com/dkeid/dkeid/mitid"
)

// Dialect names a broker that this package fakes.
type Dialect uint8

// The dialects.
const (
	Criipto Dialect = iota // Criipto (Idura) Verify
	NEB                    // Nets eID Broker (Signaturgruppen)
	EIdent                 // Nets E-Ident over OIDC
)

// String returns the dialect in a word, as errors and tests name it.
func (d Dialect) String() string {
	if int(d) < len(dialectNames) {
		return dialectNames[d]
	}
	return "unknown"
}

var dialectNames = [...]string{"criipto", "neb", "eident"}

// Dialects returns every dialect.
func Dialects() []Dialect { return []Dialect{Criipto, NEB, EIdent} }

// Start starts a fake that speaks d. See StartCriipto.
func Start(d Dialect, cfg Config) (*Broker, error) { return start(d, cfg, func(*Broker) {}) }

// New starts a fake that speaks d and stops it when the test ends. See
// NewCriipto.
func New(tb testing.TB, d Dialect) *Broker {
	tb.Helper()
	return newFake(tb, d, Config{AnyLoopbackRedirect: true})
}

// Dialect returns what this fake speaks.
func (b *Broker) Dialect() Dialect { return b.dialect }

// wire is how one broker speaks. The Broker carries what all of them share; its
// lock guards a wire's state.
type wire interface {
	serve(w http.ResponseWriter, r *http.Request)
	paths() Endpoints
	publicClientID() string // of an application without a secret; empty if there is none is documented
	opensToScripts() bool   // whether pages of other origins may call
	clientID() string       // of an application that names none
	citizens() []Citizen    // who is on the page
	differences() []string
	manners() Manners
	// save returns what turns the switches back to how they are now. Both run
	// under the Broker's lock.
	save() (restore func())
}

func (b *Broker) newWire() (wire, error) {
	switch b.dialect {
	case Criipto:
		b.criipto = newCriiptoDialect(b)
		return b.criipto, nil
	case NEB:
		var err error
		b.neb, err = newNEBDialect(b)
		return b.neb, err
	case EIdent:
		return newEIdentDialect(b), nil
	}
	return nil, errors.New("mitidtest: there is no such dialect")
}

// catalogue returns a dialect's tamperings.
func (d Dialect) catalogue() []Tampering {
	switch d {
	case Criipto:
		return criiptoTamperings()
	case NEB:
		return nebTamperings()
	case EIdent:
		return eidentTamperings()
	}
	return nil
}

// paths are where a dialect answers, from the host's root.
type Endpoints struct {
	Base      string // of the issuer: "", "/op", "/oidc"
	Discovery string
	Keys      string
	Authorize string
	PAR       string // empty if there is none
	Token     string
	Userinfo  string
	EndSession    string // empty if there is none
}

// of returns where a stage's answers come from.
func (p Endpoints) of(s Stage) string {
	switch s {
	case StageDiscovery:
		return p.Discovery
	case StageKeys:
		return p.Keys
	case StagePAR:
		return p.PAR
	case StageUserinfo:
		return p.Userinfo
	default:
		return p.Token
	}
}

// paths returns where this fake answers.
func (b *Broker) Endpoints() Endpoints { return b.wire.paths() }

// origin returns scheme, host and port of this fake.
func (b *Broker) Origin() string { return b.listener.base }

// manners are what the conformance suite must know of a dialect.
type Manners struct {
	// carried reads what an authorization request asks for.
	Carried func(q Request) Carried
	// subject is what Identity.Subject must be; co is nil for a private login.
	Subject func(c *Citizen, co *Company) string
	// uuid is what Identity.UUID must be.
	uuid func(c *Citizen, co *Company) string
	// professionalCap: no login for an organisation is told above Substantial.
	ProfessionalCap bool
	// privateCPR: a CPR number comes with private logins only.
	PrivateCPR bool
	// forcedCPR: the CPR page has no way around it but cancelling.
	ForcedCPR bool
	// bareIDToken: an ID token tells the subject and levels, and nobody's name.
	BareIDToken bool
	// logoutHint: a logout needs the ID token, and the browser carries it.
	LogoutHint bool
	// heading is Texts.ReferenceHeader for an action; nil if there is none comes back.
	Heading func(mitid.Action) string
	// reference spoils the reference text that comes back next; an empty text
	// takes it away.
	SpoilReference func(b *Broker, text string)
	// textsNeedLogin: a session answers without showing a text, so that a text must
	// ask for a fresh login.
	TextsNeedLogin bool
	// sessions makes the broker remember who logged in.
	RememberLogins func(b *Broker)
	// uninvitedCPR makes a CPR number come that nobody asked for; if nil, it cannot.
	SendCPRUninvited func(b *Broker)
	// withoutPAR takes pushed requests away; if nil, it cannot.
	WithoutPAR func(b *Broker)
	// remembersCPR reports whether the broker remembers a number; if nil, it never does.
	RemembersCPR func(b *Broker, c *Citizen) bool
	// noCompany is how a business login of somebody without a company ends, and
	// wrongCPR that of somebody whose number is another one.
	NoCompany, WrongCPR mitid.Kind
	// outcomes are further ways in which a login ends.
	Outcomes []Ending
}

// ending is a login that ends badly.
type Ending struct {
	Title string
	As    Outcome
	Want  mitid.Kind
}

// carried is what an authorization request asks for, in the words of mitid:
// da, login, log_on.
type Carried struct {
	Level, Locale, Prompt, UUID, CPR, Action, Platform, Resume string
	// asksCPR: the request asks for the CPR number.
	AsksCPR bool
}
