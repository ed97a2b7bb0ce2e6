// Package oidcrp is an OpenID Connect relying party: what every broker that
// speaks OIDC needs, and nothing that only one of them does. An adapter brings
// the dialect: parameters, claims, error codes of its own.
//
// Two libraries do the standard work, and our own strict reading comes before
// theirs: go-oidc verifies tokens (second_reader.go), oauth2 makes token requests
// (exchange.go). Both readers must agree. go-jose signs what we send (sign.go) and
// opens what is encrypted for us (decrypt.go).
//
// [New] does no I/O. The discovery document and the keys are fetched at first
// use, one fetch at a time, and kept as [Cache] says. A login is [Party.Metadata]
// (or [Party.Push], RFC 9126) to begin; [Party.ReadAnswer], [Party.Exchange] and
// [Party.Verify] to complete.
//
// # Keys
//
// An unknown key id causes one fetch. If a fetch for an unknown key id brought
// nothing less than [Cache].CoolDown ago, the token is refused without one. A bad
// signature of a known key causes no fetch, and neither does a token without a key
// id. A fetch has its own time limit: a caller who leaves does not end it for the
// others.
//
// A copy is renewed in the background after four fifths of its life, and not used
// after its life, except while the broker cannot give a new one, and then for
// [Cache].StaleFor at most. So the use of a withdrawn key ends, and an outage of
// the broker's key endpoint does not end every login.
//
// # Errors
//
// Every error is a [*fault.Error]. Its text holds nothing that came from outside,
// and of the other side's error codes only those of a fixed table.
//
// # Personal data
//
// Tokens, codes and secrets do not print: [Party], [Tokens], [Answer] and
// [Verified] write a placeholder under every verb.
//
// # Files
//
//   - party.go, config.go, check.go: a relying party, its settings, and what is wrong
//     with them.
//   - source.go, max_age.go: one document of the broker: when it is fetched, renewed and
//     no longer used. metadata.go, offers.go: discovery. key_set.go, key.go,
//     find_key.go: the keys, and which one a token means.
//   - verify.go: a token, from first to last. header.go, compact.go, decrypt.go: its form.
//     claims.go, validate.go: its claims. second_reader.go: go-oidc.
//     algorithm.go: signatures. logout.go: logout tokens.
//   - answer.go: the answer at the redirect URL. exchange.go, token.go: a code for
//     tokens. userinfo.go, post.go: calls with an access token.
//   - par.go, request_object.go, params.go: requests. client_auth.go,
//     client_assertion.go, sign.go: who we are.
//   - call.go, refusal.go, error_code.go: HTTP calls and the classes of their errors.
//     probe.go: whether logins can work.
//
// [*fault.Error]: https://pkg.go.dev/github.com/dkeid/dkeid/internal/fault#Error
package oidcrp
