package pades

// A Reason is why a verdict is not passed, as one word of the list below.
type Reason string

// What fails a signature, or the file.
const (
	NoSignature         Reason = "no-signature"           // nobody signed the file
	Malformed           Reason = "malformed"              // readers may see different things
	Coverage            Reason = "coverage"               // it does not cover its update whole, and itself alone
	Replaced            Reason = "replaced"               // a later update replaced it
	DigestMismatch      Reason = "digest-mismatch"        // it is about something else
	SignatureWrong      Reason = "signature-wrong"        // the value was not made with the certificate's key
	MessageMalformed    Reason = "message-malformed"      // the value is no CMS message of this form
	CertificateMismatch Reason = "certificate-mismatch"   // it names another certificate than the one that made it
	CertificateNotYet   Reason = "certificate-not-yet"    // made before the certificate's life
	CertificateExpired  Reason = "certificate-expired"    // made after the certificate's life
	CertificateRevoked  Reason = "certificate-revoked"    // made after the certificate was revoked
	CertificateUse      Reason = "certificate-use"        // the certificate is for something else
	TimestampWrong      Reason = "timestamp-wrong"        // its timestamp is about something else, or does not verify
	TimestampFuture     Reason = "timestamp-future"       // its timestamp lies in the future
	Modified            Reason = "modified"               // the document was changed afterwards
	EvidenceMalformed   Reason = "evidence-malformed"     // the evidence of the login cannot be read
	EvidenceWrong       Reason = "evidence-wrong"         // the evidence does not verify
	EvidenceElsewhen    Reason = "evidence-of-other-time" // the login was at another time than the signature
	EvidenceTwice       Reason = "evidence-twice"         // one login in two signatures
	TestEnvironment     Reason = "test-environment"       // made in a test environment, where anybody can sign as anybody
	OriginalDiffers     Reason = "original-differs"       // another document than the original was signed
)

// What leaves a signature, or the file, indeterminate.
const (
	CertificateUntrusted  Reason = "certificate-untrusted"   // it leads to none of the roots
	RevocationUnknown     Reason = "revocation-unknown"      // no answer about revocation counts
	ExpiredWithoutProof   Reason = "expired-without-proof"   // the certificate has expired, and nothing proves that it was used before
	RevokedWithoutProof   Reason = "revoked-without-proof"   // it was revoked, and nothing proves that it was used before
	TimestampMissing      Reason = "timestamp-missing"       // the policy wants a timestamp
	TimestampUntrusted    Reason = "timestamp-untrusted"     // the timestamp's authority leads to none of the roots
	CertificateUnnamed    Reason = "certificate-unnamed"     // it does not say which certificate made it
	IndefiniteLength      Reason = "indefinite-length"       // BER with indefinite lengths (Policy.BER)
	Weak                  Reason = "weak"                    // an algorithm or a key that is too weak, or not known
	FormFilled            Reason = "form-filled"             // a form field was filled in afterwards (Policy.FormFilling)
	EvidenceMissing       Reason = "evidence-missing"        // the policy wants evidence of a login
	OriginalRewritten     Reason = "original-rewritten"      // the file does not begin with the original, so only the seal vouches for its pages
	CertificateUnreadable Reason = "certificate-unavailable" // the signer's certificate is not in it
	SignatureUnsupported  Reason = "signature-unsupported"   // a form of signature that proves nothing today
)

// fails reports whether a reason fails a signature; if not, it leaves it indeterminate.
func (r Reason) fails() bool {
	switch r {
	case CertificateUntrusted, RevocationUnknown, ExpiredWithoutProof, RevokedWithoutProof, TimestampMissing, TimestampUntrusted, CertificateUnnamed,
		IndefiniteLength, Weak, FormFilled, EvidenceMissing, OriginalRewritten, CertificateUnreadable, SignatureUnsupported:
		return false
	}
	return true
}

// SubIndication returns the word of ETSI EN 319 102-1 (table 6) for the reason; "" if it has
// none.
func (r Reason) SubIndication() string {
	switch r {
	case Malformed, Coverage, Replaced, MessageMalformed:
		return "FORMAT_FAILURE"
	case DigestMismatch, Modified, OriginalDiffers:
		return "HASH_FAILURE"
	case SignatureWrong:
		return "SIG_CRYPTO_FAILURE"
	case CertificateMismatch, CertificateUse, EvidenceMissing, CertificateUnnamed:
		return "SIG_CONSTRAINTS_FAILURE"
	case CertificateNotYet:
		return "NOT_YET_VALID"
	case CertificateExpired:
		return "EXPIRED"
	case CertificateRevoked:
		return "REVOKED"
	case CertificateUntrusted:
		return "NO_CERTIFICATE_CHAIN_FOUND"
	case CertificateUnreadable:
		return "NO_SIGNING_CERTIFICATE_FOUND"
	case RevocationUnknown:
		return "TRY_LATER"
	case ExpiredWithoutProof:
		return "OUT_OF_BOUNDS_NO_POE"
	case RevokedWithoutProof:
		return "REVOKED_NO_POE"
	case TimestampMissing, TimestampUntrusted:
		return "NO_POE"
	case Weak, SignatureUnsupported:
		return "CRYPTO_CONSTRAINTS_FAILURE"
	case IndefiniteLength, FormFilled, OriginalRewritten:
		return "POLICY_PROCESSING_ERROR"
	}
	return ""
}

// A Note is something that does not change the verdict and that a reader should know.
type Note string

// The notes.
const (
	TimeClaimed   Note = "time-claimed"        // the time is what the signer says
	Pinned        Note = "pinned"              // the certificate is trusted because it is a pin; no authority vouches for it
	KeysBySeal    Note = "keys-bound-by-seal"  // the keys that verified the evidence came with it; the seal alone vouches for them
	Drawn         Note = "drawn"               // the evidence is a drawing or a name, which proves nobody's identity
	NotTheOnly    Note = "updated-since"       // later updates added something that is allowed
	TestAllowed   Note = "test-environment"    // made in a test environment
	SHA1Named     Note = "certificate-by-sha1" // it names its certificate by SHA-1 alone
	StampUnproven Note = "timestamp-ignored"   // a timestamp does not count, and nothing depends on it
	AnySeal       Note = "seal-unchecked"      // no authority vouches for its certificate (Policy.AnySeal)
	AnyTimestamp  Note = "timestamp-unchecked" // no authority vouches for a timestamp (Policy.AnyTimestamp)
)
