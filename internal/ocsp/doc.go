// Package ocsp reads and checks an answer of the Online Certificate Status
// Protocol (RFC 6960) that somebody else asked for and handed on: no request is
// made, no nonce is known.
//
// [Parse] takes one form only: a basic response with exactly one single
// response, times in GeneralizedTime, nothing behind it, [MaxSize] bytes at most.
// [Response.Check] holds it against the certificate that it should be about: the
// certificate's serial number and issuer, status good, the times, and the
// signature.
//
// # How far the signature goes
//
// The answer brings the responder's certificate. Given the certificate of the
// authority that issued both, Check establishes that the authority let this
// responder speak for it. Without it, Check establishes that the answer is signed
// by a certificate that names the same issuer and is for OCSP signing: whoever can
// write the whole answer can make such a certificate up. Then the channel is what
// vouches for the answer.
//
// # Errors
//
// Every error is a [*fault.Error] of class TokenInvalid. Its text holds
// nothing of the input.
//
// [*fault.Error]: https://pkg.go.dev/github.com/dkeid/dkeid/internal/fault#Error
package ocsp
