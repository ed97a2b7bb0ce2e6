// Package stralfors speaks to PostNord Strålfors Connect over OIOREST, as a
// sender system. It is an adapter: hand its Sender to [eboks.New] and forget it.
//
//	sender, err := stralfors.New(stralfors.Config{
//		BaseURL:     "https://…", // from your agreement
//		System:      "1234",      // the sender system's id in the Connect portal
//		User:        "Ærø Kommune, Borgerservice",
//		Certificate: certificate,
//		Materials:   map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17"}},
//	})
//	client, err := eboks.New(eboks.Config{Sender: sender, Ledger: ledger, Key: key})
//
// # What is known
//
// Strålfors does not publish the interface. This package is built on what can be
// read in public, and says where it guesses.
//
// Known: a sender shows a TLS client certificate and is a sender system with an
// id of at most 10 characters; letters have a shipment type, a number of the same
// portal. There are nine services with the names of [Operations]. Mistakes in a
// call are answered at once; what goes wrong later, an unreachable recipient for
// one, is in the transaction log alone, so a letter taken in is not a letter
// delivered. The body of a letter is ForsendelseI, published whole as version
// 1.0.0 with its order of elements, which this package keeps to; of version 3.0.0
// one example is public and agrees with it but for two namespaces. The ten states
// of the log and what they mean are known from two sides.
//
// Not known, and therefore a setting with a guess as its default: addresses,
// methods and success codes of the services ([Config.BaseURL] has no default, the
// rest is [Operations]); whether 3.0.0 puts the CPR number in a namespace of its
// own ([Config.NumberNamespace]); the numbers of the errors ([Config.Codes],
// [Config.Duplicates]); whether a repeated id is recognised ([Config.Dedupes]:
// until your agreement says so, a letter with an unknown outcome is not offered
// again); the channel names for private senders ([Config.Channels]); the paging
// marker of the log ([Config.LogMarker]) and the zone of its times
// ([Config.Zone]); limits of size ([Config.Limits]). Bodies of answers are taken
// to be elements of the known vocabulary, read by their local names.
//
// # What it carries
//
// Letters to persons and companies, digital, printed or either; up to ten
// attachments, in the letter; not-before and replies for digital letters; recall;
// status; events; lookup; batches where the agreement has them. Printing follows
// [Config.Print]. A letter that is printed only and may not be sent before a time
// or wants a reply is refused with ErrUnsupported: the wire has these for digital
// letters alone, and for the same reason a letter that may be printed when there
// is no mailbox takes no not-before. Attachments by reference or from the sender's
// archive, case metadata (FESD) and other objects are not carried.
//
// No wire of Strålfors reports openings.
//
// # Errors
//
// Success is an expected status with an answer that names the letter, or 204. A
// Fejl element is an error whatever the status. 401, 403, 429 and 503 with
// Retry-After speak for themselves; otherwise its number is looked up in
// [Config.Duplicates] and [Config.Codes], and an unknown one is as the status
// says, or ErrRejected where that says success. 409 is ErrAlreadyAccepted. An
// answer that is none of these is ErrOutcomeUnknown; a page of the log that cannot
// be read whole is ErrReceiptInvalid.
//
// SafeToRetry is false for a refusal with an unknown number, which may also mean
// that the id was used before, and for an error with a status of success.
//
// # Personal data
//
// CPR numbers travel in bodies only, and a body leaves after the server has taken
// the certificate (Expect: 100-continue). A printed letter carries ten zeros
// instead of the person's number. Errors and logs hold neither.
//
// # Testing
//
// stralforstest.New is a Strålfors that needs no account; it has error
// numbers of its own, in the form of [Config.Codes].
//
// Sources: fjernprint 1.0.0 and dkal 1.0.0 (schemas of OIO); Strålfors Connect,
// system documentation, error messages 1.1; www.stralfors.dk/stralfors-connect/faq.
package stralfors
