// Package mitid logs people in with MitID, Denmark's electronic identity, through
// whatever broker an application has a contract with.
//
// A [Client] owns what must be equal everywhere: state, nonce, PKCE, expiry,
// single use, the level of assurance, the identity that must answer, the texts
// that were approved. A [Broker], made by an adapter such as mitid/criipto, only
// translates. Moving to another broker is another adapter and nothing else.
//
// A login is two calls. [Client.Begin] gives an address to send the browser to
// and a sealed State to keep in that browser (a cookie, under the Redirect's
// Handle). The person uses MitID; the broker sends the browser back to the
// redirect address; [ReadCallback] and [Client.Complete] turn that answer and the
// kept State into a [Login] or an error, never both. Package mitid/mitidhttp does
// all of this for net/http: handlers, sealed cookies, middleware, the button.
//
// Nothing of a pending login is kept on the server, so any replica can finish
// what another began, if all have the same [Config.StateKeys]. Used answers are
// remembered in a capped set in each process; give a shared [Once] when the
// broker's one-time code is not enough for you.
//
// What a person is, is told by type ([claims.Identity]): a missing CPR number is
// the zero cpr.Number, a protected name is a nil Name. Key accounts on Issuer and
// Identity.Subject. For private people alone, Identity.UUID is a second key, the same
// at every broker, where it is not zero (a broker may leave it out); for people who
// act for an organisation it may name the organisation, so colleagues would share
// one account. Never key on a name, and not on a CPR number, which can change.
//
// A Login belongs to one application: Broker, Issuer and ClientID. StepUp, MatchCPR
// and EndSession refuse that of another one. Whoever keeps sessions of their own
// stores the three beside Identity and StepUp.
//
// A Request with an Age is no login: the Login that comes of it holds an [AgeProof]
// and nobody's identity, and only brokers that are an [AgeProver] can do it.
//
// # Errors
//
// Every error is an [*Error] whose Kind is one word; errors.Is(err,
// ErrUserCancelled) and the like tell them apart, Temporary says whether the same
// call may succeed later, [PublicText] is what to tell the person in Danish or
// English. From Complete:
//
//   - ErrStateInvalid: no pending login of this browser, or it is used or expired.
//   - ErrUserCancelled: the person pressed cancel. Calm, not an alarm.
//   - ErrBrokerDeclined: the broker ended the login.
//   - ErrAssuranceTooLow: level or freshness below what was asked.
//   - ErrClaimMissing: no CPR number though it was required.
//   - ErrTransactionMismatch: the person saw another text than the one sent.
//   - ErrIssuerMismatch, ErrResponseInvalid, ErrTokenInvalid, ErrClaimInvalid: the
//     answer is not to be trusted; look at who sends such things.
//   - ErrBrokerUnavailable: nothing wrong, no answer, or somebody else's page in its
//     place; start anew.
//   - ErrConfigInvalid: wake the operator.
//
// From VerifyToken also ErrTokenExpired, which is ErrTokenInvalid too: the token is
// genuine and came too late. Where the broker refused, the text names the endpoint
// and Error.Status the HTTP status; its own words are in Error.Detail.
//
// # Personal data
//
// Values that hold tokens, codes or facts about a person print as their type's
// name and refuse to marshal. Errors and log lines hold no input at all; what
// the broker said is in Error.Detail, which prints as a placeholder. A CPR number
// that the Request did not ask for is dropped from Identity and Claims. It is
// still inside the signed token in Evidence, and VerifyToken, which knows no
// Request, keeps it: whoever must not have it asks the broker not to send it.
//
// # Testing
//
// Beside each adapter stands a fake of its broker (criipto/criiptotest,
// nets/neb/nebtest, nets/eident/eidenttest) that needs no account, answers with the real
// paths and shapes, and misbehaves on demand. Package mitidtest has the people.
package mitid
