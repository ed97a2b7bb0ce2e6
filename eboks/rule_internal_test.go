package eboks

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The sending rule, whole: every state and every answer. A row says what becomes of a
// letter that is waiting (fresh or offered before), unknown, accepted, refused and
// parked: the new state, and the kind of error and what to do, or the repeat of a
// receipt.
func TestRule(t *testing.T) {
	const park = 3
	type end struct {
		state State
		kind  Kind // of the error; or of Receipt.Repeat with then == got
		then  Then
	}
	const got = lastThen // a receipt
	accepted := func(repeat Kind) end { return end{LetterAccepted, repeat, got} }
	known := accepted(Duplicate)
	refusedBefore, parkedBefore := end{LetterRefused, Rejected, Stop}, end{LetterParked, Parked, Decide}
	receipt := func(repeat Kind) *Receipt { return &Receipt{ID: ID{1}, Status: AcceptedDigital, Repeat: repeat} }
	failed := func(k Kind, then Then) *Error { return &Error{Kind: k, Then: then} }
	waits := func(k Kind) end { return end{LetterWaiting, k, Retry} }
	stops := func(k Kind) end { return end{LetterWaiting, k, Stop} }
	unknown := func(k Kind) end { return end{LetterUnknown, k, Ask} }
	doubt := unknown(OutcomeUnknown)
	for _, row := range []struct {
		name                         string
		answer                       answer
		dedupes                      bool
		fresh, waiting, doubted      end
		acceptedTo, refusedTo, parks end
	}{
		{"taken in", answer{receipt: receipt(0), offered: true}, true,
			accepted(0), accepted(0), accepted(0), known, accepted(0), accepted(0)},
		{"found in the books", answer{receipt: receipt(AlreadyAccepted), looked: true}, true,
			accepted(AlreadyAccepted), accepted(AlreadyAccepted), accepted(AlreadyAccepted), known, accepted(AlreadyAccepted), accepted(AlreadyAccepted)},
		{"the id was used before", answer{err: failed(AlreadyAccepted, Ask), offered: true}, true,
			end{LetterRefused, Duplicate, Decide}, accepted(AlreadyAccepted), accepted(AlreadyAccepted), known, accepted(AlreadyAccepted), accepted(AlreadyAccepted)},
		{"not in the books, repeats recognised", answer{looked: true}, true,
			end{LetterWaiting, OutcomeUnknown, Ask}, end{LetterWaiting, OutcomeUnknown, Ask}, doubt, known, refusedBefore, parkedBefore},
		{"not in the books", answer{looked: true}, false,
			doubt, doubt, doubt, known, refusedBefore, parkedBefore},
		{"could not be asked", answer{err: failed(OutcomeUnknown, Ask)}, true,
			doubt, doubt, doubt, known, refusedBefore, parkedBefore},
		{"refused for good", answer{err: failed(Rejected, Stop), offered: true}, true,
			end{LetterRefused, Rejected, Stop}, end{LetterRefused, Rejected, Stop}, doubt, known, refusedBefore, parkedBefore},
		{"refused, perhaps taken in", answer{err: failed(Rejected, Decide), offered: true}, true,
			end{LetterRefused, Rejected, Decide}, end{LetterRefused, Rejected, Decide}, doubt, known, refusedBefore, parkedBefore},
		{"refused, the adapter does not say", answer{err: failed(Rejected, Ask), offered: true}, true,
			end{LetterRefused, Rejected, Decide}, end{LetterRefused, Rejected, Decide}, doubt, known, refusedBefore, parkedBefore},
		{"no mailbox", answer{err: failed(RecipientUnreachable, Stop), offered: true}, true,
			end{LetterRefused, RecipientUnreachable, Stop}, end{LetterRefused, RecipientUnreachable, Stop}, doubt, known, refusedBefore, parkedBefore},
		{"no mailbox, perhaps printed", answer{err: failed(RecipientUnreachable, Decide), offered: true}, true,
			end{LetterRefused, RecipientUnreachable, Decide}, end{LetterRefused, RecipientUnreachable, Decide}, doubt, known, refusedBefore, parkedBefore},
		{"cannot be written", answer{err: failed(InputInvalid, Stop), offered: true}, true,
			stops(InputInvalid), stops(InputInvalid), unknown(InputInvalid), known, refusedBefore, parkedBefore},
		{"cannot be carried", answer{err: failed(Unsupported, Stop), offered: true}, true,
			stops(Unsupported), stops(Unsupported), unknown(Unsupported), known, refusedBefore, parkedBefore},
		{"never left", answer{err: failed(Unavailable, Retry), offered: true}, true,
			waits(Unavailable), waits(Unavailable), unknown(Unavailable), known, refusedBefore, parkedBefore},
		{"paused", answer{err: failed(Throttled, Retry)}, true,
			waits(Throttled), waits(Throttled), unknown(Throttled), known, refusedBefore, parkedBefore},
		{"later", answer{err: failed(Throttled, Retry), offered: true}, true,
			waits(Throttled), waits(Throttled), unknown(Throttled), known, refusedBefore, parkedBefore},
		{"we are refused", answer{err: failed(AuthFailed, Retry), offered: true}, true,
			waits(AuthFailed), waits(AuthFailed), unknown(AuthFailed), known, refusedBefore, parkedBefore},
		{"we are refused, and the letter had left", answer{err: failed(AuthFailed, Ask), offered: true}, true,
			unknown(AuthFailed), unknown(AuthFailed), unknown(AuthFailed), known, refusedBefore, parkedBefore},
		{"this letter alone is refused", answer{err: failed(AuthFailed, Retry), offered: true, alone: true}, true,
			waits(AuthFailed), waits(AuthFailed), unknown(AuthFailed), known, refusedBefore, parkedBefore},
		{"a wrong address", answer{err: failed(ConfigInvalid, Retry), offered: true}, true,
			waits(ConfigInvalid), waits(ConfigInvalid), unknown(ConfigInvalid), known, refusedBefore, parkedBefore},
		{"no answer", answer{err: failed(OutcomeUnknown, Ask), offered: true}, true,
			doubt, doubt, doubt, known, refusedBefore, parkedBefore},
	} {
		t.Run(row.name, func(t *testing.T) {
			offered := ruled(LetterWaiting)
			offered.Offers = 2
			for _, c := range []struct {
				before Entry
				want   end
			}{
				{ruled(LetterWaiting), row.fresh}, {offered, row.waiting}, {ruled(LetterUnknown), row.doubted},
				{ruled(LetterAccepted), row.acceptedTo}, {ruled(LetterRefused), row.refusedTo}, {ruled(LetterParked), row.parks},
			} {
				why := fmt.Sprint("from ", c.before.State, c.before.Offers)
				rule := rule{park: park, canOffer: row.dedupes, now: time.Unix(50, 0)}
				after, r, err := rule.judge(c.before, row.answer)
				if row.name != "not in the books" { // see TestRuleOfALogThatLags
					rule.lag = time.Minute
					again, sameReceipt, sameErr := rule.judge(c.before, row.answer)
					require.Equal(t, []any{after, r, err}, []any{again, sameReceipt, sameErr}, "LogLag changes nothing: "+why)
				}
				is := end{state: after.State}
				if r != nil {
					require.Nil(t, err, why)
					is.kind, is.then = r.Repeat, got
					require.Equal(t, ID{1}, r.ID, why)
					require.Equal(t, [32]byte{7}, r.SHA256, why)
				} else {
					require.NotNil(t, err, why)
					is.kind, is.then = err.Kind, err.Then
				}
				require.Equal(t, c.want, is, why)
				require.Empty(t, after.Owner, "it is in nobody's hand")
				require.Equal(t, c.before.Version, after.Version)
				require.Equal(t, c.before.ID, after.ID)
				asked := row.answer.looked && row.answer.err == nil && row.answer.receipt == nil
				require.Equal(t, asked && c.before.State <= LetterUnknown, !after.Missing.IsZero(), why)

				// What holds everywhere.
				if err != nil && err.Then.undelivered() {
					require.NotEqual(t, LetterUnknown, c.before.State, "a doubt is never forgotten")
					require.NotEqual(t, LetterUnknown, after.State)
				}
				if c.before.State == LetterUnknown {
					require.Contains(t, []State{LetterUnknown, LetterAccepted, LetterParked}, after.State, "a doubt ends by arrival or by a person")
				}
				if c.before.State == LetterAccepted {
					require.Equal(t, LetterAccepted, after.State)
				}
				require.GreaterOrEqual(t, after.Doubts, c.before.Doubts)
			}
		})
	}
}

// ruled is an entry in that state, as the tests of the rule begin with it.
func ruled(s State) Entry {
	e := Entry{ID: ID{1}, State: s, Owner: "me", Lease: time.Unix(100, 0), Version: 4, SHA256: [32]byte{7}}
	switch s {
	case LetterUnknown:
		e.Offers, e.Doubts = 1, 1
	case LetterAccepted:
		e.Status = DeliveredDigital
	case LetterRefused:
		e.Kind, e.Then = Rejected, Stop
	case LetterParked:
		e.Kind, e.Then = OutcomeUnknown, Decide
	}
	return e
}

// What happens too often parks the letter, once, with an alarm.
func TestRuleParks(t *testing.T) {
	r := rule{park: 3, canOffer: true, now: time.Unix(50, 0)}
	for name, a := range map[string]answer{
		"no answer":                {err: &Error{Kind: OutcomeUnknown}, offered: true},
		"refused while in doubt":   {err: &Error{Kind: Rejected, Then: Stop}, offered: true},
		"this letter alone":        {err: &Error{Kind: AuthFailed, Then: Retry}, offered: true, alone: true},
		"we are refused in doubt":  {err: &Error{Kind: AuthFailed}, offered: true},
		"unknown, cannot be asked": {err: &Error{Kind: OutcomeUnknown}, looked: true},
		"cannot be written now":    {err: &Error{Kind: InputInvalid, Then: Stop}, offered: true},
	} {
		e := Entry{ID: ID{1}, State: LetterUnknown, Doubts: 2}
		if a.alone {
			e.State = LetterWaiting
		}
		e, _, err := r.judge(e, a)
		require.Equal(t, LetterParked, e.State, name)
		require.Equal(t, Parked, err.Kind)
		require.Equal(t, Decide, err.Then)
		require.True(t, err.Alarm)
		_, _, err = r.judge(e, a)
		require.Equal(t, Parked, err.Kind)
		require.False(t, err.Alarm, "one alarm")
	}
	// Waiting for the channel uses nothing up.
	e := Entry{ID: ID{1}, State: LetterUnknown, Doubts: 2}
	for range 10 {
		e, _, _ = r.judge(e, answer{err: &Error{Kind: Throttled, Then: Retry}, offered: true})
	}
	require.Equal(t, LetterUnknown, e.State)
}

// Every kind has a row above, or says here why no answer to a letter can be one.
func TestRuleKnowsEveryKind(t *testing.T) {
	never := map[Kind]string{
		Duplicate: "made by the rule", Conflict: "made by the claim", Parked: "made by the rule", StoreFailed: "of the ledger",
		ReceiptInvalid: "of a question", ReceiptOverdue: "of Overdue",
	}
	for _, k := range Kinds() {
		if never[k] != "" {
			continue
		}
		for then := range lastThen {
			_, _, err := rule{park: 9}.judge(Entry{State: LetterWaiting}, answer{err: &Error{Kind: k, Then: then}, offered: true})
			require.NotNil(t, err)
			if !then.undelivered() {
				require.False(t, err.Then.undelivered(), "%v %v: nobody said that it was not delivered", k, then)
			}
		}
	}
}
