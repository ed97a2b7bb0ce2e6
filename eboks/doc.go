// Package eboks puts letters into people's digital mailboxes (e-Boks, Digital
// Post) by CPR or CVR number, through whatever distributor an application has an
// agreement with, and follows what becomes of them.
//
// A [Client] owns what must be equal everywhere: validation, idempotency, retries,
// pauses, the judgement of answers. A [Sender], made by an adapter such as
// eboks/stralfors or eboks/postnord, only translates.
//
// Sending is one call. Make an [ID] when you decide on the letter and store it;
// then [Client.Send] a [Letter] with the recipient, a title, a PDF and a material,
// and store the [Receipt]. Whatever happens, call Send with the same letter again:
// as long as the [Ledger] remembers it, the same ID never becomes two letters.
// [Client.SendBatch] sends any number.
//
// A receipt says that the distributor has the letter. That is not delivery:
// [DeliveredDigital] is, when the letter lies in the mailbox. Read [Client.Events]
// from time to time with the cursor that you stored, or ask [Client.Status], and
// put events together in a [History]. [Capabilities.Final] says when there is nothing
// more to wait for. No private distributor tells whether a letter was read; package
// eboks/readlink proves it another way.
//
// # One letter
//
// A [Ledger] keeps for each ID a keyed digest of the whole letter and what became of
// it. Send takes the letter in hand there before anything leaves, makes attempts, and
// settles the outcome, so that two processes on one ledger never bring the same letter.
// The same ID with other content is ErrConflict. A letter whose answer was lost is
// ErrOutcomeUnknown and is never resent by itself: a second Send asks the distributor
// first, and offers the letter again only where a repeated ID is recognised
// ([Capabilities].Dedupes), or after the distributor's log has not known the letter for
// [RetryPolicy].LogLag, if that is set. The default ledger lives in memory; after a restart it
// knows nothing, so give Config.Ledger a durable one in production.
//
// [Client.Prepare], [Client.Attempt] and [Outcome.Resettle] are the same in steps, for
// programs that keep their own queue.
//
// # Documents
//
// A document is a PDF. The client reads it twice, to measure and to send, and holds at most
// 24 kB of it; so it reads a smaller one once. If the second reading differs from the first
// by one byte, the request stays incomplete and nothing arrives.
//
// A document that was cut off is refused. If a letter may be printed, the client holds each
// document whole and looks at more: [Document] says what. Letter.Unchecked lifts both.
//
// # Storing
//
// [ID], [Status], [Reachability], [Kind], [State] and [Then] are words in JSON and in
// columns of text; the words never change. A word that is not known is an error.
//
// # Errors
//
// Every error is an [*Error]. Error.Then says what to do, and after a Send that is all
// a program needs:
//
//   - Retry: the distributor does not have the letter; the same call later
//   - Ask: it may have the letter; the same call later, which asks first
//   - Decide: it may have the letter, and a person must find out; then [Client.Release]
//     or [Client.GiveUp]
//   - Stop: it does not have the letter and never takes it; correct it, under a new ID,
//     or find another way to the person (Error.Reachability)
//
// Error.Kind says why; errors.Is(err, ErrRejected) and the like tell the kinds apart.
// Config.Alarm has been told where a person must act.
//
//   - ErrInputInvalid, ErrUnsupported: the letter is not in order; nothing left now
//   - ErrUnavailable, ErrThrottled, ErrAuthFailed, ErrConfigInvalid: the way to the
//     distributor is in trouble, not the letter; [Client.Channel] says until when
//   - ErrRecipientUnreachable: no mailbox, exempt, a minor, deceased
//   - ErrRejected: refused for good, in the distributor's own words
//   - ErrOutcomeUnknown: nobody knows yet, or another process has the letter in hand
//   - ErrParked: that happened too often, or a person has given the letter up
//   - ErrConflict, ErrDuplicate: the ID stands for another letter
//   - ErrStoreFailed: the ledger failed
//   - ErrReceiptInvalid, ErrReceiptOverdue: an event that cannot be trusted, or
//     none at all
//
// # Personal data
//
// Letters, recipients, addresses, documents and what distributors answer print as
// placeholders and refuse to marshal. Errors and log lines hold IDs and codes
// alone. A title is shown in e-mails and on locked telephones: keep it bland; ten
// digits are refused.
//
// # Testing
//
// Packages eboks/stralfors/stralforstest and eboks/postnord/postnordtest are distributors
// that need no agreement, demand a client certificate as the real ones do, keep mailboxes,
// and misbehave on demand. Package eboks/ebokstest is what they share.
//
// # Files
//
//   - letter.go, recipient.go, address.go, document.go, id.go: what is sent, and to whom.
//   - validate.go, prepare.go, measure.go, content.go, digest.go, bytes.go: a letter is
//     checked, its documents are measured, and read as they were measured.
//   - client.go, config.go, send.go, batch.go, attempt.go, release.go: sending.
//   - rule.go, answer.go, then.go, errors.go: what an answer means, and what to do then.
//   - channel.go: when the way to the distributor is paused.
//   - ledger.go, memory.go: what is remembered of a letter.
//   - follow.go, event.go, status.go, history.go, receipt.go, recall.go, reachability.go:
//     what becomes of a letter.
//   - sender.go: the seam to a distributor. raw.go: what it sent.
//   - forms.go: how values are written in JSON and in columns.
package eboks
