// Package timestamp asks an authority for timestamps (RFC 3161) and checks them.
//
// A [Request] is made for a SHA-256 digest. [Request.Fetch] posts it and returns the
// token of the answer. [Check] checks a token at any later time, without a network.
//
// github.com/notaryproject/tspclient-go reads and verifies. It takes the signer by the
// signed attribute signingCertificateV2 (RFC 5816), checks its chain and its usage, and
// verifies with that same certificate, so what is trusted is what signed (CVE-2026-39984
// was the opposite). Check adds what the library leaves to its caller or does not look
// at:
//
//   - the token is one DER value of limited size, without anything behind or between
//     its parts
//   - one signer only, and each signed attribute once
//   - the digest is SHA-256 and the one that was asked for, and the nonce ours
//   - version 1, no unknown critical extension, a serial number, a time in UTC
//   - the chain holds at the time in the token, not now, and ends at a root of the caller
//
// # Limits
//
// A token whose signer is named by signingCertificate with SHA-1 alone (RFC 3161 before
// RFC 5816), or whose CMS form is not version 3, is refused. So are BER with indefinite
// lengths and signatures with SHA-1.
//
// # Errors
//
// Every error is a [*fault.Error]: BrokerUnavailable if the authority gave no usable
// answer, ResponseInvalid if its answer is malformed, SignatureInvalid if a token does not hold.
// The text holds nothing of the input.
//
// [*fault.Error]: https://pkg.go.dev/github.com/dkeid/dkeid/internal/fault#Error
package timestamp
