package eboks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/require"
)

func TestID(t *testing.T) {
	id := eboks.NewID()
	require.NotEqual(t, id, eboks.NewID())
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id.String())
	parsed, err := eboks.ParseID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, parsed)
	text, err := json.Marshal(map[string]eboks.ID{"id": id})
	require.NoError(t, err)
	var back map[string]eboks.ID
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, id, back["id"])
	require.Empty(t, eboks.ID{}.String())
}

func TestParseIDRefuses(t *testing.T) {
	good := eboks.NewID().String()
	for _, s := range []string{"", good + "0", good[:35], "{" + good[1:35] + "}", good[:8] + "0" + good[9:], "g" + good[1:], " " + good[1:], good[:35] + "å"} {
		_, err := eboks.ParseID(s)
		kindIs(t, err, eboks.InputInvalid)
		if s != "" {
			require.NotContains(t, err.Error(), s)
		}
		require.Error(t, new(eboks.ID).UnmarshalText([]byte(s+"!")))
	}
}

func FuzzParseID(f *testing.F) {
	f.Add(eboks.NewID().String())
	f.Fuzz(func(t *testing.T, s string) {
		id, err := eboks.ParseID(s)
		if err != nil {
			require.True(t, id.IsZero())
			return
		}
		again, err := eboks.ParseID(id.String())
		if !id.IsZero() {
			require.NoError(t, err)
			require.Equal(t, id, again)
		}
	})
}

func TestRecipientsCompareAndStaySilent(t *testing.T) {
	n := cprtest.Number(4)
	require.Equal(t, eboks.Person(n), eboks.Person(n))
	require.NotEqual(t, eboks.Person(n), eboks.Person(cprtest.Number(5)))
	company := eboks.Company(claims.MustParseCVR("10150817"))
	require.True(t, company.CPR().IsZero())
	require.Equal(t, "10150817", company.CVR().String())
	require.True(t, eboks.Recipient{}.IsZero())
	require.Empty(t, canary.Leaks(eboks.Person(n), n.Reveal()))
	for _, l := range []*eboks.Letter{letter(4)} {
		for _, printer := range canary.Leaks(*l, n.Reveal(), l.Title) {
			require.True(t, canary.OutOfReach(printer), printer)
		}
	}
}

func TestKindsHaveSentinels(t *testing.T) {
	sentinels := []error{
		eboks.ErrOutcomeUnknown, eboks.ErrAlreadyAccepted, eboks.ErrDuplicate, eboks.ErrConflict, eboks.ErrRejected, eboks.ErrRecipientUnreachable,
		eboks.ErrThrottled, eboks.ErrUnavailable, eboks.ErrAuthFailed, eboks.ErrParked, eboks.ErrStoreFailed, eboks.ErrReceiptInvalid,
		eboks.ErrReceiptOverdue, eboks.ErrInputInvalid, eboks.ErrConfigInvalid, eboks.ErrUnsupported,
	}
	require.Len(t, sentinels, len(eboks.Kinds()))
	for i, k := range eboks.Kinds() {
		err := fmt.Errorf("outer: %w", &eboks.Error{Kind: k})
		for j, s := range sentinels {
			require.Equal(t, i == j, errors.Is(err, s))
		}
		require.Equal(t, "eboks: "+k.String(), sentinels[i].Error())
		require.Equal(t, k, eboks.KindOf(err))
	}
	require.Equal(t, "Unknown", eboks.Kind(99).String())
	require.Zero(t, eboks.KindOf(errors.New("andet")))
	require.False(t, eboks.SafeToRetry(errors.New("andet")))
	require.False(t, eboks.SafeToRetry(nil))
}

func TestWordsOfValues(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range eboks.Statuses() {
		require.False(t, seen[s.String()])
		seen[s.String()] = true
	}
	require.Equal(t, "unknown", eboks.Status(99).String())
	require.Equal(t, "unknown", eboks.Reachability(99).String())
	require.Equal(t, "unknown", eboks.RecallStatus(99).String())
	require.Equal(t, "unknown channel", eboks.Channel(99).String())
	require.Equal(t, "no letter", eboks.State(99).String())
	require.False(t, eboks.Accepted.Final())
	require.False(t, eboks.AcceptedDigital.Arrived())
	require.True(t, eboks.DeliveredDigital.Arrived())
	require.False(t, eboks.HandedToCarrier.Arrived())
}

func TestErrorTexts(t *testing.T) {
	e := &eboks.Error{Kind: eboks.RecipientUnreachable, Op: "send", Sender: "stralfors", ID: eboks.NewID(), Code: "2004", Why: "find another way",
		Reachability: eboks.Deceased, Status: 400, Err: context.Canceled, Raw: eboks.NewRaw([]byte("hemmelig"))}
	require.Equal(t, "eboks: send (stralfors): RecipientUnreachable (deceased) 2004 (HTTP 400): find another way: context canceled", e.Error())
	require.Empty(t, canary.Leaks(e, "hemmelig"))
	require.Contains(t, fmt.Sprint(e.LogValue()), "status=400")
	require.Equal(t, "hemmelig", string(e.Raw.Reveal()))
	require.True(t, eboks.NewRaw(nil).IsZero())
	require.Nil(t, eboks.Raw{}.Reveal())
}

func TestStatusError(t *testing.T) {
	now := at("2026-11-22T10:00:00Z")
	type answer struct {
		kind eboks.Kind
		safe bool
		wait time.Duration
	}
	for _, c := range []struct {
		status int
		header []string
		want   answer
	}{
		{200, nil, answer{kind: eboks.OutcomeUnknown}},
		{302, nil, answer{kind: eboks.OutcomeUnknown}},
		{400, nil, answer{eboks.Rejected, true, 0}},
		{401, nil, answer{eboks.AuthFailed, true, 0}},
		{403, nil, answer{eboks.AuthFailed, true, 0}},
		{404, nil, answer{eboks.ConfigInvalid, true, 0}},
		{408, nil, answer{kind: eboks.OutcomeUnknown}},
		{409, nil, answer{kind: eboks.AlreadyAccepted}},
		{413, nil, answer{eboks.Rejected, true, 0}},
		{422, nil, answer{eboks.Rejected, true, 0}},
		{429, nil, answer{eboks.Throttled, true, 0}},
		{429, []string{"7"}, answer{eboks.Throttled, true, 7 * time.Second}},
		{429, []string{"-7"}, answer{eboks.Throttled, true, 0}},
		{429, []string{"soon"}, answer{eboks.Throttled, true, 0}},
		{429, []string{""}, answer{eboks.Throttled, true, 0}},
		{429, []string{"1.5"}, answer{eboks.Throttled, true, 0}},
		{429, []string{"1", "2"}, answer{eboks.Throttled, true, 0}},
		{429, []string{"999999999"}, answer{eboks.Throttled, true, 24 * time.Hour}},
		{429, []string{"99999999999999999999"}, answer{eboks.Throttled, true, 24 * time.Hour}},
		{503, []string{"Sun, 22 Nov 2026 10:01:00 GMT"}, answer{eboks.Throttled, true, time.Minute}},
		{503, []string{"Sun, 22 Nov 2020 10:01:00 GMT"}, answer{eboks.Throttled, true, 0}},
		{503, []string{"Sun, 22 Nov 2099 10:01:00 GMT"}, answer{eboks.Throttled, true, 24 * time.Hour}},
		{503, nil, answer{kind: eboks.OutcomeUnknown}},
		{500, nil, answer{kind: eboks.OutcomeUnknown}},
		{502, []string{"7"}, answer{kind: eboks.OutcomeUnknown}},
		{504, nil, answer{kind: eboks.OutcomeUnknown}},
		{999, nil, answer{kind: eboks.OutcomeUnknown}},
	} {
		h := http.Header{}
		if c.header != nil {
			h["Retry-After"] = c.header
		}
		e := eboks.StatusError(eboks.HTTPAnswer{Status: c.status, Header: h, OwnWords: true}, now)
		require.Equal(t, c.want, answer{e.Kind, eboks.SafeToRetry(e), e.RetryAfter}, "%d %v", c.status, c.header)
		require.Equal(t, c.status, e.Status)
	}
}

// What a proxy, a filter or a web server on the way may write is no verdict about a
// letter: letters wait, and the channel is in trouble.
func TestStatusErrorOfTheRoad(t *testing.T) {
	now := at("2026-11-22T10:00:00Z")
	for status := 400; status < 500; status++ {
		e := eboks.StatusError(eboks.HTTPAnswer{Status: status, Unasked: "the server did not ask"}, now)
		switch status {
		case 408:
			require.Equal(t, eboks.OutcomeUnknown, e.Kind)
			require.Equal(t, eboks.Ask, e.Then)
		case 409: // on some wires it says that the id was used
			require.Equal(t, eboks.OutcomeUnknown, e.Kind)
			require.Equal(t, eboks.Ask, e.Then)
		case 460, 499: // a proxy believes that we have gone; the letter may have gone on
			require.Equal(t, eboks.OutcomeUnknown, e.Kind)
			require.Equal(t, eboks.Ask, e.Then)
			e = eboks.StatusError(eboks.HTTPAnswer{Status: status, Partly: true}, now)
			require.Equal(t, eboks.AuthFailed, e.Kind)
			require.Equal(t, eboks.Retry, e.Then)
		case 413: // of this letter's size alone, and somebody must hear of it
			require.Equal(t, eboks.Rejected, e.Kind)
			require.Equal(t, eboks.Stop, e.Then)
			require.True(t, e.Alarm)
		case 429:
			require.Equal(t, eboks.Throttled, e.Kind)
			require.Equal(t, eboks.Retry, e.Then)
		default:
			require.Contains(t, []eboks.Kind{eboks.AuthFailed, eboks.ConfigInvalid}, e.Kind, status)
			require.Equal(t, eboks.Retry, e.Then, status)
			require.NotEmpty(t, e.Why, "it says where to look")
			require.Equal(t, e.Kind == eboks.AuthFailed, strings.Contains(e.Why, "did not ask"))
		}
	}
}

// Who answers before the whole letter has left cannot have taken it in.
func TestStatusErrorOfAPartOfALetter(t *testing.T) {
	for _, status := range []int{408, 500, 502, 503, 504, 599} {
		e := eboks.StatusError(eboks.HTTPAnswer{Status: status, Partly: true}, at("2026-11-22T10:00:00Z"))
		require.Equal(t, eboks.Unavailable, e.Kind, status)
		require.Equal(t, eboks.Retry, e.Then)
	}
	for _, status := range []int{200, 204, 302, 999} {
		e := eboks.StatusError(eboks.HTTPAnswer{Status: status, Partly: true}, at("2026-11-22T10:00:00Z"))
		require.Equal(t, eboks.OutcomeUnknown, e.Kind, status)
		require.Equal(t, eboks.Ask, e.Then)
	}
}

func TestCallError(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind eboks.Kind
		safe bool
	}{
		{errors.New("andet"), eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.NotSent}, eboks.Unavailable, true},
		{&httpx.Error{Reason: httpx.NoAnswer}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.Cut}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.TooLarge}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.Slow}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.Redirected}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.Cancelled, Err: context.Canceled}, eboks.OutcomeUnknown, false},
		{&httpx.Error{Reason: httpx.Unwelcome}, eboks.AuthFailed, false},
		{&httpx.Error{Reason: httpx.BodyFailed, Err: eboks.ErrChanged}, eboks.InputInvalid, true},
		{&httpx.Error{Reason: httpx.BodyFailed, Err: errors.New("hemmelig")}, eboks.InputInvalid, true},
	} {
		e := eboks.CallError(c.err)
		require.Equal(t, c.kind, e.Kind, c.err)
		require.Equal(t, c.safe, eboks.SafeToRetry(e), c.err)
		require.NotContains(t, e.Error(), "hemmelig")
	}
}

func TestMemoryLedger(t *testing.T) {
	ledgersuite.Test(t, func(testing.TB, []eboks.ID) (one, other eboks.Ledger) {
		m := eboks.NewMemoryLedger(0)
		return m, m
	})
}

func TestMemoryLedgerForgetsWhatIsDone(t *testing.T) {
	m := eboks.NewMemoryLedger(3)
	claim := func(id eboks.ID) (eboks.Entry, error) {
		es, err := m.Claim(t.Context(), []eboks.Entry{{ID: id, State: eboks.LetterWaiting}}, "a", time.Minute)
		if err != nil {
			return eboks.Entry{}, err
		}
		return es[0], nil
	}
	now := at("2026-11-22T10:00:00Z")
	settle := func(e eboks.Entry, s eboks.State) {
		now = now.Add(time.Second)
		e.State, e.Owner, e.Lease, e.At = s, "", time.Time{}, now
		stale, err := m.Settle(t.Context(), []eboks.Entry{e})
		require.NoError(t, err)
		require.Empty(t, stale)
	}
	known := func(id eboks.ID) eboks.State {
		es, err := m.Load(t.Context(), []eboks.ID{id})
		require.NoError(t, err)
		return es[0].State
	}
	var es []eboks.Entry
	for range 3 {
		e, err := claim(eboks.NewID())
		require.NoError(t, err)
		es = append(es, e)
	}
	_, err := claim(eboks.NewID())
	require.ErrorIs(t, err, eboks.ErrLedgerFull, "what is on its way is not forgotten")
	settle(es[2], eboks.LetterUnknown)
	_, err = claim(eboks.NewID())
	require.ErrorIs(t, err, eboks.ErrLedgerFull, "nor is what may have arrived")
	settle(es[1], eboks.LetterAccepted)
	settle(es[0], eboks.LetterAccepted)
	_, err = claim(eboks.NewID())
	require.NoError(t, err)
	require.Zero(t, known(es[1].ID), "ended first, forgotten first")
	require.Equal(t, eboks.LetterAccepted, known(es[0].ID))
	require.Equal(t, eboks.LetterUnknown, known(es[2].ID))
}
