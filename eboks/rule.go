package eboks

import "time"

// answer is what one attempt brought: a receipt, or an error, or with looked alone
// the word that the distributor does not know the letter.
type answer struct {
	receipt *Receipt
	err     *Error
	offered bool // the letter was offered
	looked  bool // the distributor was asked, and answered
	left    bool // it was asked, and says no more than that the letter left its sender
	// version is that of the entry when the distributor was asked.
	version int64
	alone   bool // the road refuses this letter, and others pass
}

// arrived reports whether the answer says that the distributor has a letter under
// this ID.
func (a answer) arrived() bool {
	return a.receipt != nil || a.err != nil && a.err.Kind == AlreadyAccepted
}

// rule is what the sending rule needs to know beside the entry and the answer.
type rule struct {
	park     int           // Retry.Park
	canOffer bool          // the distributor recognises a repeated ID
	lag      time.Duration // Retry.LogLag
	now      time.Time
}

// judge is the sending rule: what an answer makes of a letter. It returns the entry
// as it is to be kept, in nobody's hand, and either a receipt or an error. It looks
// at nothing but its arguments.
//
// Two things decide. An answer that says that the distributor has the letter is
// believed in every state. Any other is believed for this attempt alone: where an
// earlier one may have arrived (LetterUnknown), that stays possible until the
// distributor's log has not known the letter for Retry.LogLag.
func (r rule) judge(e Entry, a answer) (Entry, *Receipt, *Error) {
	e.Owner, e.Lease, e.At = "", time.Time{}, r.now
	repeat := e.State == LetterUnknown || e.Offers > 0
	if a.offered {
		e.Offers++
	}
	if a.offered || a.looked && a.err != nil { // it was offered anew, or is known in some way
		e.Missing = time.Time{}
	}
	switch {
	case e.State == LetterAccepted:
		return e, e.receipt(Duplicate), nil
	case a.receipt != nil:
		return r.accepted(e, *a.receipt)
	case a.arrived() && (repeat || e.State != LetterWaiting):
		return r.accepted(e, Receipt{ID: e.ID, Status: Accepted, Repeat: AlreadyAccepted, At: r.now, Raw: a.err.Raw})
	case e.State == LetterRefused, e.State == LetterParked:
		return e, nil, e.refusal()
	case a.arrived():
		stranger := *a.err
		stranger.Kind, stranger.Then = Duplicate, Decide
		stranger.Why = "the distributor has a letter under this ID that this ledger did not send; find out which"
		return r.refused(e, &stranger)
	case a.err == nil:
		return r.looked(e, a)
	case e.State == LetterUnknown:
		return r.doubted(e, a)
	case a.err.aboutLetter():
		return r.refused(e, a.err)
	case !a.err.Then.undelivered():
		return r.unknown(e, a.err)
	case a.alone:
		e.Doubts++
		return r.parked(e, a.err)
	default: // it never left, or was sent back
		return e, nil, a.err
	}
}

// accepted is a letter that the distributor has.
func (r rule) accepted(e Entry, receipt Receipt) (Entry, *Receipt, *Error) {
	receipt.Attempts = e.Doubts + 1
	if receipt.SHA256 == [32]byte{} {
		receipt.SHA256 = e.SHA256
	}
	e.State, e.Status, e.Reference, e.TakenAt, e.SHA256 = LetterAccepted, receipt.Status, receipt.Reference, receipt.At, receipt.SHA256
	e.Kind, e.Code, e.Reachability, e.Then = 0, "", ReachabilityUnknown, 0
	e.Missing = time.Time{}
	return e, &receipt, nil
}

// refused is a letter that came to its end without a doubt about an earlier offer.
func (r rule) refused(e Entry, failure *Error) (Entry, *Receipt, *Error) {
	refused := *failure
	if refused.Then != Stop {
		refused.Then = Decide
	}
	e.State, e.Kind, e.Code, e.Reachability, e.Then = LetterRefused, refused.Kind, refused.Code, refused.Reachability, refused.Then
	return e, nil, &refused
}

// looked is a letter that the distributor was asked for and does not know. It may be in
// its hands all the same, and not in its log yet.
func (r rule) looked(e Entry, a answer) (Entry, *Receipt, *Error) {
	since := e.Missing
	if since.IsZero() || since.After(r.now) { // a clock can be set back
		since = r.now
	}
	switch {
	case r.canOffer:
		e.Missing = since
		return e, nil, &Error{Kind: OutcomeUnknown, Then: Ask, Why: "the distributor does not know the letter; it may be offered again"}
	case r.lag == 0:
		e.Missing = since
		return r.unknown(e, &Error{Kind: OutcomeUnknown,
			Why: "it was offered before, and the distributor does not know it yet; wait for the event, or find out, then call Release or GiveUp"})
	case e.State != LetterUnknown, a.version != e.Version: // it may have been offered since it was asked for
		return e, nil, &Error{Kind: OutcomeUnknown, Then: Ask, Why: "the entry was changed while the distributor was asked; ask again"}
	case a.left:
		e.Missing = time.Time{}
		return r.unknown(e, &Error{Kind: OutcomeUnknown,
			Why: "the distributor's log says no more than that the letter left; wait for the event, or find out, then call Release or GiveUp"})
	case r.now.Sub(since) < r.lag:
		e.Missing = since
		return e, nil, &Error{Kind: OutcomeUnknown, Then: Ask, Why: "the distributor's log does not know the letter, and may lag behind; ask again"}
	default:
		// Whoever offered it without a word was one of ours.
		e.State, e.Offers, e.Missing = LetterWaiting, max(e.Offers, 1), time.Time{}
		return e, nil, &Error{Kind: OutcomeUnknown, Then: Retry,
			Why: "the distributor's log has not known the letter for Retry.LogLag, so that it counts as not delivered; it may be offered again"}
	}
}

// doubted is an answer to one more attempt with a letter that may have arrived
// before.
func (r rule) doubted(e Entry, a answer) (Entry, *Receipt, *Error) {
	failure := *a.err
	switch {
	case !a.offered && !a.looked: // nobody was asked
		failure.Then = Ask
		return e, nil, &failure
	case failure.aboutLetter():
		failure.Kind, failure.Reachability, failure.Err = OutcomeUnknown, ReachabilityUnknown, sentinel(a.err.Kind)
		failure.Why = "an earlier offer may have arrived, and this one was refused; ask the distributor"
		return r.unknown(e, &failure)
	case failure.Then == Retry: // this attempt brought nothing new
		failure.Then = Ask
		return e, nil, &failure
	default:
		return r.unknown(e, &failure)
	}
}

// unknown is a letter that may have been taken in. When that has happened too often
// a person must look.
func (r rule) unknown(e Entry, failure *Error) (Entry, *Receipt, *Error) {
	e.State = LetterUnknown
	e.Doubts++
	doubt := *failure
	doubt.Then = Ask
	return r.parked(e, &doubt)
}

// parked parks a letter that has used up its attempts, and returns failure otherwise.
func (r rule) parked(e Entry, failure *Error) (Entry, *Receipt, *Error) {
	if e.Doubts < r.park {
		return e, nil, failure
	}
	e.State, e.Kind, e.Code, e.Reachability, e.Then = LetterParked, failure.Kind, failure.Code, failure.Reachability, Decide
	return e, nil, &Error{Kind: Parked, Then: Decide, Code: failure.Code, Status: failure.Status, Raw: failure.Raw, Err: sentinel(failure.Kind), Alarm: true,
		Why: "it failed too often; look at it, then call Release or GiveUp"}
}

// receipt is what an entry tells of a letter that was taken in.
func (e Entry) receipt(repeat Kind) *Receipt {
	return &Receipt{ID: e.ID, Status: e.Status, Reference: e.Reference, At: e.TakenAt, SHA256: e.SHA256, Attempts: e.Doubts + 1, Repeat: repeat}
}

// refusal is the error for a letter that came to its end before.
func (e Entry) refusal() *Error {
	switch {
	case e.State == LetterParked:
		return &Error{Kind: Parked, Then: Decide, Code: e.Code, Err: sentinel(e.Kind), Why: "look at it, then call Release or GiveUp"}
	case e.Kind == Parked && e.Then == Stop:
		return &Error{Kind: Parked, Then: Stop, Code: e.Code, Why: "it was given up before it was sent; Release lets it be sent all the same"}
	case e.Kind == Parked:
		return &Error{Kind: Parked, Then: Decide, Code: e.Code,
			Why: "it was given up, and may have arrived all the same; find out before anything else is sent"}
	case e.Then == Stop:
		return &Error{Kind: e.Kind, Then: Stop, Code: e.Code, Reachability: e.Reachability, Why: "it was refused before; a corrected letter needs another ID"}
	default:
		return &Error{Kind: e.Kind, Then: Decide, Code: e.Code, Reachability: e.Reachability,
			Why: "it was refused before, and may have arrived all the same; find out before anything else is sent"}
	}
}
