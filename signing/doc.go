// Package signing has documents signed by people with MitID, through any signing service
// for which there is an adapter. It fetches and verifies the signed copy before the
// service deletes it.
//
// A [Client] does what is the same with every service. It checks the order and the
// documents, finds an order whose answer was lost, closes an order when everybody has
// signed, fetches and verifies the signed copies, and deletes nothing before your own
// store has returned without an error. A [Service] is the interface of adapters. The
// adapter signing/criipto is for Criipto Signatures, and signing/neb for Nets eID Broker. A
// [Verifier], which each adapter has too, judges what the service issues.
//
// Make an [Order] with documents and signatories, and a new Order.Reference. Store the
// reference, call [Client.Place], and store [Placed].Ticket. Send each person their link
// from Placed.Links, such as in a letter. When a webhook of the adapter or [Client.Watch]
// says that something happened, call [Client.Complete] with the ticket, the order and a
// function that stores the [Result]. Call it as often as you like: while somebody has not
// decided it returns ErrPending. Mark the order as done in the function that stores, so
// that you call Complete no more.
//
// # A signed copy that is never lost
//
// A service that closes an order deletes its documents, at once or after some days, and
// the answer to the call can get lost. Complete closes with retention. Before it closes an
// order again, it reads the order. It stores before it deletes. After a crash, call
// Complete again: it continues from what the service says. An order that is closed need
// not be signed, so Complete judges by what each person did ([Progress.Ended]).
//
// # A document that changes its looks
//
// A PDF can be prepared so that it shows something else after it was signed. Place
// refuses scripts, layers, form fields, attachments, earlier updates and signatures,
// unless Config.Allow says otherwise. What has been verified in a signed copy, and what
// has not, is in [Verdict].
//
// # Errors
//
// Every error is an [*Error] whose Kind is one word. errors.Is(err, ErrPending) and the
// like tell them apart, and [Kind.Then] says what to do:
//
//   - Retry: ErrPending, ErrDocumentPending, ErrThrottled, ErrUnavailable,
//     ErrStoreFailed. The same call may succeed later.
//   - Ask: ErrOutcomeUnknown. After Place, call [Client.PlaceAgain]; after anything else,
//     the same call, which asks before it acts.
//   - Decide: a person must look. The signed copy cannot be trusted
//     (ErrSignatureInvalid, ErrSignerMismatch, …), settings are wrong (ErrAuthFailed,
//     ErrConfigInvalid), or things do not belong together (ErrConflict, ErrNotFound,
//     ErrResponseInvalid).
//   - Stop: ErrInputInvalid, ErrUnsupported, ErrRefused. The same call never succeeds.
//
// How an order ended is no error: [End] is signed, rejected, expired, cancelled or error.
//
// # Personal data
//
// Orders, signatories, documents, results and what services say print as placeholders
// and refuse to marshal. Errors and log lines hold ids, our own references and our own
// words. A [Ticket] holds nothing personal and is made to be stored. Titles and
// SigningAs are seen by all who get the document: ten digits that could be a CPR number
// are refused. If a signatory is named by
// CPR number (Who.CPR), the number stands in every copy.
//
// # Testing
//
// Package signing/signingtest is a signing service that needs no agreement, with people
// who sign on demand and misbehaviours by name. Package
// signing/signingtest/servicesuite is the conformance suite of adapters.
//
// # Files
//
// client.go has [Client] and its [Config], order.go, document.go and ticket.go what goes
// in, progress.go, event.go, result.go and verifier.go what comes out, service.go the
// [Service]. check.go, texts.go, read.go and inspect.go judge an order before it leaves.
// place.go, follow.go and watch.go (with cursor.go) have the methods of the same names.
// complete.go has Complete, with signed_copy.go for the signed copies and covers.go for
// their verdicts. errors.go and refuse.go have errors, raw.go, secret.go and digest.go values.
package signing
