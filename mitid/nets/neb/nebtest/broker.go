package nebtest

import (
	"context"
	"slices"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Broker is a fake Nets eID Broker with one client. It is the Broker of package
// mitidtest, with what is this broker's: its switches, its logout messages, and the
// certificate behind its transaction tokens.
type Broker struct {
	*mitidtest.Broker
	dialect *dialect
}

// New starts a fake Nets eID Broker and stops it when the test ends. It knows the
// people of mitidtest.Citizens and accepts every redirect URI on a loopback address or
// below .example.
func New(tb mitidtest.TB) *Broker {
	tb.Helper()
	return mitidtest.New(tb, Start)
}

// Start starts a fake Nets eID Broker. It fails when Config.Addr is no loopback
// address or is taken. Close stops it.
func Start(cfg mitidtest.Config) (*Broker, error) {
	engine, d, err := mitidtest.Start(cfg, newDialect)
	if err != nil {
		return nil, err
	}
	return &Broker{engine, d}, nil
}

// Configure changes the switches of the client. The function must not call the
// Broker.
func (b *Broker) Configure(change func(*Settings)) { b.dialect.switches.Change(change) }

// TransactionRoot returns the certificate that issues the transaction token's
// certificates and the OCSP responder's, in PEM.
func (b *Broker) TransactionRoot() []byte { return slices.Clone(b.dialect.keys.rootPEM) }

// LogoutToken returns a logout token about the latest session of subject
// (Identity.Subject), as the broker posts it to a client in the parameter logout_token.
// It is spoilt by the tamperings of mitidtest.StageLogout.
func (b *Broker) LogoutToken(subject string) (string, error) { return b.dialect.logoutOf(subject) }

// LogoutQuery returns the query with which the broker calls a client's front-channel
// address about the latest session of subject: iss and sid.
func (b *Broker) LogoutQuery(subject string) (string, error) { return b.dialect.logoutQuery(subject) }

// SendLogout ends the latest session of subject and posts a logout token about it
// to address, which must be on this machine. It returns the status of the answer.
func (b *Broker) SendLogout(ctx context.Context, subject, address string) (int, error) {
	return b.dialect.sendLogout(ctx, subject, address)
}

// Tamperings returns the catalogue, ordered by name, without a fake. It is for reading;
// Broker.Tamper carries a tampering out.
func Tamperings() []mitidtest.Tampering {
	return mitidtest.SortTamperings(new(dialect).Tamperings())
}
