package eboks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A log that lags does not know a letter for some time, and then it does, or never. Every
// state, with every time since when it does not know it.
func TestRuleOfALogThatLags(t *testing.T) {
	const lag = time.Minute
	now := time.Unix(1000, 0).UTC()
	lagging := rule{park: 3, lag: lag, now: now}
	silence := answer{looked: true, version: ruled(LetterUnknown).Version}
	type end struct {
		state   State
		kind    Kind
		then    Then
		missing time.Time
	}
	is := func(e Entry, err *Error) end { return end{e.State, err.Kind, err.Then, e.Missing} }
	stays := func(missing time.Time) end { return end{LetterUnknown, OutcomeUnknown, Ask, missing} }
	counts := end{LetterWaiting, OutcomeUnknown, Retry, time.Time{}}
	for name, c := range map[string]struct {
		missing time.Time
		want    end
	}{
		"the first look":                        {time.Time{}, stays(now)},
		"a look at once":                        {now, stays(now)},
		"a look before it has passed":           {now.Add(-lag + 1), stays(now.Add(-lag + 1))},
		"a look when it has passed":             {now.Add(-lag), counts},
		"a look long after":                     {now.Add(-24 * lag), counts},
		"the clock was set back since":          {now.Add(time.Hour), stays(now)},
		"the clock was set back, and went by 0": {now.Add(1), stays(now)},
	} {
		before := ruled(LetterUnknown)
		before.Missing = c.missing
		for doubts := range lagging.park {
			before.Doubts = doubts
			after, receipt, err := lagging.judge(before, silence)
			require.Nil(t, receipt, name)
			require.Equal(t, c.want, is(after, err), name)
			require.Equal(t, doubts, after.Doubts, "no doubt is added: %s", name)
			require.Equal(t, 1, after.Offers, name)
			require.Empty(t, after.Owner)
			require.NotEmpty(t, err.Why)
			require.False(t, err.Alarm)
		}

		// Somebody changed the entry while the distributor was asked: the look may be older than
		// the last offer.
		late := silence
		late.version--
		after, _, err := lagging.judge(before, late)
		require.Equal(t, stays(c.missing), is(after, err), "changed: %s", name)
		require.Equal(t, before.Doubts, after.Doubts)

		// It says that the letter left, and no more: it is known, and no time passes.
		left := silence
		left.left, before.Doubts = true, 0
		after, _, err = lagging.judge(before, left)
		require.Equal(t, stays(time.Time{}), is(after, err), "left: %s", name)
		require.Equal(t, 1, after.Doubts)

		// What cannot be read is about this letter, so that it is known.
		after, _, err = lagging.judge(before, answer{looked: true, err: &Error{Kind: OutcomeUnknown}})
		require.Equal(t, stays(time.Time{}), is(after, err), "strange words: %s", name)
		require.Equal(t, 1, after.Doubts)

		// A look that fails says nothing.
		after, _, err = lagging.judge(before, answer{err: &Error{Kind: OutcomeUnknown}})
		require.Equal(t, stays(c.missing), is(after, err), "failed: %s", name)
		require.Zero(t, after.Doubts)

		// An offer makes what was heard before worthless.
		after, _, err = lagging.judge(before, answer{offered: true, err: &Error{Kind: Throttled, Then: Retry}})
		require.Equal(t, end{LetterUnknown, Throttled, Ask, time.Time{}}, is(after, err), "offered: %s", name)

		after, receipt, err := lagging.judge(before, answer{looked: true, receipt: &Receipt{ID: before.ID, Status: Accepted}})
		require.Nil(t, err)
		require.NotNil(t, receipt)
		require.Equal(t, LetterAccepted, after.State)
		require.Zero(t, after.Missing)
	}
}

// In the other states a look that finds nothing changes nothing.
func TestRuleOfALogThatLagsElsewhere(t *testing.T) {
	lagging := rule{park: 3, lag: time.Minute, now: time.Unix(1000, 0)}
	for state, want := range map[State]*Error{
		LetterWaiting:  {Kind: OutcomeUnknown, Then: Ask},
		LetterAccepted: nil,
		LetterRefused:  {Kind: Rejected, Then: Stop},
		LetterParked:   {Kind: Parked, Then: Decide},
	} {
		before := ruled(state)
		after, receipt, err := lagging.judge(before, answer{looked: true, version: before.Version})
		require.Equal(t, want == nil, receipt != nil, state)
		if want != nil {
			require.Equal(t, []any{want.Kind, want.Then}, []any{err.Kind, err.Then}, state)
		}
		before.Owner, before.Lease, before.At = "", time.Time{}, lagging.now
		require.Equal(t, before, after, state)
	}
}

// A letter that counts as not delivered may have been offered by a process that died.
// What the distributor then says of a used ID is about this letter.
func TestRuleOfALogThatLaggedTooLong(t *testing.T) {
	lagging := rule{park: 3, lag: time.Minute, now: time.Unix(1000, 0)}
	overtaken := Entry{ID: ID{1}, State: LetterUnknown, Version: 4, Missing: time.Unix(900, 0)}
	e, _, err := lagging.judge(overtaken, answer{looked: true, version: 4})
	require.Equal(t, LetterWaiting, e.State)
	require.True(t, SafeToRetry(err))
	e, receipt, _ := lagging.judge(e, answer{offered: true, err: &Error{Kind: AlreadyAccepted}})
	require.Equal(t, LetterAccepted, e.State)
	require.Equal(t, AlreadyAccepted, receipt.Repeat)
}
