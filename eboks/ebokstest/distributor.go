package ebokstest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"sync"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Distributor is one fake distributor. All methods may be called at any time and
// by several goroutines.
//
// These methods are for the author of a [Dialect]: Receive, Accept, Stored, TakeBack,
// Log, History, Tell, Receipts, Reach, KnowsMaterial, Refuse. Tests and commands need the
// others.
type Distributor struct {
	cfg      Config
	dialect  Dialect
	profile  Profile
	listener listener
	records  fakehttp.Recorder[Request]
	pages    fakehttp.Pages

	mu     sync.Mutex // guards all below
	set    Settings
	ahead  time.Duration
	post   post
	traces traces
	boxes  boxes
	play   script
}

func newDistributor(cfg Config) *Distributor {
	d := &Distributor{cfg: cfg, pages: fakehttp.NewPages(pageSource)}
	d.begin()
	return d
}

// String names the fake by dialect and address.
func (d *Distributor) String() string {
	return "ebokstest.Distributor(" + d.Name() + " " + d.URL() + ")"
}

// GoString is String: printing a Distributor shows no key.
func (d *Distributor) GoString() string { return d.String() }

// URL returns the base address of the wire, without a slash at its end.
func (d *Distributor) URL() string { return d.listener.wire.URL() }

// PageURL returns the address of the mailbox page, which speaks plain HTTP.
func (d *Distributor) PageURL() string { return d.listener.page.URL() + pathMailboxes }

// CA returns the authority that signed the wire's certificate, in PEM. It is made
// at start.
func (d *Distributor) CA() []byte { return d.listener.authority.PEM() }

// Roots returns the same as a pool.
func (d *Distributor) Roots() *x509.CertPool { return d.listener.authority.Pool() }

// Certificate returns the client certificate that the fake demands.
func (d *Distributor) Certificate() tls.Certificate { return d.listener.sender }

// CertPEM returns that certificate in PEM.
func (d *Distributor) CertPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.listener.sender.Certificate[0]})
}

// KeyPEM returns its key in PEM (PKCS #8).
func (d *Distributor) KeyPEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(d.listener.sender.PrivateKey)
	if err != nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// System returns the id of the sender system that the fake knows.
func (d *Distributor) System() string { return d.profile.System }

// ClientID returns the client id, or "" if the wire has none.
func (d *Distributor) ClientID() string { return d.profile.ClientID }

// Materials returns the materials (shipment types, content types) of the
// agreement.
func (d *Distributor) Materials() []eboks.Material {
	return []eboks.Material{materialDecision, materialReminder, materialInvoice}
}

// The ids are all digits, because both wires want numbers.
const (
	materialDecision eboks.Material = "1001"
	materialReminder eboks.Material = "1002"
	materialInvoice  eboks.Material = "1003"
)

// Now returns the fake's time.
func (d *Distributor) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now()
}

func (d *Distributor) now() time.Time { return d.cfg.Now().Add(d.ahead) }

// Advance moves the fake's clock, and with it the letters. Give Distributor.Now
// to the client under test as its clock and both move together.
func (d *Distributor) Advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ahead += by
	d.settle()
}

// Configure changes the distributor's settings. The function runs under the
// fake's lock: it must not call the Distributor.
func (d *Distributor) Configure(change func(*Settings)) {
	d.mu.Lock()
	change(&d.set)
	d.set = d.set.defaults()
	refuse, silent := d.set.RefuseCertificate, d.set.NoContinue
	d.mu.Unlock()
	d.listener.silent.Store(silent)
	if refuse {
		d.listener.idle.close()
	}
}

func (d *Distributor) settings() Settings {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.set
}

// KnowsMaterial reports whether the agreement has a material.
func (d *Distributor) KnowsMaterial(m eboks.Material) bool { return slices.Contains(d.Materials(), m) }

// Differences lists where this fake knowingly differs from the real distributor,
// and what is made up because the real one's behaviour is not public.
func (d *Distributor) Differences() []string {
	return append(slices.Clone(d.profile.Differences), differences()...)
}
