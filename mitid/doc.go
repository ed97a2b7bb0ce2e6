// Package mitid logs people in with MitID, Denmark's electronic identity, through the
// broker that an application has a contract with.
//
// A [Client] does what is the same with every broker. It checks state, nonce, PKCE,
// expiry, single use, the level of assurance, the identity that must answer, and the
// texts that were approved. A [Broker], which an adapter such as mitid/criipto makes,
// only translates. To change to another broker, change the adapter and nothing else.
//
// A login is two calls. [Client.Begin] returns an address to send the browser to, and a
// sealed State to keep in that browser: in a cookie, under the Redirect's Handle. The
// person uses MitID, and the broker sends the browser back to the redirect address.
// There, [ReadCallback] and [Client.Complete] turn the answer and the State into a
// [Login] or an error, never both. Package mitid/mitidhttp does all of this for
// net/http: handlers, sealed cookies, middleware, the button.
//
// The server keeps nothing of a pending login. So any replica can finish a login that
// another began, if all have the same [Config.StateKeys]. Each process remembers used
// answers in a bounded set. If the broker's one-time code is not enough for you, set a
// shared [Once].
//
// [claims.Identity] describes a person. A missing CPR number is the zero cpr.Number,
// and a protected name is a nil Name. Key accounts on Issuer and Identity.Subject. For
// private people, Identity.UUID is a second key if it is not zero: it is the same at
// every broker, but a broker may leave it out. For people who act for an organisation
// it may be the organisation's, so colleagues would share one account. Do not key on a
// name. Do not key on a CPR number, which can change.
//
// A Login belongs to one application: Broker, Issuer and ClientID. StepUp, MatchCPR and
// EndSession refuse the Login of another application. If you keep sessions of your own,
// store the three beside Identity and StepUp.
//
// A Request with an Age asks for a proof of age and not for a login. The resulting Login
// holds an [AgeProof] and no identity. Only a broker that is an [AgeProver] can do it.
//
// # Safety
//
// Over OpenID Connect, two independent readers must agree on a broker's statement before
// anybody is logged in. One is the strict reader of this module, which refuses what is
// ambiguous. The other is the library that Go programs use for the purpose (go-oidc,
// oauth2). If only one of them accepts a statement, it is refused. Over SAML, two readers
// of the XML must agree, and every fact is read from what the signature covers.
//
// # Errors
//
// Every error is an [*Error] with a Kind. Use errors.Is(err, ErrUserCancelled) and the
// like to tell them apart. Temporary reports whether the same call may succeed later.
// [PublicText] returns a text for the person in Danish or English. Complete returns:
//
//   - ErrStateInvalid: this browser has no such pending login, or it was used or has
//     expired.
//   - ErrUserCancelled: the person pressed cancel. This is normal.
//   - ErrBrokerDeclined: the broker ended the login.
//   - ErrAssuranceTooLow: the level is too low, or the login is not fresh.
//   - ErrClaimMissing: there is no CPR number, and the Request required one.
//   - ErrTransactionMismatch: the person saw another text than the one that was sent.
//   - ErrIssuerMismatch, ErrResponseInvalid, ErrTokenInvalid, ErrClaimInvalid: the
//     answer is not trustworthy. Find out who sent it.
//   - ErrBrokerUnavailable: the broker did not answer, or something that is not the
//     broker did. Start anew.
//   - ErrConfigInvalid: settings are wrong. Alert the operator.
//
// VerifyToken also returns ErrTokenExpired, for a genuine token that came too late. It
// is an ErrTokenInvalid too. If the broker refused a call, the error's text names the
// endpoint, Error.Status is the HTTP status, and Error.Detail holds the broker's words.
//
// # Personal data
//
// Values that hold tokens, codes or facts about a person print as their type's name and
// refuse to marshal. Errors and log lines hold no input. The broker's words are in
// Error.Detail, which prints as a placeholder. A CPR number that the Request did not ask
// for is dropped from Identity and Claims. The signed token in Evidence still holds it.
// VerifyToken knows no Request and keeps it. If you must not have the number, set up the
// broker not to send it. VerifyToken remembers the latest logins until their tokens
// expire. They do not print with the Client.
//
// # Testing
//
// Beside each adapter stands a fake of its broker (criipto/criiptotest,
// nets/neb/nebtest, nets/eident/eidenttest, nemlogin/nemlogintest) that needs no account,
// answers with the real paths and shapes, and misbehaves on demand. Package mitidtest has
// the people.
//
// # Files
//
//   - client.go: Config, Client, New
//   - request.go, begin.go: what a login asks for, and how it begins
//   - callback.go, complete.go, login.go: the answer, how it is checked, the result
//   - step_up.go: what can follow a login (StepUp, MatchCPR, EndSession, ReceiveLogout)
//   - verify_token.go, token_memory.go: ID tokens that a front end obtained
//   - age.go: proofs of age
//   - check.go: whether logins can work
//   - broker.go, attempt.go: what an adapter implements and gets
//   - sealed.go, once.go: the State of a pending login, and its single use
//   - errors.go, public_text.go: errors, and texts for people
//   - secret.go, print.go: how secrets and personal data print
package mitid
