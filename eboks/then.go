package eboks

// Then says what to do with the letter after an error. It is the one question that
// an error answers; Kind says why.
type Then uint8

// What to do. The zero value is the careful one.
const (
	// Ask: the distributor may have the letter. Call [Client.Send] with the same
	// letter again later: it asks the distributor first. Or read the events. Send it
	// under no other ID and no other way.
	Ask Then = iota
	// Retry: the distributor does not have the letter, and the same call may succeed
	// later, not before Error.RetryAfter.
	Retry
	// Decide: nothing more happens by itself. The letter may have arrived: a person
	// asks the distributor, and then calls [Client.Release] or
	// [Client.GiveUp].
	Decide
	// Stop: the distributor does not have the letter, and this letter never passes.
	// Correct it, under a new ID, or find another way to the recipient.
	Stop
	lastThen
)

var thenWords = [lastThen]string{"ask", "retry", "decide", "stop"}

// String returns the word, such as "retry".
func (t Then) String() string { return thenWords[min(t, lastThen-1)] }

// undelivered reports whether it is certain that the distributor does not have the
// letter.
func (t Then) undelivered() bool { return t == Retry || t == Stop }

// SafeToRetry reports whether it is certain that the letter of a failed
// [Client.Send] was not delivered, by that call or by an earlier one that the
// Ledger knows. Bringing it another way then cannot make two. It is the same as
// Error.Then being Retry or Stop, and false for every error of another call.
func SafeToRetry(err error) bool {
	e, ok := asError(err)
	return ok && (e.Op == opSend || e.Op == "") && e.Then.undelivered()
}
