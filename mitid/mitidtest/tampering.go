package mitidtest

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/didyoumean"
	"github.com/dkeid/dkeid/mitid"
)

// Tampering is one way to spoil a login, with a name that says how: expired,
// wrong-nonce, alg-none. See [TamperingsOf] for how names are made.
type Tampering struct {
	Name string
	Doc  string // what arrives
	// Want is how the login must be refused. If 0, it must succeed, and refusing it
	// would be the fault.
	Want mitid.Kind
	// Side says who spoils it.
	Side Side
	// Stage is what is spoilt.
	Stage Stage
	// Request is a login that must be refused so. Its zero value stands for any.
	Request mitid.Request
	// TLS says that only a fake with Config.TLS can do it.
	TLS bool
	// Warm says that the client must have logged somebody in before, so that it holds
	// keys and discovery.
	Warm bool
	// Slow says that the answer drips; the client's time limit decides how long it takes.
	Slow bool

	settings func(*Broker) // turns switches; under the lock
	spoil    spoiler
}

// Side says who carries a tampering out.
type Side uint8

// The sides.
const (
	BrokerSide Side = iota // the fake's own answers
	WalkerSide             // what Login, Walk and Browser.Visit bring back to the app
)

// Stage is the part of a login that is spoilt.
type Stage uint8

// The stages, in the order in which a login passes them.
const (
	StageTLS Stage = iota
	StageDiscovery
	StagePAR
	StageCallback
	StageToken
	StageIDToken
	StageKeys
	StageUserinfo
	StagePerson           // what is told of the person, wherever it is told (NEB)
	StageUserinfoToken    // the userinfo token (NEB)
	StageTransactionToken // the transaction token (NEB)
	StageOCSP             // the OCSP answer beside it (NEB)
	StageMatch            // the answer of the CPR match (NEB)
	StageLogout           // a logout token (NEB)
)

// String returns the stage in a word.
func (s Stage) String() string {
	return [...]string{"tls", "discovery", "par", "callback", "token", "id_token", "jwks", "userinfo",
		"person", "userinfo_token", "transaction_token", "ocsp", "match", "logout"}[s]
}

// place is the word for a stage in the names of tamperings.
func (s Stage) place() string {
	if s == StageToken {
		return "token-endpoint"
	}
	return strings.ReplaceAll(s.String(), "_", "-")
}

// words is the stage in the descriptions of tamperings.
func (s Stage) words() string { return strings.ReplaceAll(s.place(), "-", " ") }

// spoiler is what a tampering does at each stage. A function is used once.
type spoiler struct {
	handshake func(*authority) (*tls.Certificate, error)
	discovery func(*Broker, *Reply)
	jwks      func(*Broker, *Reply)
	par       func(*Broker, *Reply)
	callback  func(*Broker, *Answer) // by the fake, before the browser is sent away
	token     func(*Broker, *Reply)
	draft     func(*Broker, *Draft) // the ID token before it is signed
	userinfo  func(*Broker, *Reply)
	match     func(*Broker, *Reply)
	person    func(*Broker, *Object) // in every place of one login
	facts     func(*Broker, *Draft)  // the userinfo token before it is signed
	approval  func(*Broker, *Draft)  // the transaction token before it is signed
	ocsp      func(*Broker, *ocspAnswer)
	logout    func(*Broker, *Draft)
	walk      func(*Broker, *Answer) // by the walker, before the app gets it
	journey   journey                 // by Login or Visit
}

// journey is a tampering that takes more than one answer.
type journey uint8

const (
	straight     journey = iota
	otherBrowser         // callback-in-other-browser
	twice                // callback-replayed
	late                 // callback-late
)

// Tamper spoils the next login, or the next answer of the stage that the
// tampering is about, once. A second call replaces the first. What discovery or
// the key set says is spoilt at its next fetch, so tamper with them before a
// client has its copy.
//
// An unknown name is an error that says which names are near, and fails the test
// that owns the fake.
func (b *Broker) Tamper(name string) error {
	all := TamperingsOf(b.dialect)
	i := slices.IndexFunc(all, func(t Tampering) bool { return t.Name == name })
	if i < 0 {
		why := b.dialect.unknownTampering(name, all)
		b.complain(why)
		return errors.New("mitidtest: " + why)
	}
	b.apply(all[i])
	return nil
}

// unknownTampering says why there is none of that name, and what is near.
func (d Dialect) unknownTampering(name string, all []Tampering) string {
	for _, other := range Dialects() {
		if other != d && slices.ContainsFunc(TamperingsOf(other), func(t Tampering) bool { return t.Name == name }) {
			return "tampering \"" + name + "\" is for " + other.String() + ", not for " + d.String()
		}
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return didyoumean.Text("tampering", name, names)
}

// apply is Tamper with a tampering that is at hand.
func (b *Broker) apply(t Tampering) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restore()
	b.spoil = t.spoil
	if t.settings != nil {
		b.restoring = b.wire.save()
		t.settings(b)
	}
}

// Untamper forgets what Tamper has not yet spoilt.
func (b *Broker) Untamper() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restore()
	b.spoil = spoiler{}
}

// restore turns back the switches that a tampering turned.
func (b *Broker) restore() {
	if b.restoring != nil {
		b.restoring()
		b.restoring = nil
	}
}

// takeStage returns what is to be spoilt at a stage, once.
func takeStage[F any](b *Broker, stage func(*spoiler) *F) F {
	b.mu.Lock()
	defer b.mu.Unlock()
	var none F
	at := stage(&b.spoil)
	f := *at
	*at = none
	return f
}
