// Package fakepdf writes signed PDFs for fakes and for tests: genuine ones, and
// forgeries by name. It is part of the fakes. Production code never links it, and it
// does not import package testing, so that commands can use it.
//
// [NewAuthority] makes a root, a seal, a time-stamping authority and a responder,
// all with fresh keys and fictitious names. [Authority.Sign] appends a signature as
// the files of Criipto (Idura) Signatures have it, and [Authority.Close] the document
// time stamp of the closed order. [Authority.Seal] makes a file as Nets eID Broker
// does. [Authority.Forge] spoils a signed file in one way of [Forgeries].
// [Authority.TimestampHandler] is a time-stamping service over HTTP (RFC 3161).
//
// [New] and [Document] make small PDFs to sign, among them such as must be refused
// before signing ([Plants]).
//
// # How it differs from the real thing
//
//   - Criipto's files come out of iText, these do not: the order of objects and the
//     metadata (XMP) differ.
//   - Criipto's test seal is a self-signed TLS certificate, and its production seal has
//     an issuer of the European trust list. This one is issued by the root here.
//   - Criipto draws a hand-written signature as a picture. Here the widget shows text.
//   - Criipto adds a page for the signatures to the document before the first one is
//     made. Here the document stays as it came, and they stand at the foot of its last
//     page.
//   - Nets sets the pages of a workflow anew. Here they are taken over.
//   - The time-stamping certificate and the seal have the same issuer.
//
// # Limits
//
// An input has at most 64 MiB, 200,000 objects and 20,000 pages. Object streams and
// cross-reference streams are read if they are packed with Flate or not at all.
//
// # Errors
//
// An error says what this package cannot do with an input. Its text holds nothing of
// the input.
//
// # Personal data
//
// What a caller puts into [Signature] stands in the file for everybody to read, as it
// does in the real ones. Use the fictitious people of the fakes.
//
// # Files
//
//   - authority.go: keys and certificates
//   - cms.go, der.go: CMS messages (RFC 5652)
//   - timestamp.go, timestamp_handler.go: time stamps (RFC 3161)
//   - revocation.go: OCSP and CRL
//   - sign.go, dss.go, close.go: the layout of Criipto's files
//   - seal.go: the layout of Nets' files
//   - slot.go, spoil.go: the signature dictionary, genuine or not
//   - forgery.go: forgeries by name; forge_append.go, forge_catalog.go,
//     forge_field.go, forge_shadow.go, forge_signature.go, forge_life.go,
//     forge_structure.go and forge_whole.go: what they are; forge_remake.go: making a
//     signature again
//   - document.go, plant.go: PDFs to sign
//   - object.go, parser.go, file.go, xref_stream.go, pages.go: reading a PDF
//   - update.go: writing a revision
//   - check.go: whether a file can be signed
package fakepdf
