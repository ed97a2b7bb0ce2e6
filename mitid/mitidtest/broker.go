package mitidtest

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid"
)

// Broker is one fake broker. All methods may be called at any time and by several
// goroutines.
//
// These methods are for the author of a [Dialect]: Record, Follow, RedirectAllowed,
// NoteNonce, Scripted, FromSession, Conclude, Refuse, Remember, Resume, Note, Send, ServeOwn,
// Keys, HasTampering, Elsewhere, ShowPages, ShowError, ShowErrorWith, ShowLoggedOut,
// SetCookie, Cookie, DropCookie and OnReset. Tests and commands need the others.
type Broker struct {
	cfg      Config
	dialect  Dialect
	profile  Profile
	listener listener
	keys     *Keyring
	records  recorder
	pages    fakehttp.Pages
	visits   *Store[*visit]
	journal  journal

	mu        sync.Mutex // guards all below
	ahead     time.Duration
	redirects map[string]bool
	citizens  []Citizen
	script    script
	nonces    [2]string // of the latest two requests, newest first
	waiting   map[Stage]any
	delivery  Delivery
	restoring func() // turns back the switches that a tampering turned; nil if there is none
	tampering string // the name of the latest one
	spoilt    string // what a tampering has spoilt, until a record tells it
	rules     []Rule // one for each citizen at most
	start     start

	resetting, remembering []func()
}

// Fake is a fake broker: a *Broker, or what embeds one, such as *criiptotest.Broker.
type Fake interface{ Engine() *Broker }

func newBroker(cfg Config) *Broker {
	b := &Broker{cfg: cfg, pages: fakehttp.NewPages(pageSource), redirects: make(map[string]bool), citizens: Citizens()}
	b.journal.keyed = NewStore[*entry](b, 1<<13)
	b.script.keyed = NewStore[Outcome](b, 1<<16)
	b.visits = NewStore[*visit](b, 1<<12)
	return b
}

// adopt makes d the dialect of b.
func (b *Broker) adopt(d Dialect) error {
	if d == nil {
		return errors.New("mitidtest: there is no dialect: speak must return one")
	}
	b.dialect, b.profile = d, d.Profile()
	b.cfg.ClientID = cmp.Or(b.cfg.ClientID, b.profile.ClientID)
	if b.keys = b.profile.Keys; b.keys != nil {
		return nil
	}
	var err error
	b.keys, err = loadKeys()
	return err
}

// String names the fake by its issuer.
func (b *Broker) String() string { return "mitidtest.Broker(" + b.Issuer() + ")" }

// GoString is String: printing a Broker shows no secret.
func (b *Broker) GoString() string { return b.String() }

// Issuer returns the broker's issuer: scheme, host and port, and the path of a
// dialect that has one.
func (b *Broker) Issuer() string { return b.Origin() + b.Endpoints().Base }

// ClientID returns the id of the application that this fake knows.
func (b *Broker) ClientID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cfg.ClientID
}

// ClientSecret returns that application's secret.
func (b *Broker) ClientSecret() mitid.Secret {
	b.mu.Lock()
	defer b.mu.Unlock()
	return mitid.NewSecret(b.cfg.ClientSecret)
}

// SetClient gives the application another id and secret, as its owner can at the real
// broker. Whoever holds the old ones is refused.
func (b *Broker) SetClient(id string, secret mitid.Secret) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cfg.ClientID, b.cfg.ClientSecret = id, secret.Reveal()
}

// PublicClientID returns the id of a second application that has no secret, such as
// a single-page or native app, and must use PKCE. It is empty where the real broker
// documents no such clients.
func (b *Broker) PublicClientID() string { return b.profile.PublicClientID }

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

// Add puts citizens on the page, after those who are there.
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

// NoteNonce remembers the nonce of a login, because one tampering answers with the nonce
// of the login before. A dialect calls it for each authorization request.
func (b *Broker) NoteNonce(nonce string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nonces = [2]string{nonce, b.nonces[0]}
}

// ServeHTTP answers as the broker does. The addresses it hands out are those of
// Issuer, wherever it is mounted.
func (b *Broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", b.Now().UTC().Format(http.TimeFormat)) // by the clock that signs
	if b.tellsDecided(w, r) {
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), turnKey{}, new(turn)))
	if !b.crossOrigin(w, r) {
		b.dialect.ServeHTTP(w, r)
	}
}

// Differences lists where this fake knowingly differs from the real broker, and
// where it had to choose because the real broker's behaviour is not public.
func (b *Broker) Differences() []string { return slices.Clone(b.profile.Differences) }

// Engine returns b. It makes whatever embeds a Broker a [Fake].
func (b *Broker) Engine() *Broker { return b }
