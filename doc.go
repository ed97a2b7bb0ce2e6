// Package dkeid is the root of a module for Danish eID, digital post and signing. People
// log in with MitID through a broker, get letters in their e-Boks through a distributor,
// and sign documents at a signing service. This package holds no code. What you import lies below it:
//
//   - [github.com/dkeid/dkeid/mitid]: the client that logs people in. It speaks
//     MitID, not a broker's dialect.
//   - [github.com/dkeid/dkeid/mitid/mitidhttp]: handlers for net/http: login, callback,
//     session, logout, step-up and the MitID button.
//   - [github.com/dkeid/dkeid/mitid/criipto]: Criipto Verify, sold as Idura Verify.
//   - [github.com/dkeid/dkeid/mitid/nets/neb]: Nets eID Broker.
//   - [github.com/dkeid/dkeid/mitid/nets/eident]: Nets E-Ident, over OpenID Connect or SAML 1.1.
//   - [github.com/dkeid/dkeid/mitid/nets]: claims that both brokers of Nets have.
//   - [github.com/dkeid/dkeid/mitid/nemlogin]: NemLog-in, the broker of the state, over SAML.
//   - [github.com/dkeid/dkeid/claims]: who somebody is: identity, level, address,
//     company.
//   - [github.com/dkeid/dkeid/claims/nameform]: names as passports write them, and
//     the rules for MitID user IDs.
//   - [github.com/dkeid/dkeid/cpr]: CPR numbers that do not print themselves.
//   - [github.com/dkeid/dkeid/eboks]: the client that sends letters, each of them once.
//   - [github.com/dkeid/dkeid/eboks/outbox]: sends letters from a journal in your database:
//     queued in your transaction, never lost, never sent twice; a module of its own.
//   - [github.com/dkeid/dkeid/eboks/outbox/opendb]: opens an SQLite file or a PostgreSQL for it;
//     in the module of outbox.
//   - [github.com/dkeid/dkeid/eboks/outbox/riverrunner]: has River drive it on many machines;
//     a module of its own.
//   - [github.com/dkeid/dkeid/eboks/stralfors]: PostNord Strålfors Connect.
//   - [github.com/dkeid/dkeid/eboks/postnord]: e-Boks Dispatch, as PostNord sells it.
//   - [github.com/dkeid/dkeid/eboks/readlink]: a link in a letter that only its
//     recipient opens.
//   - [github.com/dkeid/dkeid/eboks/textletter]: a text becomes the PDF of a letter;
//     a module of its own.
//   - [github.com/dkeid/dkeid/signing]: the client that has documents signed, and loses
//     no signed copy.
//   - [github.com/dkeid/dkeid/signing/criipto]: Criipto Signatures, sold as Idura
//     Signatures.
//   - [github.com/dkeid/dkeid/signing/evidence]: the bundle that proves a login or a
//     signature in ten years.
//   - [github.com/dkeid/dkeid/signing/neb]: signatures at Nets eID Broker: a document in one
//     login, and orders.
//   - [github.com/dkeid/dkeid/signing/pades]: a verdict on a signed PDF, offline: who signed
//     what when, and what was changed since.
//
// For your tests, without an account anywhere:
//
//   - [github.com/dkeid/dkeid/mitid/criipto/criiptotest]: a fake Criipto.
//   - [github.com/dkeid/dkeid/mitid/nets/neb/nebtest]: a fake Nets eID Broker.
//   - [github.com/dkeid/dkeid/mitid/nets/eident/eidenttest]: a fake Nets E-Ident.
//   - [github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest]: a fake NemLog-in.
//   - [github.com/dkeid/dkeid/mitid/mitidtest]: people who do not exist, and what else
//     the fakes have in common.
//   - [github.com/dkeid/dkeid/mitid/mitidtest/brokersuite]: the conformance suite of
//     adapters for logins.
//   - [github.com/dkeid/dkeid/eboks/stralfors/stralforstest]: a fake Strålfors Connect.
//   - [github.com/dkeid/dkeid/eboks/postnord/postnordtest]: a fake e-Boks Dispatch.
//   - [github.com/dkeid/dkeid/eboks/ebokstest]: mailboxes of people who do not exist, and
//     what else the fake distributors have in common.
//   - [github.com/dkeid/dkeid/eboks/ebokstest/sendersuite]: the conformance suite of
//     adapters for letters.
//   - [github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite]: the conformance suite of
//     ledgers.
//   - [github.com/dkeid/dkeid/signing/signingtest]: a fake Criipto Signatures, with
//     signed PDFs, pages for signatories and webhooks.
//   - [github.com/dkeid/dkeid/signing/signingtest/servicesuite]: the conformance suite of
//     adapters for signing.
//   - [github.com/dkeid/dkeid/cpr/cprtest]: CPR numbers that belong to nobody.
//
// A program links what it imports and no more: cpr needs the standard library alone.
//
// Begin with the example below, and with "go run ./examples/questionnaire" in a clone
// of the repository, which shows the whole in a browser. There is a guide for each thing that
// you want to do: docs/README.md lists them.
package dkeid
