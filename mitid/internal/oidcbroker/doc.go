// Package oidcbroker holds what the adapters of OpenID Connect brokers do alike.
// An adapter keeps what is its broker's own: words, tables and rules.
//
// # What an adapter brings
//
//   - A Config with the settings of its broker, and New, which turns it into a
//     [Config]: the ways to authenticate, the algorithms, the table of the broker's
//     error codes ([Codes]).
//   - For Begin: what the broker cannot carry ([Unsupported]), the scopes, and the
//     parameters that are its own.
//   - For Complete: a strict reader of its claims, and whom they name.
//
// # What it gets
//
//   - [Broker.Prepare] and [Broker.Begin]: the authorization request of
//     golang.org/x/oauth2 with state, nonce and PKCE, signed or not, pushed or in the
//     address; and no hint that names a person in an address.
//   - [Broker.Exchange], [Verify], [Admit], [AdmitTexts], [Userinfo] and
//     [Complement], [Evidence]: the steps of Complete, in this order. The adapter
//     calls them itself, so that its complete.go shows what happens.
//   - [AgeAssertion], [Broker.EndSession] and [Broker.Check] for the abilities of the
//     same names, and [Broker.Callback], [Broker.String].
//
// # Files
//
//   - broker.go, auth.go: the settings of an application, and how it authenticates.
//   - unsupported.go, begin.go: what is refused, and how the rest travels.
//   - exchange.go, codes.go, verify.go, admit.go, userinfo.go, evidence.go: the steps
//     of Complete.
//   - age.go, logout.go: the abilities that several brokers have.
package oidcbroker
