package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

func TestReport(t *testing.T) {
	at := time.Date(2026, 11, 30, 14, 5, 6, 7, time.FixedZone("", 3600))
	l := &list{rows: []row{{reference: "sag-æøå"}, {reference: "=1+1,\"a\""}, {reference: " b "}}}
	var out bytes.Buffer
	require.NoError(t, report(&out, l, []outcome{{at.Unix(), "", accepted}, {at.Unix(), "Parked", needsPerson}, {status: unqueued, at: at.Unix(), detail: "not queued yet"}}))
	assert.Equal(t, `reference,status,time,detail
sag-æøå,accepted,2026-11-30T13:05:06Z,
"=1+1,""a""",needs a person,2026-11-30T13:05:06Z,Parked
" b ",waiting,2026-11-30T13:05:06Z,not queued yet
`, out.String())
}

func TestOutcomes(t *testing.T) {
	queued := time.Date(2026, 11, 30, 12, 59, 0, 0, time.UTC)
	record := func(e eboks.Entry, reached eboks.Status) outbox.Record {
		e.At = queued.Add(2 * time.Minute)
		return outbox.Record{Entry: e, Queued: queued, Reached: reached}
	}
	refused := eboks.Entry{State: eboks.LetterRefused, Then: eboks.Decide, Kind: eboks.Rejected, Code: "1001", Offers: 1}
	again := refused
	again.Offers, again.Doubts = 2, 1
	stranger := refused
	stranger.Kind, stranger.Code = eboks.Duplicate, "1409"
	accepted := eboks.Entry{State: eboks.LetterAccepted, Offers: 1}
	for _, c := range []struct {
		want    string
		entry   eboks.Entry
		reached eboks.Status
		http    int
	}{
		{"waiting|12:59:00|queued", eboks.Entry{State: eboks.LetterWaiting}, 0, 0},
		{"waiting|12:59:00|it is not known whether it arrived; the distributor is asked", eboks.Entry{State: eboks.LetterUnknown}, 0, 0},
		{"accepted|13:01:00|", accepted, eboks.Accepted, 204},
		{"accepted|13:01:00|queued", accepted, eboks.Queued, 204},
		{"delivered|13:01:00|delivered digital", accepted, eboks.DeliveredDigital, 204},
		{"refused|13:01:00|failed after it was accepted", accepted, eboks.Failed, 204},
		{"refused|13:01:00|Rejected 1001", eboks.Entry{State: eboks.LetterRefused, Then: eboks.Stop, Kind: eboks.Rejected, Code: "1001"}, 0, 400},
		{"refused|13:01:00|Rejected 1001", refused, 0, 400},
		{"needs a person|13:01:00|Rejected 1001", refused, 0, 200},
		{"needs a person|13:01:00|Rejected 1001", refused, 0, 0},
		{"needs a person|13:01:00|Rejected 1001", again, 0, 400},
		{"needs a person|13:01:00|Duplicate 1409", stranger, 0, 409},
		{"needs a person|13:01:00|OutcomeUnknown", eboks.Entry{State: eboks.LetterParked, Then: eboks.Decide, Kind: eboks.OutcomeUnknown}, 0, 0},
	} {
		var trail []outbox.Happening
		if c.http != 0 {
			trail = []outbox.Happening{{What: outbox.Asked, HTTP: 404}, {What: outbox.Offered, HTTP: c.http}}
		}
		o := outcomeOf(record(c.entry, c.reached), trail)
		assert.Equal(t, c.want, strings.Join([]string{o.status.String(), time.Unix(o.at, 0).UTC().Format(time.TimeOnly), o.detail}, "|"))
	}
}

func TestProgressTellsOnceASecond(t *testing.T) {
	now := time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	p := &progress{to: &out, now: func() time.Time { return now }}
	for i := range 1001 {
		p.tell("done", i*10, 100_000)
		now = now.Add(10 * time.Millisecond)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 10)
	assert.Equal(t, "done 1000 of 100000, 1000 a second, 1m39s left", lines[0])
	assert.Equal(t, "done 10000 of 100000, 1000 a second, 1m30s left", lines[9])
	out.Reset()
	for range 100 {
		now = now.Add(time.Second)
		p.tell("done", 10_000, 100_000)
	}
	assert.Len(t, strings.Split(strings.TrimSpace(out.String()), "\n"), 3, "less often while nothing moves")
}

func TestOneAlarmForEachTrouble(t *testing.T) {
	var out bytes.Buffer
	a := &alarms{to: &out, told: map[eboks.Kind]bool{}}
	refused := &eboks.Error{Kind: eboks.AuthFailed, Op: "send", Why: "the sender is refused"}
	for range 3 {
		a.raise(context.Background(), refused)
	}
	assert.Equal(t, "ALARM: eboks: send: AuthFailed: the sender is refused\n", out.String())
	a.passed()
	a.raise(context.Background(), refused)
	assert.Equal(t, 2, strings.Count(out.String(), "\n"))
	out.Reset()
	a.raise(context.Background(), &eboks.Error{Kind: eboks.OutcomeUnknown, Op: "send", Why: "the answer cannot be read"})
	assert.Equal(t, "Look at this: eboks: send: OutcomeUnknown: the answer cannot be read\n", out.String())
}
