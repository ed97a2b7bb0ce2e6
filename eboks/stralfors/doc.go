// Package stralfors speaks to PostNord Strålfors Connect over OIOREST, as a
// sender system. It is an adapter: hand its Sender to [eboks.New].
//
//	sender, err := stralfors.New(stralfors.Config{
//		BaseURL:     "https://…", // from your agreement
//		System:      "1234",      // the sender system's id in the Connect portal
//		User:        "Ærø Kommune, Borgerservice",
//		Certificate: certificate,
//		Materials:   map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17"}},
//	})
//	client, err := eboks.New(eboks.Config{Sender: sender, Ledger: ledger, Keys: keys})
//
// # What is known
//
// Strålfors does not publish the interface. This package is built on what can be
// read in public, and says where it guesses: [Config] is your agreement and your
// own choices, [Wire] is every guess, with its default.
//
// Known: a sender shows a TLS client certificate and is a sender system with an
// id of at most 10 characters; letters have a shipment type, a number of the same
// portal. The services have the names of [Operations]. Mistakes in a call are
// answered at once; what goes wrong later, an unreachable recipient for one, is in
// the transaction log alone, so a letter taken in is not a letter delivered. The
// body of a letter is ForsendelseI, published whole as version 1.0.0: this package
// keeps its order of elements, and checks every text that you give against its
// patterns and lengths before anything leaves. Of version 3.0.0 one example is
// public and agrees with it but for two namespaces. The ten states of the log and
// what they mean are known from two sides.
//
// Not known: addresses, methods and success codes of the services; whether 3.0.0
// puts the CPR number in a namespace of its own; the numbers of errors and of
// carrier news; whether a repeated id is recognised (until your agreement says so,
// a letter with an unknown outcome is not offered again); the channel names for
// private senders; the paging marker of the log, the zone of its times, and which
// of its elements names the letter; limits of size ([Config.Limits]). Bodies of
// answers are taken to be elements of the known vocabulary, read by their local
// names; words and ids are read with any letter case, blanks, hyphens and braces.
//
// # What it carries
//
// Letters to persons and companies, digital, printed or either; up to ten
// attachments, in the letter; not-before and replies for digital letters; recall;
// status; events; lookup. Printing follows [Config.Print]. A letter that is printed
// only and may not be sent before a time or wants a reply is refused with
// ErrUnsupported: the wire has these for digital letters alone, and for the same
// reason a letter that may be printed when there is no mailbox takes no
// not-before. Attachments by reference or from the sender's archive, case metadata
// (FESD), other objects and mass shipments are not carried. A call for several
// letters (ForsendelserOpret) would be one more method of [Sender], which a Client
// asks for as it asks for [eboks.StatusReader]; its body is not public.
//
// No wire of Strålfors reports openings.
//
// # Errors
//
// Success is an expected status with an answer that names the letter, or 204. A
// verdict about a letter is a Fejl element alone, whatever the status: its number
// is looked up in Wire.Duplicates and Wire.Codes, and one that is in neither is
// ErrRejected with [eboks.Decide], because it may also mean that the id was used
// before; so is any refusal with a status of success. 401, 403, 429 and 503 with
// Retry-After speak for themselves.
//
// Every other 4xx is about the way to Strålfors: servers and filters in front of it
// send them, nginx for one a 400 when it refuses the client certificate. Letters
// wait ([eboks.Retry]), and the error says what to look at. 413 refuses the letter
// and raises the alarm. 409 is ErrAlreadyAccepted, unless it is a page for people.
// An answer that is none of these is ErrOutcomeUnknown. An entry of the log that
// cannot be read is an event that is Unread; a log that is none is
// ErrReceiptInvalid.
//
// # Personal data
//
// CPR numbers travel in bodies only, and a body leaves after the server has taken
// the certificate (Expect: 100-continue; see Wire.NoContinue). A printed letter
// carries ten zeros instead of the person's number. Errors and logs hold neither.
//
// # Testing
//
// stralforstest.New is a Strålfors that needs no account; it has error
// numbers of its own, in the form of Wire.Codes.
//
// Sources: fjernprint 1.0.0 and dkal 1.0.0 (schemas of OIO); Strålfors Connect,
// system documentation, error messages 1.1; www.stralfors.dk/stralfors-connect/faq.
package stralfors
