package mitidtest

import (
	"cmp"
	"net/http"
)

// Dialect is the part of a fake that belongs to one broker. Whoever writes a fake
// implements it; [Broker] has what all fakes share. Several goroutines may call the
// methods.
type Dialect interface {
	// ServeHTTP answers as the broker does. It calls [Broker.Record] for every request,
	// passes what it makes to [Spoil] or [Broker.Send], and leaves paths that it does not
	// know to [Broker.ServeOwn].
	http.Handler
	// Profile returns what never changes.
	Profile() Profile
	// Tamperings returns the catalogue, in any order.
	Tamperings() []Tampering
	// ScriptAccess says which pages of other origins may call a path.
	ScriptAccess(path string) ScriptAccess
	// Save returns a function that turns the dialect's switches back to how they are now.
	// Save and the function run under the Broker's lock, and must not call the Broker.
	// [Switches.Save] is one.
	Save() (restore func())
	// Traits returns what the conformance suite must know.
	Traits() Traits
}

// Profile is what never changes in a dialect.
type Profile struct {
	Name      string // in a word, as errors and tests name the dialect
	Endpoints Endpoints
	ClientID  string // of the application, if Config names none
	// State is the parameter of requests and answers that holds the handle, such as
	// RelayState. If empty, it is state.
	State string
	// PublicClientID is the id of a second application, which has no secret. If empty,
	// there is none.
	PublicClientID string
	// Keys are the signing keys. If nil, there are six ready-made ones: three of them are
	// published, and the second of these signs.
	Keys *Keyring
	// Failures are the errors that the login page offers, as the real broker documents them.
	Failures []Failure
	// Differences lists where the fake knowingly differs from the real broker.
	Differences []string
}

// Endpoints are where a dialect answers, from the host's root, as [NormalizePath] returns
// them. An endpoint that the broker lacks is empty. Base and Authorize are for every
// dialect, the others for OpenID Connect; a broker over SAML whose answer is an artifact
// exchanges it at Token.
type Endpoints struct {
	Base       string // of the issuer: "", "/op", "/oidc"
	Discovery  string
	Keys       string
	Authorize  string
	PAR        string
	Token      string
	Userinfo   string
	EndSession string
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

// state returns the parameter that holds the handle.
func (p Profile) state() string { return cmp.Or(p.State, "state") }

// Dialect returns the dialect of this fake.
func (b *Broker) Dialect() Dialect { return b.dialect }

// Name returns the name of the dialect, a word such as criipto.
func (b *Broker) Name() string { return b.profile.Name }

// Endpoints returns where this fake answers.
func (b *Broker) Endpoints() Endpoints { return b.profile.Endpoints }

// Origin returns scheme, host and port of this fake.
func (b *Broker) Origin() string { return b.listener.base }

// Keys returns the keys of this fake.
func (b *Broker) Keys() *Keyring { return b.keys }
