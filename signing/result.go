package signing

import "time"

// Result is how an order ended, and with EndSigned the verified signed copies. It prints
// as a placeholder.
type Result struct {
	guarded
	Ticket    Ticket
	End       End
	Documents []SignedDocument // with EndSigned, in the order of Order.Documents
	// Signatories are as the service told them at the end.
	Signatories []SignatoryProgress
	At          time.Time // when the Client found the end; UTC
	// Cleanup is nil if the service has deleted everything. Otherwise it says why not:
	// call [Client.Cleanup] later. It never makes the signed copies worth less. The store
	// sees nil: nothing has been deleted then.
	Cleanup error
}

// SignedDocument is a signed copy that passed the Verifier. It prints as a placeholder.
type SignedDocument struct {
	guarded
	Title    string
	Original Digest // SHA-256 of what was sent
	SHA256   Digest // of Content
	Content  []byte // the signed PDF, as the service gave it after closing. Encrypt what you store
	Verdict  Verdict
}
