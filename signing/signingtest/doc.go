// Package signingtest fakes Criipto (Idura) Signatures for tests and demonstrations: the
// GraphQL API of the application and of the signatory, the signatory's pages, and webhooks.
// One line starts a fake, and stops it when the test ends:
//
//	fake := signingtest.New(t)
//
// A client is pointed at [Service.Endpoint] with [Service.ClientID] and
// [Service.ClientSecret]. Signatories log in with a fake MitID at [Service.Verify], a fake
// Criipto Verify of package criiptotest, whose issuer and keys the tokens in signed files
// have. [Service.SignAs], [Service.Reject] and [Service.Approve] walk a signatory's part
// over HTTP. A human opens the link in a browser, reads the PDF and clicks.
//
// Signed files are genuine: [Service.SealRoots] is the authority of seals and timestamps,
// made at start. The uploaded bytes are a prefix of them, unless Settings.Rewrites says
// otherwise.
//
// [Service.Advance] moves the clock, the tenant's too: orders expire, retained documents
// are deleted, and webhooks are tried again, each at its own time. [Service.Settle] waits
// until every webhook that is due has been answered.
//
// [Service.Next] plays a misbehaviour by its name, once; [Service.At] plays it at an
// operation, and [Service.Always] until [Service.Behave]. [Misbehaviours] lists them.
// [Service.Requests] returns what arrived, and [Service.Signatories] what became of each signatory
// and why. [Service.Reset] brings everything back to the start, between two tests. [SDL] is the schema, so that a client's tests can check its queries.
//
// A program that is no test starts a fake with [Start]. A fake listens on loopback
// addresses only unless it is told otherwise, calls webhooks on this machine alone, holds
// bounded memory, and shares nothing with other fakes of the process.
// [Service.Differences] lists where it knowingly differs from the real service
// (docs/signing-fake.md).
//
// # Files
//
//   - config.go, service.go, listener.go, serve.go: the fake itself
//   - schema.graphql, schema.go: the schema
//   - graphql.go, answer.go, execute.go, node.go: requests and answers
//   - order.go: what the fake keeps, and what the clock does
//   - create.go, document.go, provider.go, signatories.go, signatory_changes.go, end.go:
//     mutations of the application
//   - queries.go, order_node.go, signature.go: what the application reads
//   - viewer.go, sign.go, evidence.go, login.go, claims.go: the signatory's side
//   - webhook.go, mail.go: webhooks and their delivery
//   - page.go, page_sign.go, page_texts.go, drawing.go: pages for humans
//   - walk.go: signatories without a human
//   - script.go, misbehaviour.go: how things go wrong; the files misbehaviour_….go are the
//     catalogue
//   - record.go, signatory_record.go: what arrived, and what became of signatories
//   - reset.go, names.go, differences.go: the start, ids, and what is not as in reality
//
// # Errors
//
// Errors of this package say what the caller did wrong. They hold nothing of what the API
// answered.
//
// # Personal data
//
// Every ready-made person is fictitious. [Request] keeps what arrived, links and personal
// data in variables included, so it prints as method, path and operations only. A
// [SignatoryRecord] prints as id and status.
//
// # Testing
//
// The keys of the tenant are published with package mitidtest, and anybody can sign as
// anybody: never configure a real service to trust a file from here.
package signingtest
