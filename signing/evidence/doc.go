// Package evidence keeps what proves a login or a signature, so that it can be checked
// again in ten years, by this package or by hand.
//
// [FromLogin] makes a [Bundle] of a login with a text, at any broker. [FromSignature] makes
// one of an order that was signed, and [FromShown] one of a text or document that was signed
// in a login. [FetchKeys] fetches what the issuer publishes about its
// keys at that time. [Write] checks what the bundle proves, asks a timestamp authority
// (RFC 3161) when there is an [Authority], and writes a plain zip file: every part byte for
// byte as it was sent or received, a manifest with SHA-256 of each, a README in Danish and
// English that says how to check it with unzip, sha256sum and openssl.
//
// [Verify] checks a bundle again without a network. Every byte of the file is accounted
// for: one changed bit anywhere is found, and the error names the part. The timestamp must
// lead to roots of yours. Tokens are verified with the keys in the bundle, certificates and
// OCSP answers are checked as of the time of the timestamp, and the texts and documents
// must be those whose SHA-256 the tokens name. That anything has expired since does not
// matter. The [Report] says what was checked, and what was not.
//
// # What a bundle proves
//
// A broker's key document is signed by nobody, and a bundle without a timestamp is the
// word of whoever wrote it. The timestamp proves that the whole bundle, keys included,
// existed at that time, when nobody but the broker had those keys. So [Policy] demands one
// unless TimestampOptional is set. Before the algorithms of the timestamp become weak, put
// the bundle into a new one as a part of kind [PartOther], with a new timestamp.
//
// Write a login's bundle at once: an ID token holds for minutes, and must not have expired
// when the timestamp is made. Tokens of signatures are judged when they were issued,
// because an order ends days after its first signature.
//
// The signatures inside a signed PDF are not checked here. signing.Client does that before
// a result is handed out, and a bundle of a result has its words in a report.
//
// # Personal data
//
// A bundle names people, and may hold CPR numbers and IP addresses. [Seal] encrypts it as
// a stream, and [Open] reads it where it lies. [Dir] keeps sealed bundles by reference:
// each has a key of its own in a small file, and [Dir.Erase] deletes that file, so that no
// copy of the bundle can be read again. Names of files say nothing about anybody. Manifest
// and Report name nobody either, as long as the caller's reference does not.
//
// # Errors
//
// Every error is an [Error] with a kind of package signing: EvidenceDamaged if the file
// is not the one that was written, EvidenceIncomplete if a proof is missing,
// DocumentMismatch if the token is about another text or document, TokenInvalid,
// SignatureInvalid for a timestamp that does not hold, StoreFailed, Unavailable. Texts hold
// nothing of a bundle but the names of its parts.
//
// # Limits
//
// A bundle has at most 2 GiB and 256 parts, a document 1 GiB, a token 64 KiB, and
// everything that is no document 16 MiB together. Documents are never held.
//
// # Testing
//
// The fakes of the brokers issue everything that a bundle of a login needs; the Example
// shows it. A timestamp authority for tests is "openssl ts".
//
// # Files
//
//   - bundle.go, kind.go: Bundle and Part, the kinds of parts and their limits
//   - login.go, signature.go, fetch.go: what makes a Bundle
//   - write.go, measure.go, manifest.go, readme.go, authority.go: writing one
//   - verify.go, policy.go, report.go: checking one
//   - check.go, check_tokens.go, check_issuer.go, check_certificates.go, check_texts.go,
//     claims.go: what the parts prove
//   - zip_form.go, zip_read.go: the one form of zip file that a bundle has
//   - sealed_write.go, sealed_read.go: sealed bundles
//   - dir.go, file.go: keeping them by reference
//   - errors.go: Error
package evidence
