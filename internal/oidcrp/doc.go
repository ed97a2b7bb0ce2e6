// Package oidcrp is an OpenID Connect relying party: what every broker that
// speaks OIDC needs, and nothing that only one of them does. An adapter brings
// the dialect: parameters, claims, error codes of its own.
//
// [New] does no I/O. The discovery document and the keys are fetched at first
// use, one fetch at a time, and kept as [Cache] says. A login is [Party.Metadata]
// (or [Party.Push], RFC 9126) to begin; [Party.ReadAnswer], [Party.Exchange] and
// [Party.Verify] to complete.
//
// # Keys
//
// A key id that is not known is worth one fetch, unless another that did not
// bring its key lies less than [Cache].CoolDown back: then the token is refused
// at once. A known key with a bad signature, or a token without a key id, is
// never worth one. The fetch belongs to no caller: it has its own time limit, and
// a caller who leaves harms nobody. A copy is renewed in the background before it
// has aged, and not used once it has, except while the broker cannot give a new
// one, and then for [Cache].StaleFor at most. So a withdrawn key ends, and an
// outage of the broker's key endpoint does not end every login.
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
// [*fault.Error]: https://pkg.go.dev/github.com/dkeid/dkeid/internal/fault#Error
package oidcrp
