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

var (
	orderStateWords     = [...]string{"unknown", "open", "closed", "cancelled", "expired"}
	signatoryStateWords = [...]string{"unknown", "open", "signed", "approved", "rejected", "failed", "deleted"}
	endWords            = [...]string{"not ended", "signed", "rejected", "expired", "cancelled", "error"}
)

// String returns the state in a word, such as "closed".
func (s OrderState) String() string { return wordOf(orderStateWords[:], int(s)) }

// String returns the state in a word, such as "signed".
func (s SignatoryState) String() string { return wordOf(signatoryStateWords[:], int(s)) }

// String returns the end in words, such as "expired" or "not ended".
func (e End) String() string { return wordOf(endWords[:], int(e)) }

// wordOf returns the i-th word, and the first for what is none of them.
func wordOf(words []string, i int) string {
	if i >= len(words) {
		i = 0
	}
	return words[i]
}

// Ended returns how the order ended, or NotEnded. It judges by the people, because an
// order that is closed need not be signed:
//
//   - Somebody who must act has rejected: EndRejected. The service failed for somebody:
//     EndError. Both hold also if the order was closed, cancelled or has expired since.
//   - The order was cancelled or has expired: EndCancelled, EndExpired.
//   - Everybody who must act has done so, and the order is open or closed: EndSigned.
//   - It is closed, and somebody has not acted: EndError. All who should act were
//     deleted: EndCancelled.
//
// Viewers and people who were deleted hold nobody up. A state of the order or of a
// person that this package does not know, or that does not suit the role, is not final:
// the order has not ended.
func (p *Progress) Ended() End {
	if p.State == OrderUnknown || p.State > OrderExpired {
		return NotEnded
	}
	var actors, deleted, done, unknown int
	var rejected, failed bool
	for _, s := range p.Signatories {
		if s.Role == Viewer {
			continue
		}
		actors++
		switch {
		case s.State == SignatoryDeleted:
			deleted++
		case s.done():
			done++
		case s.State == SignatoryRejected:
			rejected = true
		case s.State == SignatoryFailed:
			failed = true
		case s.State != SignatoryOpen:
			unknown++
		}
	}
	switch {
	case rejected:
		return EndRejected
	case failed:
		return EndError
	case p.State == OrderCancelled:
		return EndCancelled
	case p.State == OrderExpired:
		return EndExpired
	case unknown > 0:
		return NotEnded
	case actors > 0 && deleted == actors:
		return EndCancelled
	case actors > 0 && done+deleted == actors:
		return EndSigned
	case p.State == OrderClosed:
		return EndError
	}
	return NotEnded
}

// done reports whether the person has done what their role is.
func (s *SignatoryProgress) done() bool {
	return s.State == SignatorySigned || s.Role == Approver && s.State == SignatoryApproved
}

// signatory returns the progress of one signatory, or nil.
func (p *Progress) signatory(id ID) *SignatoryProgress {
	for i := range p.Signatories {
		if p.Signatories[i].ID == id {
			return &p.Signatories[i]
		}
	}
	return nil
}
