// Package signing has documents signed by people with MitID, through whatever signing
// service an application has an agreement with, and brings the signed copy home before
// the service deletes it.
//
// A [Client] does what is the same with every service. It checks the order and the
// documents, finds an order whose answer was lost, waits until everybody has decided,
// closes, fetches and verifies, and removes nothing before your own store has said yes.
// A [Service], made by an adapter such as signing/criipto, only translates. A [Verifier],
// which the adapter has too, judges what the service issues.
//
// Make an [Order] with documents and signatories, and a new Order.Reference. Store the
// order's reference, call [Client.Place], and store [Placed].Ticket. Send each person
// their link from Placed.Links, such as in a letter. When a webhook of the adapter or
// [Client.Watch] says that something happened, call [Client.Complete] with the ticket,
// the order and a function that stores the [Result]. Call it as often as you like: while
// somebody has not decided it returns ErrPending.
//
// # A signed copy that is never lost
//
// A service that closes an order deletes its documents, at once or after some days, and
// the answer to the call can get lost. Complete closes with retention, and asks for the
// order before it ever closes it again. It stores before it deletes, and a crash at any
// point is repaired by the next Complete. An order that is closed need not be signed, so
// Complete judges by what each person did ([Progress.Ended]).
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
// are refused. A demand for a CPR number (Who.CPR) puts the number into every copy.
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
// complete.go has Complete, with home.go for the signed copies and covers.go for their
// verdicts. errors.go and refuse.go have errors, raw.go, secret.go and digest.go values.
package signing
