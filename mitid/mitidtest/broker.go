package mitidtest

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Broker is one fake broker. All methods may be called at any time and by
// several goroutines.
type Broker struct {
	cfg              Config
	dialect          Dialect
	wire             wire     // of the dialect
	criipto          *criipto // the wire, if it is this one
	neb              *neb     // likewise
	exampleRedirects bool
	complain         func(why string) // to the test that owns this fake
	listener         listener
	keys             *Keyring
	records          recorder
	pages            pages

	mu        sync.Mutex // guards all below, and the dialect's state
	ahead     time.Duration
	redirects map[string]bool
	citizens  []Citizen
	script    script
	nonces    [2]string // of the latest two requests, newest first
	spoil     spoiler
	restoring func() // turns back the switches that a tampering turned; nil if there is none
}

func newBroker(d Dialect, cfg Config) (*Broker, error) {
	b := &Broker{
		dialect:   d,
		cfg:       cfg,
		pages:     newPages(),
		redirects: make(map[string]bool),
		complain:  func(string) {},
		script:    newScript(),
	}
	var err error
	if b.keys, err = loadKeys(); err != nil {
		return nil, err
	}
	if b.wire, err = b.newWire(); err != nil {
		return nil, err
	}
	b.citizens = b.wire.citizens()
	b.cfg.ClientID = or(b.cfg.ClientID, b.wire.clientID())
	return b, nil
}

// String names the fake by its issuer.
func (b *Broker) String() string { return "mitidtest.Broker(" + b.Issuer() + ")" }

// GoString is String: printing a Broker shows no secret.
func (b *Broker) GoString() string { return b.String() }

// Issuer returns the broker's issuer: scheme, host and port, and the path of a
// dialect that has one.
func (b *Broker) Issuer() string { return b.Origin() + b.Endpoints().Base }

// ClientID returns the id of the application that this fake knows.
func (b *Broker) ClientID() string { return b.cfg.ClientID }

// ClientSecret returns that application's secret.
func (b *Broker) ClientSecret() mitid.Secret { return mitid.NewSecret(b.cfg.ClientSecret) }

// PublicClientID returns the id of a second application that has no secret, such as
// a single-page or native app: PKCE is all that it has. Empty where the real broker
// documents no such clients (NEB, E-Ident).
func (b *Broker) PublicClientID() string { return b.wire.publicClientID() }

// Now returns the fake's time.
func (b *Broker) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now()
}

func (b *Broker) now() time.Time { return b.cfg.Now().Add(b.ahead) }

// Advance moves the fake's clock. Give Broker.Now to the client under test as
// its clock and both move together.
func (b *Broker) Advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ahead += d
}

// AllowRedirect registers redirect URIs, compared letter by letter. Logout
// returns to the same list, as at the real broker.
func (b *Broker) AllowRedirect(uris ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range uris {
		b.redirects[u] = true
	}
}

// Add puts citizens on the page, behind those who are there.
func (b *Broker) Add(cs ...Citizen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.citizens = append(b.citizens, cs...)
}

// Citizens returns the citizens on the page, in order.
func (b *Broker) Citizens() []Citizen {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Citizen(nil), b.citizens...)
}

// RotateKeys withdraws the key that signs MitID tokens and begins to sign with
// one that was not published before. There are three such keys: the third
// rotation brings the first one back.
func (b *Broker) RotateKeys() { b.keys.rotate() }

// Configure changes the switches of a Criipto fake's application and domain. The
// function runs under the fake's lock: it must not call the Broker. On a fake of
// another dialect it fails the test that owns it, and changes nothing.
func (b *Broker) Configure(change func(*Settings)) {
	if b.criipto == nil {
		b.complain("Configure is for Criipto; this fake speaks another dialect")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.criipto.settings)
}

// noteNonce remembers the nonces of the latest two logins, which a tampering
// confuses.
func (b *Broker) NoteNonce(nonce string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nonces = [2]string{nonce, b.nonces[0]}
}

// ServeHTTP answers as the broker does. The addresses it hands out are those of
// Issuer, wherever it is mounted.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", b.Now().UTC().Format(http.TimeFormat)) // by the clock that signs
	if !b.crossOrigin(w, r) {
		b.wire.serve(w, r)
	}
}

// Close stops the fake and closes its connections.
func (b *Broker) Close() error {
	if b.listener.server == nil {
		return errors.New("mitidtest: the fake was never started")
	}
	return b.listener.close()
}
