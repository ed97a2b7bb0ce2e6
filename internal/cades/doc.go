// Package cades checks signatures of the form CAdES (CMS SignedData, RFC 5652, ETSI EN
// 319 122-1) and the timestamp tokens in them (RFC 3161).
//
// [Verify] checks a detached signature, and [VerifyTimestamp] a timestamp token. Both
// take DER and one signer; [Rules] open the first. They establish that the certificate in the message signed what
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

// Fault is what is wrong with a message, as one of a closed list.
type Fault uint8

// The faults.
const (
	Malformed        Fault = iota + 1 // it is no message of this form, or a part of it is missing
	Indefinite                        // it is BER with indefinite lengths, which Rules do not allow
	WrongDigest                       // it is about something else
	WrongSignature                    // the signature value is not of the certificate's key
	WrongCertificate                  // it names another certificate, or that is not for this
	NoCertificate                     // the signer's certificate is not in it
	Weak                              // an algorithm or a key that is refused, or not known
)

// Error says what is wrong with a message, in our words.
type Error struct {
	Fault Fault
	Why   string
}

// Error returns the text.
func (e *Error) Error() string { return "cades: " + e.Why }

func refuse(f Fault, why string) error { return &Error{f, why} }
