// Package neb has documents signed at Nets eID Broker (Signaturgruppen Broker). It builds
// on the adapter for logins, mitid/nets/neb: whoever signs logs in with MitID, and signs in
// that login.
//
//	service, err := neb.New(neb.Config{
//		Broker:       broker, // of mitid/nets/neb
//		RedirectURL:  "https://app.example.dk/signed",
//		APIClientID:  "…", // the API client of the same service provider
//		APISecret:    mitid.NewSecret(secret),
//		Organisation: claims.MustParseCVR("12345674"),
//	})
//
// There are two ways to sign.
//
// # A document in one login
//
// [Service.Sign] takes a text, HTML or a PDF, and returns where to send the browser.
// [Service.Complete] takes the broker's answer. The result is a transaction token, not a
// document: it names the person, the signing action and the SHA-256 of the document, and
// it is signed with a qualified organisation certificate. [Service.Receipt] makes a sealed
// PDF of it.
//
// Two handlers of yours do it: one calls Sign, keeps Redirect.State in a cookie whose name
// has Redirect.Handle, and redirects; the other, at Config.RedirectURL, calls Complete.
// example_web_test.go has them, behind a gate of mitidhttp. evidence.FromShown makes the
// bundle to keep.
//
// # An order
//
// A Service is a [signing.Service], and the [signing.Verifier] for it: give it to
// [signing.New] as both. An order is a workflow of the broker. It has one or more PDFs and
// signatories. There is no link to send to people: [signing.Placed] has none. Let them come
// to a page of yours, and call [Service.SignOrder] there.
//
// The broker tells nobody when somebody has signed. You know it from Complete and from
// [signing.Client.Watch]. A workflow can be neither closed nor cancelled nor deleted, and nobody
// can refuse: whoever cancels may begin again until the order expires. One sealed PDF has
// all documents of an order, so that every document of a [signing.Result] has the same one.
// Titles of documents differ from each other in more than case, blanks and Unicode form,
// because the broker's proof lists them by title. If the answer to Place was lost, nobody
// can reach the workflow: place the order again, under a new reference.
//
// # What is checked
//
// Complete refuses a transaction token without the digest of the document or without the
// signing action (ErrEvidenceIncomplete), and one with another digest
// (ErrDocumentMismatch). The digest is compared with that of the bytes that were sent,
// which Redirect.State holds. The broker gives such a token without a word if it uses a
// session that was there before, so every signature demands prompt=login and a login of
// now. The OCSP answer must be about the key of the token.
//
// Complete and Verify refuse simulated identities (ErrSignerMismatch; see Config.Simulated).
//
// [Service.Verify] holds the workflow token against the order. Every signature in it is
// looked at: a person may sign twice, but two persons are not one signatory. The seal of a
// PDF must verify and have a timestamp. Config.SealRoots says whose seal it must be; without
// them the verdict says in Unchecked that this was not judged. A workflow token of the order
// must be attached to what is sealed.
//
// # What is uncertain
//
// Nobody has published the limits, the error answers and the addresses in full. See the
// fields of [Config]: BaseURL, SigntextPath, ReceiptPath, WorkflowPath, MaxDocument,
// PersonClaim. The workflow token is taken to be signed with the key of transaction tokens,
// as in the vendor's sample, and to be published with it.
//
// # Errors
//
// Every error is a [signing.Error]. One of a login wraps the mitid.Error, so that errors.Is
// finds mitid.ErrUserCancelled too; its kind is Pending, because the person may begin
// again.
//
// # Personal data
//
// The transaction token names the person and their IP address. Config.AllClaims decides
// what stands in the sealed PDF that everybody gets.
//
// # Testing
//
// nebtest.New has these APIs, and nebtest.Broker.TamperSigning spoils them by name.
//
// # Files
//
//   - config.go, service.go: the settings and New.
//   - service_token.go, call.go, errors.go: how the APIs are called, and what errors mean.
//   - signtext.go, complete.go, receipt.go: a document in one login.
//   - order.go, order_id.go, progress.go: orders.
//   - workflow_token.go, verify.go: what proves an order; seal.go, attached.go: the
//     seal of a PDF, and the tokens that are attached.
//
// Sources: Signaturgruppen, transaction signing and workflow signing
// (https://signaturgruppen-a-s.github.io/signaturgruppen-broker-documentation), and the
// sample PDF there.
package neb
