// Package criipto speaks to Criipto Signatures, sold as Idura Signatures since late
// 2025, over its GraphQL interface. It is an adapter: give its Service and its Verifier to
// [signing.New].
//
//	service, err := criipto.New(criipto.Config{
//		ClientID:     "…", // of a Signatures application
//		ClientSecret: signing.NewSecret(secret),
//		Webhook:      criipto.Hook{URL: "https://app.example.dk/hook", Secret: hookSecret},
//	})
//	verifier, err := criipto.NewVerifier(criipto.VerifierConfig{
//		Issuer:    "https://acme.idura.broker", // the Verify domain at which people log in
//		Audiences: []string{"urn:my:application:identifier:6765"},
//	})
//	client, err := signing.New(signing.Config{Service: service, Verifier: verifier})
//
// The service makes a new file of most documents. A verifier for those has
// [VerifierConfig].Rewritten, and Seals or SealRoots. Without them it refuses such a copy,
// and says so (ErrDocumentMismatch).
//
// [Service.Webhook] is the http.Handler for that address. A webhook is a hint: the order
// is read again before anything happens.
//
// # What the service does
//
// People log in with MitID at the service, and it seals the PDF with its own
// certificate, with the ID token inside. Documents go out and come back as streams. Each
// order has the SHA-256 of its documents as the message of the login ([Message]), so that
// the token names them. Order.Reference goes with the documents, where [Service.Find]
// looks for it.
//
// Closing an order, letting it expire and cancelling it delete its documents. So
// [Service.Close] always asks for retention, and [Service.Fetch] is a call of its own.
//
// # What it does not carry
//
// Signatory.Documents, because the service takes ids that exist only once the order
// does; other eIDs than MitID; drawn signatures; XML; forms; signatures of your own
// system.
//
// # What is uncertain
//
// The vendor publishes no list of errors and no limits of size or rate. Errors are told
// apart by HTTP status, and by [Config.Kinds]. An error of the service without a known
// meaning is ErrRefused for a call that acts, and ErrUnavailable for one that reads. Not
// published either, and so a setting: whether the message is plain text or base64
// ([Config.MessageBase64]), whether the validation of a webhook is signed
// ([WebhookConfig.UnsignedValidation]), how the service rewrites a PDF
// ([Config.NoFixes], [Config.PreserveStructure]). Whether a document can still be fetched
// is known only by fetching it. The built-in way to log in is switched off
// (disableVerifyEvidenceProvider), and the one with our level takes its place.
//
// # Errors
//
// All are [signing.Error] with the kinds of that package. A call that acts and brought no
// usable answer is ErrOutcomeUnknown: 5xx, a page for people, a cut, a redirect. The
// same for a call that reads is ErrUnavailable, or ErrResponseInvalid for JSON that is
// ambiguous or about something else. 404 of the endpoint is ErrConfigInvalid, and never
// means that an order is gone. Nothing of an answer is in an error's text.
//
// # Personal data
//
// Each signed PDF holds, in clear, what the ID token of each signatory says: name, birth
// date, MitID UUID. With [Config.AskCPR] and Who.CPR it holds CPR numbers too. Links let
// people see the documents, after a login unless [Config.ViewWithoutLogin].
//
// # Testing
//
// signing/signingtest is a service that needs no account. conformance_test.go here shows
// how an adapter is held to the promises of signing.Service.
//
// # Files
//
//   - config.go, settings.go, service.go: the settings, their rules, New.
//   - queries.go, call.go, errors.go: the operations, one call, what an answer means.
//   - create.go, input.go, body.go, message.go: an order on its way.
//   - order.go, finish.go, find.go: reading, ending and finding orders.
//   - fetch.go, blob.go: a document on its way.
//   - signatories.go, validation.go, deliveries.go: what only this service has.
//   - webhook.go, webhook_work.go, event.go, seen.go: webhooks.
//   - verifier.go, verifier_config.go: the verdict on a signed copy, in the order of its
//     steps; verifier_file.go, verifier_signatory.go, verifier_token.go, verifier_claims.go:
//     each step; evidence.go: what a signature says about its person.
//
// Sources: https://docs.idura.app/signatures; the schema and the SDKs that the vendor
// publishes (github.com/criipto/criipto-signatures-sdk).
package criipto
