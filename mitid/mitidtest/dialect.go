package mitidtest

import (
	"net/http"
)

// Dialect is how one broker speaks: what an author of a fake writes. The Broker has
// what all brokers share. The methods may be called by several goroutines.
type Dialect interface {
	// ServeHTTP answers as the broker does. It passes what it makes to [Spoil] or
	// [Broker.Send], calls [Broker.Record] for every request, and leaves paths that it
	// does not know to [Broker.ServeOwn].
	http.Handler
	// Profile tells what is constant.
	Profile() Profile
	// Tamperings is the catalogue, in any order.
	Tamperings() []Tampering
	// ScriptAccess says which pages of other origins may call a path.
	ScriptAccess(path string) ScriptAccess
	// Save returns what turns the dialect's switches back to how they are now. Both run
	// under the Broker's lock: they must not call it. [Switches] has it.
	Save() (restore func())
	// Traits is what the conformance suite must know.
	Traits() Traits
}

// Profile is what is constant in a dialect.
type Profile struct {
	Name      string // in a word, as errors and tests name the dialect
	Endpoints Endpoints
	ClientID  string // of an application that names none
	// PublicClientID is that of a second application, which has no secret. If empty, there
	// is none.
	PublicClientID string
	// Keys sign. If nil, they are six ready-made keys, three of them published, of which
	// the second signs.
	Keys *Keyring
	// Differences lists where the fake knowingly differs from the real broker.
	Differences []string
}

// Endpoints are where a dialect answers, from the host's root.
type Endpoints struct {
	Base       string // of the issuer: "", "/op", "/oidc"
	Discovery  string
	Keys       string
	Authorize  string
	PAR        string // empty if there is none
	Token      string
	Userinfo   string
	EndSession string // empty if there is none
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

// Dialect returns what this fake speaks.
func (b *Broker) Dialect() Dialect { return b.dialect }

// Name is the dialect of this fake in a word: criipto, neb, eident.
func (b *Broker) Name() string { return b.profile.Name }

// Endpoints returns where this fake answers.
func (b *Broker) Endpoints() Endpoints { return b.profile.Endpoints }

// Origin returns scheme, host and port of this fake.
func (b *Broker) Origin() string { return b.listener.base }

// Keys returns the keys of this fake.
func (b *Broker) Keys() *Keyring { return b.keys }
