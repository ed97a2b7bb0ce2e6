// Package cades checks signatures of the form CAdES (CMS SignedData, RFC 5652, ETSI EN
// 319 122-1) and the timestamp tokens in them (RFC 3161).
//
// [Verify] checks a detached signature, and [VerifyTimestamp] a timestamp token. Both
// take DER and one signer. They establish that the certificate in the message signed what
// they were given. They establish nothing about the certificate itself: [Chain] does,
// with roots that the caller gives.
//
// The certificate that is returned is always the one whose key verified the signature.
//
// # Errors
//
// Every error is an [*Error]. Its text holds nothing of the message.
package cades

// MaxSize is the length limit of a message, in bytes.
const MaxSize = 1 << 20

// Error says what is wrong with a message, in our words.
type Error struct{ Why string }

// Error returns the text.
func (e *Error) Error() string { return "cades: " + e.Why }

func refuse(why string) error { return &Error{why} }
