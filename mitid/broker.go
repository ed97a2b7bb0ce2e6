package mitid

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Broker is the seam between the Client and one broker's dialect. An adapter
// (mitid/criipto, …) implements it; an application never calls it.
//
// A Client calls the methods concurrently. An adapter keeps no state of a
// login: what it needs at the answer it puts into Attempt.Private.
type Broker interface {
	// Callback names the method and the state parameter of the broker's answer.
	// It always returns the same value.
	Callback() CallbackRule
	// Begin turns a validated attempt into the redirect that starts it. It sets
	// URL (and Form where the message must be posted); the Client fills in the
	// rest. What the broker cannot carry is refused with ErrUnsupported.
	Begin(ctx context.Context, a *Attempt) (*Redirect, error)
	// Complete turns the broker's answer to that attempt into verified facts, or
	// an error, never both. The Client has already matched the state, the expiry
	// and single use. Complete calls a.Admit before any further call to the
	// broker that follows the first proof of identity.
	Complete(ctx context.Context, a *Attempt, cb Callback) (*Assertion, error)
}

// CallbackRule says whose answers a broker gives, and how they reach the redirect
// URL. Logins, pending ones included, belong to one application: what was begun
// with one Name, Issuer and ClientID is never finished or used with another.
type CallbackRule struct {
	Name     string // the broker as errors name it: "criipto"
	Issuer   string // whom the broker speaks for
	ClientID string // the application at that issuer; empty only where the broker knows applications by the redirect URL alone
	Method   string // http.MethodGet or http.MethodPost
	State    string // the parameter that brings the handle back: "state", "RelayState", "TARGET"
	// KeepTokens says that EndSession or MatchCPR need the ID token and the access
	// token of the login, and that neither holds a fact about the person, so that a
	// session on the server keeps them.
	KeepTokens bool
}

// Facts are what Attempt.Admit judges.
type Facts struct {
	guarded

	Level    claims.Level
	Capacity claims.Capacity
	AuthTime time.Time // zero if the broker did not say
	Subject  string
}

// Assertion is what an adapter has verified about one login.
type Assertion struct {
	guarded

	Identity claims.Identity
	Claims   any    // the dialect's claims, such as *criipto.Claims; without a method WithoutCPR() any they go where no CPR number was asked for
	Echo     string // the nonce or InResponseTo that came back; the Client compares it
	Texts    Texts  // the texts that came back
	Expires  time.Time
	StepUp   string // what the adapter needs to step up from this login later, such as a transaction id
	Evidence Evidence
}

// Texts are what the person saw in MitID, as the broker's answer tells it.
type Texts struct {
	guarded

	ReferenceHeader string // "Log on at Acme"
	Reference       *Text  // nil if the answer tells of none
	Transaction     *Text  // nil if the answer tells of none
}

// The optional abilities of a broker. The Client finds them by type assertion
// and answers ErrUnsupported where they are missing.
type (
	// A SessionEnder logs the person out at the broker.
	SessionEnder interface {
		EndSession(ctx context.Context, l *Login, returnTo, state string) (*Redirect, error)
	}
	// A CPRMatcher asks the broker whether a number belongs to the person who
	// just logged in.
	CPRMatcher interface {
		MatchCPR(ctx context.Context, l *Login, n cpr.Number) (bool, error)
	}
	// A StepUpper raises a login without making the person log in again. Without
	// it the Client re-authenticates the same person instead.
	StepUpper interface {
		StepUp(ctx context.Context, a *Attempt, l *Login) (*Redirect, error)
	}
	// A TokenVerifier checks an ID token that a front end obtained.
	TokenVerifier interface {
		VerifyToken(ctx context.Context, raw string) (*Assertion, error)
	}
	// A LogoutReceiver checks a logout message of the broker.
	LogoutReceiver interface {
		ReceiveLogout(ctx context.Context, cb Callback) (*Logout, error)
	}
)

// Logout tells which sessions the broker has ended.
type Logout struct {
	guarded

	Subject   string // if empty, every subject of SessionID
	SessionID string // if empty, every session of Subject

	At time.Time // when the broker said so; sessions of logins after it are not meant; zero if not told
}

// Redirect starts a login (or a logout) in the person's browser.
type Redirect struct {
	guarded

	URL     string            // where to send the browser
	Form    map[string]string // if not nil, post these fields to URL instead
	Handle  string            // 22 URL-safe characters; travels to the broker and back
	State   string            // the sealed attempt; keep it under Handle in this browser only
	Expires time.Time         // after this, Complete refuses
}
