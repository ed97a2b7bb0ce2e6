package nebtest

import (
	"crypto"

	"github.com/dkeid/dkeid/claims"
)

// Settings are the switches of a client of Nets eID Broker, which the real
// one has in its administration, and the choices of this fake where the real
// broker's behaviour is not known. Change them with [Broker.Configure]. A value behind a
// semicolon is the default.
type Settings struct {
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

	// TextPrefixes are the prefixes under which a transaction token tells of a signed text;
	// "mitid." and "". For a document of the signtext API the vendor documents "" alone.
	TextPrefixes []string
	// Simulated marks whoever signs as a simulated identity, as the broker does for tests.
	Simulated bool
	// WorkflowRead and WorkflowWrite are the privileges "Workflow: API, read" and "write" of
	// the client. They are on by default.
	WorkflowRead, WorkflowWrite bool
	// IgnoresRequiredClaims lets anybody sign a workflow, whatever its requiredClaims say.
	IgnoresRequiredClaims bool
	// MaxUpload is how many bytes a body of the signing APIs may have; 64 MiB.
	MaxUpload int64

	NoCompany string // error_description for somebody without a company; "mitid_erhverv.no_identities"
	WrongCPR  string // error_description after a wrong number; "mitid_cpr_match_failed"
	BadParams string // error_description of idp_params that make no sense; "invalid_idp_params"
}

func defaultSettings() Settings {
	return Settings{
		Organisation:  "12345674",
		Scopes:        knownScopes[1:],
		ServiceName:   "Acme",
		ServiceScopes: []string{"signtext_api"},
		IdPs:          []string{"mitid"},
		UserinfoToken: true,
		TextPrefixes:  []string{"mitid.", ""},
		WorkflowRead:  true,
		WorkflowWrite: true,
		MaxUpload:     64 << 20,
		NoCompany:     "mitid_erhverv.no_identities",
		WrongCPR:      "mitid_cpr_match_failed",
		BadParams:     "invalid_idp_params",
	}
}

// knownScopes are the scopes that this fake knows, in the order in which the token
// endpoint lists them.
var knownScopes = []string{
	"openid", "mitid", "nemlogin", "ssn", "ssn.details_name", "ssn.details_address", "nemid.pid",
	"userinfo_token", "transaction_token",
}
