package mitid

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Broker translates between the Client and one broker's dialect. An adapter, such as
// mitid/criipto, implements it. An application never calls it.
//
// A Client calls the methods concurrently. An adapter keeps no state of a login. What
// Complete needs, Begin puts into Attempt.Private.
type Broker interface {
	// Callback names the method and the state parameter of the broker's answer.
	// It always returns the same value.
	Callback() CallbackRule
	// Begin returns the redirect that starts a validated attempt. It sets URL, and Form
	// if the browser must post the message; the Client fills in the rest. If the broker
	// cannot carry a field of the Request, Begin returns ErrUnsupported.
	Begin(ctx context.Context, a *Attempt) (*Redirect, error)
	// Complete verifies the broker's answer to that attempt. It returns the facts or an
	// error, never both. The Client has already checked state, expiry and single use.
	// Complete calls a.Admit as soon as it knows who answered, before any further call
	// to the broker.
	Complete(ctx context.Context, a *Attempt, cb Callback) (*Assertion, error)
}

// CallbackRule says for which issuer and application a broker answers, and how its
// answers reach the redirect URL. A login, pending or not, belongs to one Name, Issuer
// and ClientID. Another application can neither finish nor use it.
type CallbackRule struct {
	Name     string // the broker as errors name it: "criipto"
	Issuer   string // the issuer of its statements
	ClientID string // the application at that issuer; empty if the broker knows applications by the redirect URL alone
	Method   string // http.MethodGet or http.MethodPost
	State    string // the parameter with the handle: "state", "RelayState", "TARGET"
	// KeepTokens means that EndSession or MatchCPR need the ID token and the access token
	// of the login, and that neither token holds a fact about the person. A session on
	// the server keeps them then.
	KeepTokens bool
	// LogoutURL is the one address to which the broker returns after a logout. If empty,
	// it returns to any registered address, such as the redirect URL.
	LogoutURL string
	// HoldsStatement means that the answer holds the broker's whole statement (SAML). An
	// answer that comes again is then refused with ErrReplay, not ErrStateInvalid. A Logout
	// of such a broker always has a Subject.
	HoldsStatement bool
}

// Facts are the facts about a login that Attempt.Admit checks.
type Facts struct {
	guarded

	Level    claims.Level
	Capacity claims.Capacity
	AuthTime time.Time // zero if the broker did not say
	Subject  string
}

// Assertion holds the facts that an adapter has verified about one login.
type Assertion struct {
	guarded

	Identity claims.Identity
	Claims   any    // the dialect's claims, such as *criipto.Claims; if the Request asked for no CPR number, the Client takes what their method WithoutCPR() any returns, or drops them if they have none
	Echo     string // the nonce or InResponseTo that came back; the Client compares it
	Texts    Texts  // the texts that came back
	Expires  time.Time
	// SessionEnds is when the broker's own session ends at the latest, by the Client's clock
	// and with what the clocks may differ; zero if the broker did not say (SAML
	// SessionNotOnOrAfter).
	SessionEnds time.Time
	StepUp      string // what the adapter needs for StepUp later, such as a transaction id
	Evidence    Evidence

	// Holds is for a TokenVerifier whose tokens come again and again. It reports
	// whether nothing but time has passed since the token was verified: the broker's
	// keys are the same and need not be renewed yet. It makes no call and may be called
	// at any time. If nil, the Client verifies the token anew each time.
	Holds func() bool
}

// Texts are the texts that the person saw in MitID, according to the broker's answer.
type Texts struct {
	guarded

	ReferenceHeader string // "Log on at Acme"
	Reference       *Text  // nil if the answer holds none
	Transaction     *Text  // nil if the answer holds none
}

// The optional abilities of a broker. The Client finds them by type assertion, and
// returns ErrUnsupported if the Broker lacks one.
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
	// A StepUpper asks for more without a second login. If the Broker is none, the
	// Client re-authenticates the same person.
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

// Logout says which sessions the broker has ended.
type Logout struct {
	guarded

	Subject   string // if empty, every subject of SessionID
	SessionID string // if empty, every session of Subject

	At time.Time // when the broker ended them; a session whose login came later has not ended; zero if the broker did not say

	// Answer is where the browser that brought the message goes once the sessions have
	// ended (SAML). If nil, the broker waits for no answer.
	Answer *Redirect
	// Finished means that the message is the broker's answer to Client.EndSession, and
	// ends no session. Subject and SessionID are empty.
	Finished bool
	// Partial means, with Finished, that the broker could not log the person out
	// everywhere, or not at all. Your own session has ended before.
	Partial bool
}

// Redirect starts a login (or a logout) in the person's browser.
type Redirect struct {
	guarded

	URL     string            // where to send the browser
	Form    map[string]string // if not nil, post these fields to URL instead
	Handle  string            // 22 URL-safe characters; travels to the broker and back
	State   string            // the sealed attempt; keep it under Handle in this browser only
	Expires time.Time         // Complete refuses an answer after this
}
