package outbox_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// observed sets providers that keep what they are told.
func observed(t *testing.T) (*sdkmetric.ManualReader, *tracetest.SpanRecorder) {
	t.Helper()
	reader, spans := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
	otel.SetMeterProvider(metricnoop.NewMeterProvider()) // the first one gets what was made before, by other tests
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	t.Cleanup(func() {
		otel.SetMeterProvider(metricnoop.NewMeterProvider())
		otel.SetTracerProvider(tracenoop.NewTracerProvider())
	})
	return reader, spans
}

// metrics are all values that a collection gives, by name and attributes. A histogram is
// its sum, and with "#" behind its name how many values there were.
func metrics(t *testing.T, reader sdkmetric.Reader) map[string]float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	values := map[string]float64{}
	note := func(name string, as attribute.Set, v float64) {
		var words []string
		for _, a := range as.ToSlice() { // sorted by key
			words = append(words, a.Value.String())
		}
		values[name+"{"+strings.Join(words, " ")+"}"] = v
	}
	for _, s := range all.ScopeMetrics {
		require.Equal(t, "github.com/dkeid/dkeid/eboks/outbox", s.Scope.Name)
		for _, m := range s.Metrics {
			require.NotEmpty(t, m.Description)
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					note(m.Name, p.Attributes, float64(p.Value))
				}
			case metricdata.Gauge[int64]:
				for _, p := range d.DataPoints {
					note(m.Name, p.Attributes, float64(p.Value))
				}
			case metricdata.Gauge[float64]:
				for _, p := range d.DataPoints {
					note(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					note(m.Name, p.Attributes, p.Sum)
					note(m.Name+"#", p.Attributes, float64(p.Count))
				}
			default:
				require.Fail(t, "an unknown kind of metric", "%T", d)
			}
		}
	}
	return values
}

// stepAll makes a step with each letter that is due, once.
func stepAll(t *testing.T, o *outbox.Outbox) {
	t.Helper()
	ids, err := o.Due(t.Context(), 1000)
	require.NoError(t, err)
	for _, id := range ids {
		_, err := o.Step(t.Context(), id)
		require.NoError(t, err)
	}
}

// byMaterial is a distributor that does with a letter what its material says.
func byMaterial(l *eboks.Letter, _ int) posttest.Fault {
	switch l.Material {
	case "afvist":
		return posttest.Rejected()
	case "tavs":
		return posttest.Silent(true)
	case "tvivl":
		return posttest.Fault{Err: &eboks.Error{Kind: eboks.Rejected, Then: eboks.Decide, Status: 400, Code: "1007"}}
	case "adgang":
		return posttest.Refused()
	}
	return posttest.Fault{}
}

// queueOf queues a letter of each material.
func queueOf(t *testing.T, o *outbox.Outbox, materials ...eboks.Material) (ids []eboks.ID) {
	t.Helper()
	for i, m := range materials {
		l := letter(i)
		l.Material = m
		_, err := o.Enqueue(t.Context(), nil, l)
		require.NoError(t, err)
		ids = append(ids, l.ID)
	}
	return ids
}

func TestMetrics(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		reader, spans := observed(t)
		clock := posttest.NewClock()
		d := posttest.New(posttest.Config{Now: clock.Now, Fault: func(l *eboks.Letter, n int) posttest.Fault {
			clock.Move(40 * time.Millisecond) // so long is an offer
			return byMaterial(l, n)
		}})
		cfg := open()
		cfg.Sender, cfg.Now = d.Of(nil), clock.Now
		o := start(t, cfg)

		ids := queueOf(t, o, "1001")
		clock.Move(time.Second)
		ids = append(ids, queueOf(t, o, "afvist", "tavs", "tvivl")...)
		again := letter(0)
		again.ID = ids[0]
		fresh, err := o.Enqueue(t.Context(), nil, again)
		require.NoError(t, err)
		require.False(t, fresh)
		clock.Move(7 * time.Second)
		stepAll(t, o)

		got := metrics(t, reader)
		for name, want := range map[string]float64{
			"eboks.outbox.letter.queued{posttest}":                      4,
			"eboks.outbox.attempts{posttest accepted}":                  1,
			"eboks.outbox.attempts{posttest refused Rejected}":          2,
			"eboks.outbox.attempts{posttest unknown OutcomeUnknown}":    1,
			"eboks.outbox.attempt.duration{posttest accepted}":          .04,
			"eboks.outbox.attempt.duration#{posttest refused Rejected}": 2,
			"eboks.outbox.letter.wait{posttest}":                        8.04,
			"eboks.outbox.letter.wait#{posttest}":                       1,
			"eboks.outbox.letter.count{posttest waiting}":               0,
			"eboks.outbox.letter.count{posttest unknown}":               1,
			"eboks.outbox.letter.count{posttest accepted}":              1,
			"eboks.outbox.letter.count{posttest refused}":               2,
			"eboks.outbox.letter.count{posttest parked}":                0,
			"eboks.outbox.letter.in_hand{posttest}":                     0,
			"eboks.outbox.letter.needs_person{posttest}":                1,
			"eboks.outbox.letter.unopened{posttest}":                    0,
			"eboks.outbox.letter.overdue{posttest}":                     0,
			"eboks.outbox.letter.oldest{posttest}":                      7.16,
			"eboks.outbox.channel.paused{posttest}":                     0,
		} {
			value, there := got[name]
			assert.True(t, there, name)
			assert.InDelta(t, want, value, .001, name)
		}
		if t.Failed() {
			t.Log(got)
		}

		ended := spans.Ended()
		require.Len(t, ended, 4)
		seen := map[string]codes.Code{}
		for _, s := range ended {
			assert.Equal(t, "eboks.outbox attempt", s.Name())
			as := attribute.NewSet(s.Attributes()...)
			id, _ := as.Value("eboks.letter.id")
			seen[id.AsString()] = s.Status().Code
			state, _ := as.Value("eboks.state")
			assert.NotEmpty(t, state.AsString())
			for _, a := range s.Attributes() {
				assert.Contains(t, []attribute.Key{"eboks.letter.id", "eboks.sender", "eboks.state", "error.type"}, a.Key)
			}
			assert.Empty(t, s.Events())
		}
		assert.Equal(t, map[string]codes.Code{ids[0].String(): codes.Unset, ids[1].String(): codes.Error, ids[2].String(): codes.Error, ids[3].String(): codes.Error}, seen)
	})
}

func TestAPausedChannelIsSeen(t *testing.T) {
	reader, _ := observed(t)
	clock := posttest.NewClock()
	d := posttest.New(posttest.Config{Now: clock.Now, Fault: byMaterial})
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "pause.db"))()
	cfg.Sender, cfg.Now, cfg.Alarm = d.Of(nil), clock.Now, func(context.Context, *eboks.Error) {}
	o := start(t, cfg)
	queueOf(t, o, "adgang", "adgang", "adgang")
	stepAll(t, o)
	got := metrics(t, reader)
	assert.Equal(t, 1., got["eboks.outbox.channel.paused{posttest AuthFailed}"], got)
	assert.NotContains(t, got, "eboks.outbox.channel.paused{posttest}")
	assert.Equal(t, 2., got["eboks.outbox.attempts{posttest waiting AuthFailed}"], got)
}

// Whoever collects every second does not make the journal count all letters every second.
func TestTheJournalIsReadOnceInTenSeconds(t *testing.T) {
	reader, _ := observed(t)
	clock := posttest.NewClock()
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "sjælden.db"))()
	cfg.Sender, cfg.Now = posttest.New(posttest.Config{Now: clock.Now}).Of(nil), clock.Now
	o := start(t, cfg)
	const waiting = "eboks.outbox.letter.count{posttest waiting}"
	require.Equal(t, 0., metrics(t, reader)[waiting])
	queueOf(t, o, "1001")
	clock.Move(9 * time.Second)
	assert.Equal(t, 0., metrics(t, reader)[waiting])
	clock.Move(time.Second)
	assert.Equal(t, 1., metrics(t, reader)[waiting])
	queueOf(t, o, "1001")
	clock.Move(-time.Hour)
	assert.Equal(t, 2., metrics(t, reader)[waiting], "a clock that was set back stops nothing")

	require.NoError(t, cfg.DB.Close())
	clock.Move(time.Minute)
	for range 2 {
		var all metricdata.ResourceMetrics
		err := reader.Collect(t.Context(), &all)
		assert.ErrorIs(t, err, eboks.ErrStoreFailed, "no old numbers for new ones")
		assert.NotContains(t, fmt.Sprint(all), "letter.count")
	}
	runtime.KeepAlive(o)
}

// A provider lives as long as the program; it must not keep every Outbox that ever was.
func TestADroppedOutboxIsObservedNoMore(t *testing.T) {
	reader, _ := observed(t)
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "glemt.db"))()
	cfg.Sender = posttest.New(posttest.Config{Now: time.Now}).Of(nil)
	o := start(t, cfg)
	require.Contains(t, metrics(t, reader), "eboks.outbox.letter.in_hand{posttest}")
	runtime.KeepAlive(o)
	o = nil
	require.Eventually(t, func() bool {
		runtime.GC()
		return len(metrics(t, reader)) == 0
	}, time.Minute, 10*time.Millisecond)
}

func TestWithoutProvidersNothingIsMissing(t *testing.T) {
	otel.SetMeterProvider(metricnoop.NewMeterProvider())
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "stille.db"))()
	d := posttest.New(posttest.Config{Now: time.Now})
	cfg.Sender = d.Of(nil)
	o := start(t, cfg)
	ids := queueOf(t, o, "1001")
	stepAll(t, o)
	assert.Equal(t, 1, d.Count(ids[0]))
}

// A large journal is not read all the time: where it takes long, the numbers are older.
func TestALargeJournalIsReadLessOften(t *testing.T) {
	reader, _ := observed(t)
	clock := posttest.NewClock()
	slow := false
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "stor.db"))()
	cfg.Sender, cfg.Now = posttest.New(posttest.Config{Now: clock.Now}).Of(nil), func() time.Time {
		if slow { // each look at the clock is 8 seconds later: that long a reading takes
			return clock.Move(8 * time.Second)
		}
		return clock.Now()
	}
	o := start(t, cfg)
	slow = true
	const waiting = "eboks.outbox.letter.count{posttest waiting}"
	require.Equal(t, 0., metrics(t, reader)[waiting])
	slow = false
	queueOf(t, o, "1001")
	clock.Move(39 * time.Second)
	assert.Equal(t, 0., metrics(t, reader)[waiting])
	clock.Move(time.Minute)
	assert.Equal(t, 1., metrics(t, reader)[waiting])
}
