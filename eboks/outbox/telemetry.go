package outbox

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"

	"github.com/dkeid/dkeid/eboks"
)

// scope names this package to OpenTelemetry.
const scope = "github.com/dkeid/dkeid/eboks/outbox"

// The attributes. Their values are words of closed lists, so that there are few series.
// The ID of a letter, which is random, stands on spans alone.
const (
	senderKey = attribute.Key("eboks.sender")
	stateKey  = attribute.Key("eboks.state")
	errorKey  = attribute.Key("error.type") // as in the semantic conventions
	letterKey = attribute.Key("eboks.letter.id")
)

// telemetry tells OpenTelemetry what an Outbox does. It uses the global providers, as
// instrumentation does: a type of OpenTelemetry in Config would tie users to its version.
type telemetry struct {
	memo     *memo
	now      func() time.Time
	sender   attribute.KeyValue
	tracer   trace.Tracer
	letters  metric.Int64Counter
	attempts metric.Int64Counter
	duration metric.Float64Histogram
	wait     metric.Float64Histogram
}

// newTelemetry is the last part of New: when it returns, o may be observed.
func newTelemetry(o *Outbox) *telemetry {
	t := &telemetry{memo: newMemo(o.cfg.Now), now: o.cfg.Now, sender: senderKey.String(o.name), tracer: otel.GetTracerProvider().Tracer(scope)}
	if err := t.measure(o, otel.GetMeterProvider().Meter(scope)); err != nil {
		o.cfg.Logger.Warn("outbox: there are no metrics", "error", err)
		_ = t.measure(o, noop.Meter{}) // which refuses nothing
	}
	return t
}

// measure makes the instruments.
func (t *telemetry) measure(o *Outbox, m metric.Meter) error {
	var errs [5]error
	t.letters, errs[0] = m.Int64Counter("eboks.outbox.letter.queued", metric.WithUnit("{letter}"),
		metric.WithDescription("Letters queued, those of transactions that were rolled back later included."))
	t.attempts, errs[1] = m.Int64Counter("eboks.outbox.attempts", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts with letters, by the state in which they left the letter, and the kind of the error."))
	t.duration, errs[2] = m.Float64Histogram("eboks.outbox.attempt.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of an attempt with a letter."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30))
	t.wait, errs[3] = m.Float64Histogram("eboks.outbox.letter.wait", metric.WithUnit("s"),
		metric.WithDescription("Time from the queueing of a letter until the distributor took it in."),
		metric.WithExplicitBucketBoundaries(.1, .5, 1, 5, 10, 30, 60, 300, 900, 3600, 6*3600, 24*3600, 72*3600))
	errs[4] = watch(o, m, t.memo)
	return errors.Join(errs[:]...)
}

// queued counts a letter that was queued.
func (t *telemetry) queued(ctx context.Context, fresh bool) {
	if fresh {
		t.letters.Add(ctx, 1, metric.WithAttributes(t.sender))
	}
}

// attempt begins the span of an attempt. The caller calls ended with what it made of the
// letter, before that is stored.
func (t *telemetry) attempt(ctx context.Context, id eboks.ID) (_ context.Context, ended func(result)) {
	began := t.now()
	ctx, span := t.tracer.Start(ctx, "eboks.outbox attempt", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(letterKey.String(id.String())))
	return ctx, func(r result) {
		as := []attribute.KeyValue{t.sender, stateKey.String(r.entry.State.String())}
		if r.err != nil {
			as = append(as, errorKey.String(r.err.Kind.String()))
			span.SetStatus(codes.Error, r.err.Kind.String())
		}
		span.SetAttributes(as...)
		span.End()
		t.attempts.Add(ctx, 1, metric.WithAttributes(as...))
		t.duration.Record(ctx, max(t.now().Sub(began), 0).Seconds(), metric.WithAttributes(as...))
	}
}

// settled measures how long a letter has waited that was taken in.
func (t *telemetry) settled(ctx context.Context, r result) {
	if r.left || r.entry.State != eboks.LetterAccepted || r.since.IsZero() {
		return
	}
	t.wait.Record(ctx, max(r.entry.TakenAt.Sub(r.since), 0).Seconds(), metric.WithAttributes(t.sender))
}
