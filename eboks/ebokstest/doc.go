// Package ebokstest is the engine of the fake distributors of digital letters: mailboxes
// of people who do not exist, a clock, misbehaviours by name, and a page for a browser.
// The fakes themselves stand beside their adapters: package stralforstest fakes PostNord
// Strålfors Connect, and package postnordtest e-Boks Dispatch. Each listens on loopback
// addresses, over TLS, and demands its client certificate.
//
// In a test, one line starts a fake and the test's end stops it:
//
//	fake := stralforstest.New(t) // or postnordtest.New(t)
//
// Point the adapter at [Distributor.URL], [Distributor.System],
// [Distributor.ClientID], [Distributor.Certificate] and [Distributor.Roots], give
// it and the client [Distributor.Now] as clock, and send. The people of [People]
// have mailboxes; [Distributor.Add] adds others, and Settings.AnyRecipient gives
// everybody one.
//
// A letter that was accepted is not delivered: it moves on the fake's clock, and
// [Distributor.Advance] moves that. [Distributor.Letters] then shows what is in a
// mailbox, and a browser at [Distributor.PageURL] shows the same to a human. How
// often a letter was offered, taken in and delivered tell [Distributor.Offered],
// [Distributor.Count] and [Distributor.Delivered]; the last two are never more
// than 1, because a repeated id is refused as the wire does it.
//
// The fake misbehaves on script: [Distributor.Next] queues what the next requests
// meet, [Distributor.Always] goes on with it, and [Distributor.For] poisons one
// letter. [Misbehaviours] lists what there is, each with the error that is right
// for it. [Distributor.SetReceipts] spoils what is reported about letters.
//
// [Distributor.Requests] tells what arrived, and [Distributor.Offers] what became of each
// letter and why. [Distributor.Deliver], [Distributor.Bounce] and [Distributor.Delay] decide that from
// outside, and [Distributor.Reset] brings everything back to the start, between two tests.
//
// Requests are read in strict order by a schema that shares no code with the adapters:
// what the real distributor would have to refuse is refused here, with an error that names
// the place. [Distributor.Differences] lists what is made up.
//
// Package sendersuite is the conformance suite of the seam eboks.Sender: an adapter
// that passes it keeps every promise of the seam. Package ledgersuite does the same
// for an eboks.Ledger.
//
// A program that is no test starts a fake with stralforstest.Start or postnordtest.Start,
// and chooses among them with [Engines]. This package does not import package testing. A
// fake keeps what was sent to it for as long as it runs; Config.DigestsOnly leaves the
// documents out. While a letter arrives it takes the same small memory whatever the
// letter's size.
//
// # A fake for another distributor
//
// Implement [Dialect], and let [Start] start it; the example of Dialect is a whole one.
// [Distributor.Receive] and [Distributor.Accept] take letters in, [Distributor.Log] and
// [Distributor.History] tell what became of them, [Distributor.Reach] who can be reached,
// and [Distributor.Refuse] writes errors. The conformance suite asks [Traits] what is
// particular to the wire.
//
// # What is where
//
//   - distributor.go, config.go, listener.go, silent.go, serve.go: the fake itself
//   - dialect.go: what a wire adds; owner.go: the numbers of people and companies
//   - mailbox.go, letter.go, post.go, queue.go, course.go, decide.go: who has a mailbox, and
//     what becomes of a letter
//   - entry.go, receipts.go, codes.go: what the sender is told
//   - misbehaviour.go, road.go, alphabet.go, script.go, play.go: the misbehaviours, which
//     of them is next, and what they do
//   - page.go, page_texts.go: the mailbox page
//   - record.go, letter_record.go: what arrived, and what became of it; reset.go: the start
//   - differences.go: what is made up
//
// # Personal data
//
// Every ready-made person is fictitious, with a number of package cprtest.
// [Letter] and [Mailbox] print as a placeholder, a [Request] holds nothing about a
// person, addresses of the page hold random handles, and the page shows no number.
//
// # Testing
//
// Certificates and keys are made at start and live as long as the fake.
package ebokstest
