package mitid

import (
	"time"

	"github.com/dkeid/dkeid/claims"
)

// Login is one completed login: every rule of the Request holds.
//
// For Request.Age it is no login of anybody: Age is not nil, Identity, Level,
// Claims, Texts and StepUp are zero, and the sub in the evidence is made up anew
// each time, so that it is no key of an account.
type Login struct {
	guarded

	Age      *AgeProof // nil for a login; otherwise the answer to Request.Age, and nobody's identity
	Identity claims.Identity
	Level    claims.Level // what was achieved; at least what was asked for
	Claims   any          // the dialect's own claims, such as *criipto.Claims; without any CPR number where none was asked for
	Texts    Texts        // what the person saw, equal to what the Request said
	Broker   string       // the adapter's name
	Issuer   string
	ClientID string    // the application that the person logged in to; StepUp, MatchCPR and EndSession refuse another's
	Expires  time.Time // when the broker's statement ends; not the life of your session
	StepUp   string    // the adapter's handle for Client.StepUp; not secret, not personal
	Evidence Evidence
}

// Evidence is what proves the login later. Store it sealed: it names the person,
// and a token holds a CPR number if the broker put one in, asked for or not.
type Evidence struct {
	guarded

	Tokens  []Token // as they arrived, byte for byte
	Request Secret  // what was asked, as a query string: of texts the SHA-256, of personal hints nothing; zero when unknown
	At      time.Time
}

// Token is one signed statement of the broker and the key that verified it.
type Token struct {
	Use string // "id_token", "userinfo", "transaction_token", "access_token", "assertion"
	Raw Secret
	Key []byte // the public JWK (or certificate) that verified it
}
