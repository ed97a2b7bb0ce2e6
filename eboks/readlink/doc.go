// Package readlink proves that a letter was read on a wire that cannot tell: it
// makes a link that goes into the letter, leads whoever opens it through MitID,
// and records the opening when it was the recipient.
//
//	links, err := readlink.New(readlink.Config{
//		Gate:    gate, // a *mitidhttp.Gate of the same host
//		Address: "https://app.example.dk/brev",
//		Keys:    keys,
//		Record:  store.Opening,
//	})
//	mux.Handle("GET /brev/", links.Handler(content)) // content asks FromContext which letter
//	address, err := links.For(letter.ID, letter.To)  // goes into the PDF
//
// # What an opening is, and what it is not
//
// An [Opening] says that somebody whom MitID knows by the recipient's CPR number,
// or as acting for the recipient's company, asked for the content at that time;
// it is stored before the content is shown. It is an event of its own kind,
// [eboks.OpenedViaLink], and never stands for a delivery. That nobody opened the
// link does not say that nobody read the letter: the document is in the mailbox,
// link or not.
//
// A letter to a company may be opened by everybody who can log in for it.
//
// Programs that visit links (mail scanners, previews, a browser that fetches in
// advance) get as far as the login and count for nothing. Each visit of the
// recipient is an opening of its own.
//
// # The link
//
// It is sealed (AES-256-GCM) and holds the letter's ID, when it ends and a
// keyed pseudonym of the recipient. It says nothing about anybody, nobody else can
// make or change one, and it opens nothing without MitID. Keep every key as long as
// a link made with it may be used.
//
// # The login
//
// Somebody who is not logged in, or for less than the link wants, is led through
// the Gate and comes back: to Config.Level, with the CPR number for a person's
// letter, as an employee for a company's. Who is logged in already is asked for
// what is missing alone, without a second login where the broker can do that. An
// app whose OnLogin takes the CPR number out of the session, as it should when its
// pages do not need it, says with [Config.Number] where it keeps it. A login that
// fails is answered by the Gate, whose [mitidhttp.ReturnPath] leads back here.
//
// # Errors
//
// A request that is not let through is a [*Refusal]. Everything that is wrong with a
// link is one [LinkInvalid], so that nobody learns which links exist.
//
// # Personal data
//
// The CPR number is compared and forgotten: neither addresses, logs, errors nor
// an [Opening] hold it. An Opening has the broker's key of the person, prints as a
// placeholder and refuses to marshal; take the fields that you store.
//
// # Testing
//
// A Gate over criiptotest.New leads a test through the whole of it; see the
// example.
package readlink
