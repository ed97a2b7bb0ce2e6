// Package postnord puts letters into e-Boks over e-Boks' own Dispatch interface,
// version 3, as a customer of PostNord gets it. It is an adapter: hand its Sender
// to [eboks.New].
//
//	sender, err := postnord.New(postnord.Config{
//		BaseURL:     "https://api.e-boks.example", // all of this comes from the agreement
//		System:      "3994",
//		ClientID:    "1234",
//		Certificate: certificate,
//	})
//	client, err := eboks.New(eboks.Config{Sender: sender})
//
// # What this is, and what is uncertain
//
// PostNord publishes no wire of its own for e-Boks. What public code shows is the
// Dispatch interface, in three senders of one supplier; so that is what this
// package speaks. An agreement that turns out to be PostNord Strålfors Connect
// wants package stralfors instead.
//
// Seen in code that runs, and done exactly: the address, the message id, the XML
// and its order, the client certificate, 409 and 419 for an id that was used
// before, 400 for good.
//
// There are two sorts of senders. Behind a proxy, message ids have a client id, and the
// answer says in JSON what became of the letter. At e-Boks itself, message ids have none
// (leave [Config.ClientID] empty) and any success will do ([AnswerStatus]).
//
// Not public, and therefore a setting: the host and every id (the agreement has
// them), what a success looks like ([Config.Answer], [Config.RecipientOptional]),
// whether a repeated id is really recognised ([Config.NoDedupe]), the body of the
// lookup ([Config.LookupName]), and where a letter's state can be read
// ([Config.StatusURL]). The limit of a title is unknown too: 255 characters are
// taken.
//
// # What it carries
//
// One PDF to one person (recipient type P) or company (V). The types KP and KFP, for people
// whose number is not known, are not offered. Attachments, replies, a day before which the
// letter must not arrive, and print are in no public description of this wire and
// are refused with [eboks.ErrUnsupported]. Neither does it report openings: see
// package readlink.
//
// # When the recipient cannot have it
//
// The answer names the reason: exempt, invalid (no mailbox), dead, minor. Each is
// [eboks.ErrRecipientUnreachable] and final. But the other side may go on with the
// letter by itself, which it calls post-processing: it looks for a postal address
// and prints. Whether it does is in the agreement. [eboks.SafeToRetry] tells the
// two apart:
//
//   - true: the letter went nowhere. Send it on another channel if you must.
//   - false: the other side has it, or may have ("invalid" goes that way). Do not
//     put it on paper yourself before its state says Failed, or the citizen gets it
//     twice. With StatusURL [Sender.ReadStatus] tells: Queued, PrintQueued or Failed.
//
// # When a letter is done
//
// This wire never says that a letter is in the mailbox or with the carrier. AcceptedDigital
// and PrintQueued are its last words (Capabilities.Ends), and without StatusURL the answer
// to the letter is: so no letter is overdue for what nobody tells.
//
// # Errors
//
// A refusal ends a letter only in the distributor's own words: XML or JSON, and a
// Content-Type that says so, or a fault (Fejl). Any other answer of 4xx may come from a
// server or filter on the way, such as nginx that refuses the client certificate with 400
// and a page: the letter waits, and somebody hears of it.
//
// 409 and 419 are AlreadyAccepted, with the distributor's words or without any: the Client
// decides what that means. With a page they are OutcomeUnknown. A success
// whose answer is empty, unreadable, about another letter or another recipient,
// or in words that this package does not know is OutcomeUnknown, with the answer
// in Error.Raw.
//
// # Personal data
//
// The recipient's number travels in the body of a letter. The wire's only lookup
// has it in the address, where servers and proxies log it; so a lookup of a person
// is refused with [eboks.ErrUnsupported] until [Config.CPRInURL] allows it. Message
// ids are made of the ids of the agreement and the letter's, and name nobody.
//
// # Testing
//
// postnordtest.New is this wire without an agreement.
package postnord
