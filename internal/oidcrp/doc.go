// Package oidcrp is an OpenID Connect relying party. It holds what every OpenID
// Connect broker needs. An adapter adds what its broker alone needs: parameters,
// claims and error codes.
//
// Two libraries do the standard work, and our own strict reading comes before
// theirs: go-oidc verifies tokens (second_reader.go), oauth2 makes token requests
// (exchange.go). Both readers must agree. go-jose signs what we send (sign.go) and
// opens what is encrypted for us (decrypt.go).
//
// [New] does no I/O. The discovery document and the keys are fetched at first
// use, one fetch at a time, and kept as [Cache] says. A login begins with
// [Party.Metadata] or [Party.Push] (RFC 9126). [Party.ReadAnswer], [Party.Exchange]
// and [Party.Verify] complete it.
//
// # Keys
//
// An unknown key id causes one fetch. If such a fetch did not bring the key, further
// tokens with unknown key ids are refused without a fetch until [Cache].CoolDown has
// passed. A bad signature of a known key causes no fetch, and neither does a token
// without a key id. A fetch has its own time limit and does not end when a caller's
// context ends.
//
// A copy is renewed in the background after four fifths of its life. After its life
// it is used only while the broker does not give a new one, and no longer than
// [Cache].StaleFor. So the use of a withdrawn key ends, and an outage of the broker's
// key endpoint does not end every login.
//
// # Errors
//
// Every error is a [*fault.Error]. Its text holds nothing that came from outside but
// error codes of the broker that a table of ours has.
//
// # Personal data
//
// Tokens, codes and secrets do not print: [Party], [Tokens], [Answer] and
// [Verified] write a placeholder under every verb.
//
// # Files
//
//   - party.go, config.go, check.go: the relying party, its settings and their checks.
//   - source.go, max_age.go: when a document of the broker is fetched and renewed, and
//     how long it is used. metadata.go, offers.go: the discovery document. key_set.go,
//     key.go, find_key.go: the keys, and the choice of the key of a token.
//   - verify.go: the steps of verifying a token. header.go, compact.go, decrypt.go: its
//     form. claims.go, validate.go: its claims. second_reader.go: the reading by go-oidc.
//     algorithm.go: signatures. logout.go: logout tokens.
//   - answer.go: the answer at the redirect URL. exchange.go, token.go: the exchange of
//     a code for tokens. userinfo.go, post.go: calls with an access token.
//   - par.go, request_object.go: pushed and signed requests. client_auth.go,
//     client_assertion.go, sign.go: client authentication and signing.
//   - call.go, refusal.go, error_code.go: HTTP calls and the classes of their errors.
//     probe.go: checks whether logins can work.
//
// [*fault.Error]: https://pkg.go.dev/github.com/dkeid/dkeid/internal/fault#Error
package oidcrp
