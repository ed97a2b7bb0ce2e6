package signing

import "time"

// Progress is what the service says of an order now.
type Progress struct {
	ID          ID
	State       OrderState
	Signatories []SignatoryProgress // in the service's order
	Documents   []DocumentProgress  // in the service's order
	Created     time.Time           // zero if the service does not say
	Expires     time.Time           // zero if the service does not say
	Closed      time.Time           // zero if it is not closed, or the service does not say
	Trace       string              // the service's own trace id, for its support; may be empty
}

// SignatoryProgress is how far one signatory has come.
type SignatoryProgress struct {
	ID        ID
	Reference string
	Role      Role
	State     SignatoryState
	Reason    Raw // why the person rejected, in their own words; never log it
}

// DocumentProgress is one document of an order at the service.
type DocumentProgress struct {
	ID        ID
	Reference string
	Available bool // it can be fetched: it has not been deleted
}

// OrderState is the state of an order at the service.
type OrderState uint8

// The states. The zero value is a word that this package does not know. It is not final.
const (
	OrderUnknown OrderState = iota
	OrderOpen
	OrderClosed // no more can be signed. It does not mean that anybody has signed
	OrderCancelled
	OrderExpired
)

// SignatoryState is how far a signatory has come.
type SignatoryState uint8

// The states. The zero value is a word that this package does not know. It is not final.
const (
	SignatoryUnknown SignatoryState = iota
	SignatoryOpen
	SignatorySigned
	SignatoryApproved
	SignatoryRejected
	SignatoryFailed
	SignatoryDeleted
)

// End is how an order ended.
type End uint8

// The ends. The zero value is no end.
const (
	NotEnded     End = iota
	EndSigned        // everybody who should has signed or approved
	EndRejected      // somebody rejected
	EndExpired       // it ran out
	EndCancelled     // it was cancelled, or nobody was left to sign
	EndError         // the service failed for somebody, or the order was closed with signatures missing
)
