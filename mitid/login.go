package mitid

import (
	"time"

	"github.com/dkeid/dkeid/claims"
)

// Login is one completed login. Every rule of its Request holds.
//
// For Request.Age it is a proof of age and names nobody: Age is not nil, and Identity,
// Level, Claims, Texts and StepUp are zero. The sub in the evidence is a new one each
// time, so it is no key for an account.
type Login struct {
	guarded

	Age      *AgeProof // the answer to Request.Age; nil for a login
	Identity claims.Identity
	Level    claims.Level // the level that was reached, at least the level that was asked for
	Claims   any          // the dialect's own claims, such as *criipto.Claims; without any CPR number if none was asked for
	Texts    Texts        // what the person saw, equal to what the Request said
	Broker   string       // the adapter's name
	Issuer   string
	ClientID string    // the application that the person logged in to; StepUp, MatchCPR and EndSession refuse another's
	Expires  time.Time // when the broker's statement expires; it does not limit your session
	// SessionEnds is when your session must end at the latest, unless the person logs in
	// anew (SAML Profiles section 4.1.4.3, SessionNotOnOrAfter). Package mitidhttp ends it
	// then. Zero if the broker did not say.
	SessionEnds time.Time
	StepUp      string // the adapter's handle for Client.StepUp; not secret, not personal
	Evidence    Evidence
}

// Evidence proves the login later. Store it sealed: it names the person,
// and a token holds a CPR number if the broker put one in, asked for or not.
type Evidence struct {
	guarded

	Tokens  []Token // as they arrived, byte for byte
	Request Secret  // what was asked, as a query string, with the SHA-256 of texts and without personal hints; zero if unknown
	At      time.Time
}

// Token is one signed statement of the broker and the key that verified it.
type Token struct {
	Use string // "id_token", "userinfo", "transaction_token", "access_token", "assertion"
	Raw Secret
	Key []byte // the public JWK, or with SAML the certificate in DER, that verified it; nil if nobody's signature was verified
}
