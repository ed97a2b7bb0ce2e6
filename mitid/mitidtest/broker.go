package mitidtest

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// Broker is one fake broker. All methods may be called at any time and by
// several goroutines.
type Broker struct {
	cfg              Config
	routes           http.HandlerFunc // of the dialect
	criipto          *criipto
	exampleRedirects bool
	complain         func(why string) // to the test that owns this fake
	listener         listener
	keys             *keyring
	records          recorder
	pages            pages

	mu        sync.Mutex // guards all below, and the dialect's state
	ahead     time.Duration
	redirects map[string]bool
	citizens  []Citizen
	script    script
	spoil     spoiler
	before    *Settings // the switches before a tampering turned some
}

func newBroker(cfg Config) (*Broker, error) {
	keys, err := loadKeys()
	if err != nil {
		return nil, err
	}
	return &Broker{
		cfg:       cfg,
		keys:      keys,
		pages:     newPages(),
		redirects: make(map[string]bool),
		citizens:  Citizens(),
		complain:  func(string) {},
		script:    newScript(),
	}, nil
}

// String names the fake by its issuer.
func (b *Broker) String() string { return "mitidtest.Broker(" + b.Issuer() + ")" }

// GoString is String: printing a Broker shows no secret.
func (b *Broker) GoString() string { return b.String() }

// Issuer returns the broker's issuer: scheme, host and port, without a path.
func (b *Broker) Issuer() string { return b.listener.base }

// ClientID returns the id of the application that this fake knows.
func (b *Broker) ClientID() string { return b.cfg.ClientID }

// ClientSecret returns that application's secret.
func (b *Broker) ClientSecret() string { return b.cfg.ClientSecret }

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

// Configure changes the switches of the application and the domain. The
// function runs under the fake's lock: it must not call the Broker.
func (b *Broker) Configure(change func(*Settings)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.criipto.settings)
}

// ServeHTTP answers as the broker does. The addresses it hands out are those of
// Issuer, wherever it is mounted.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.routes(w, r) }

// Close stops the fake and closes its connections.
func (b *Broker) Close() error {
	if b.listener.server == nil {
		return errors.New("mitidtest: the fake was never started")
	}
	return b.listener.close()
}
