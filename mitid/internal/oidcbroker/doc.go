// Package oidcbroker holds the steps of a login that all OpenID Connect brokers share.
// An adapter adds the parameters, tables and rules of its broker.
//
// # What an adapter brings
//
//   - A Config with the settings of its broker, and New, which turns it into a
//     [Config]: the ways to authenticate, the algorithms, the table of the broker's
//     error codes ([Codes]).
//   - For Begin: what the broker cannot carry ([Unsupported]), the scopes, and the
//     parameters that are its own.
//   - For Complete: a strict reader of its claims, and a function that makes an identity
//     of them.
//
// # What it gets
//
//   - [Broker.Prepare] and [Broker.Begin]: the authorization request of
//     golang.org/x/oauth2 with state, nonce and PKCE, signed or not, pushed or in the
//     address. An address never holds a hint that names a person.
//   - [Broker.Exchange], [Verify], [Admit], [AdmitTexts], [Userinfo] and
//     [Complement], [Evidence]: the steps of Complete, in this order. The adapter
//     calls them itself, so that its complete.go shows what happens.
//   - [AgeAssertion], [Broker.EndSession] and [Broker.Check] for the optional abilities,
//     and [Broker.Callback] and [Broker.String].
//
// # Files
//
//   - broker.go, auth.go: the settings of an application, and how it authenticates.
//   - unsupported.go, begin.go: what is refused, and how the request is sent.
//   - exchange.go, codes.go, verify.go, admit.go, userinfo.go, evidence.go: the steps
//     of Complete.
//   - age.go, logout.go: the abilities that several brokers have.
package oidcbroker
