package mitidtest

import (
	"crypto"
	"testing"

	"github.com/dkeid/dkeid/claims"
)

// NEBSettings are the switches of a client of Nets eID Broker, which the real
// one has in its administration, and the choices of this fake where the real
// broker's behaviour is not known. Change them with [Broker.ConfigureNEB].
type NEBSettings struct {
	Organisation string // the client's organisation, of which sub is made; "12345674"
	// Scopes are those that the client may use, beside openid. One more fails the
	// whole request. Replace the list, do not change it.
	Scopes        []string
	ServiceScopes []string // of client credentials; signtext_api
	ServiceName   string   // on the page, as in "Log on at Acme"; "Acme"
	IdPs          []string // shown when idp_values is left out; mitid
	// PublicProvider says that CPR numbers are looked up, without a page, and names and
	// addresses that are protected are told.
	PublicProvider bool
	// UserinfoToken says that a userinfo token comes unasked, as in every recording. It is on by default.
	UserinfoToken bool
	// CPRSkip says that people without a CPR number pass by the CPR page, and others may
	// leave it. If false, they can only cancel.
	CPRSkip bool
	// UninvitedCPR says that the CPR number comes whether or not ssn is asked for.
	UninvitedCPR bool
	// Level is what every login reaches, whatever is asked. If zero, it is the Citizen's.
	Level claims.Level
	// AgeAbsent says that an age that is asked for is not answered, whoever it is.
	AgeAbsent bool
	// AgeOverAnnounced says that the announced interface for proofs of age is there (scope
	// age_over:18 and a boolean).
	AgeOverAnnounced bool
	// MatchAsText says that cprNumberMatch is a text instead of a truth value.
	MatchAsText bool

	// ClientKeys are the client's keys by key id, *rsa.PublicKey or
	// *ecdsa.PublicKey: for private_key_jwt and request objects. Replace the map,
	// do not change it.
	ClientKeys map[string]crypto.PublicKey

	// BackChannelURL gets a logout token by POST when a session ends. If empty, none is sent.
	// Only addresses on loopback are called.
	BackChannelURL string
	// FrontChannelURL is shown in a frame on the page after a logout. If empty, nothing is shown.
	FrontChannelURL string

	// CrossOrigin says that pages of other origins may call the endpoints for scripts.
	CrossOrigin bool

	NoCompany string // error_description for somebody without a company; "mitid_erhverv.no_identities"
	WrongCPR  string // error_description after a wrong number; "mitid_cpr_match_failed"
	BadParams string // error_description of idp_params that make no sense; "invalid_idp_params"
}

func defaultNEBSettings() NEBSettings {
	return NEBSettings{
		Organisation:  "12345674",
		Scopes:        nebScopes[1:],
		ServiceName:   "Acme",
		ServiceScopes: []string{"signtext_api"},
		IdPs:          []string{"mitid"},
		UserinfoToken: true,
		NoCompany:     "mitid_erhverv.no_identities",
		WrongCPR:      "mitid_cpr_match_failed",
		BadParams:     "invalid_idp_params",
	}
}

// nebScopes are the scopes that this fake knows, in the order in which the token
// endpoint lists them.
var nebScopes = []string{
	"openid", "mitid", "nemlogin", "ssn", "ssn.details_name", "ssn.details_address", "nemid.pid",
	"userinfo_token", "transaction_token",
}

// NewNEB starts a fake Nets eID Broker and stops it when the test ends. It
// accepts every redirect URI on a loopback address or below .example.
func NewNEB(tb testing.TB) *Broker {
	tb.Helper()
	return New(tb, NEB)
}

// StartNEB starts a fake Nets eID Broker. It fails when Config.Addr is no
// loopback address or is taken. Close stops it.
func StartNEB(cfg Config) (*Broker, error) { return Start(NEB, cfg) }

// ConfigureNEB changes the switches of a NEB fake's client. The function runs
// under the fake's lock: it must not call the Broker. On a fake of another
// dialect it fails the test that owns it, and changes nothing.
func (b *Broker) ConfigureNEB(change func(*NEBSettings)) {
	if b.neb == nil {
		b.complain("ConfigureNEB is for NEB; this fake speaks another dialect")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.neb.settings)
}

// TransactionRoot returns the certificate that issues the transaction token's
// certificates and the OCSP responder's, in PEM. nil on a fake of another
// dialect.
func (b *Broker) TransactionRoot() []byte {
	if b.neb == nil {
		return nil
	}
	return append([]byte(nil), b.neb.keys.rootPEM...)
}
