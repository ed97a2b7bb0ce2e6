package mitidtest

import (
	"errors"
	"maps"
	"slices"

	"github.com/dkeid/dkeid/internal/didyoumean"
	"github.com/dkeid/dkeid/mitid"
)

// Tampering is one way to spoil a login, with a name that says how: expired,
// wrong-nonce, alg-none. See [Broker.Tamperings] for how names are made, and [On] to
// make one.
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
	// Request is a login that must be refused so. The zero value stands for any login.
	Request mitid.Request
	// TLS says that only a fake with Config.TLS can do it.
	TLS bool
	// Warm says that the client must have logged somebody in before, so that it holds
	// keys and discovery.
	Warm bool
	// Slow says that the answer drips; the client's time limit decides how long it takes.
	Slow bool
	// Delivery says in which browser the callback reaches the app, how often and when.
	Delivery Delivery
	// Switch turns switches of the dialect; the function of Dialect.Save turns them back
	// later. If nil, none is turned.
	Switch func()

	spoils map[Stage]any // func(*Broker, *T), by stage
}

// Side says who carries a tampering out.
type Side uint8

// The sides.
const (
	BrokerSide Side = iota // the fake's own answers
	WalkerSide             // what Login, Walk and Browser.Visit bring back to the app
)

// Delivery is how the callback reaches the app.
type Delivery uint8

// The ways of delivery.
const (
	DeliverAtOnce         Delivery = iota // at once, in the browser that began the login
	DeliverInOtherBrowser                 // in another browser
	DeliverTwice                          // twice
	DeliverLate                           // after the pending login has expired
)

// On returns a tampering with the value of type T that the broker makes at a
// stage: *Reply where it answers, *Token where it signs, *Answer at StageCallback. f is
// called once.
func On[T any](name, doc string, stage Stage, want mitid.Kind, f func(*Broker, *T)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: stage, Want: want, spoils: map[Stage]any{stage: f}}
}

// OnToken returns a tampering with the ID token before it is signed: On at StageIDToken.
func OnToken(name, doc string, want mitid.Kind, f func(*Broker, *Token)) Tampering {
	return On(name, doc, StageIDToken, want, f)
}

// Spoils reports whether t changes what the broker makes at a stage.
func (t Tampering) Spoils(stage Stage) bool { return t.spoils[stage] != nil }

// Tamper spoils the next login, or the next answer of the stage that the
// tampering is about, once. A second call replaces the first. What discovery or
// the key set says is spoilt at its next fetch, so tamper with them before a
// client has its copy.
//
// An unknown name is an error that says which names are near, and fails the test
// that owns the fake.
func (b *Broker) Tamper(name string) error {
	all := b.Tamperings()
	i := slices.IndexFunc(all, func(t Tampering) bool { return t.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i := range all {
			names[i] = all[i].Name
		}
		why := didyoumean.Text("tampering", name, names)
		b.cfg.complain(why)
		return errors.New("mitidtest: " + why)
	}
	b.Apply(all[i])
	return nil
}

// Apply does what Tamper does, with a tampering that need not be in the catalogue.
func (b *Broker) Apply(t Tampering) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.restore()
	b.waiting, b.delivery, b.tampering = maps.Clone(t.spoils), t.Delivery, t.Name
	if t.Switch != nil {
		b.restoring = b.dialect.Save()
		t.Switch()
	}
}

// Untamper forgets what Tamper has not yet spoilt.
func (b *Broker) Untamper() { b.Apply(Tampering{}) }

// restore turns back the switches that a tampering turned.
func (b *Broker) restore() {
	if b.restoring != nil {
		b.restoring()
		b.restoring = nil
	}
}
