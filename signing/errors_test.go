package signing_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/signing"
)

func TestEveryKindHasAVerdict(t *testing.T) {
	verdicts := map[signing.Kind]signing.Then{
		signing.Pending: signing.Retry, signing.DocumentPending: signing.Retry, signing.OutcomeUnknown: signing.Ask,
		signing.NotFound: signing.Decide, signing.Conflict: signing.Decide, signing.Throttled: signing.Retry,
		signing.Unavailable: signing.Retry, signing.AuthFailed: signing.Decide, signing.ResponseInvalid: signing.Decide,
		signing.SignatureInvalid: signing.Decide, signing.TokenInvalid: signing.Decide, signing.IssuerMismatch: signing.Decide,
		signing.AssuranceTooLow: signing.Decide, signing.SignerMismatch: signing.Decide, signing.EvidenceIncomplete: signing.Decide,
		signing.EvidenceDamaged: signing.Decide, signing.DocumentMismatch: signing.Decide, signing.DocumentModified: signing.Decide,
		signing.WebhookUnauthentic: signing.Stop, signing.WebhookMalformed: signing.Stop, signing.Duplicate: signing.Stop,
		signing.Refused: signing.Stop, signing.StoreFailed: signing.Retry, signing.InputInvalid: signing.Stop,
		signing.ConfigInvalid: signing.Decide, signing.Unsupported: signing.Stop,
	}
	require.Len(t, verdicts, len(signing.Kinds()))
	for _, k := range signing.Kinds() {
		require.Equal(t, verdicts[k].String(), k.Then().String(), k)
		e := &signing.Error{Kind: k}
		require.Equal(t, k.Then() == signing.Retry, e.Temporary(), k)
	}
	require.Equal(t, "Unknown", signing.Kind(200).String())
	require.Zero(t, signing.KindOf(errors.New("x")))
}

func TestErrorShowsNothingOfTheService(t *testing.T) {
	e := &signing.Error{
		Kind: signing.Refused, Service: "criipto", Op: "place", Order: "Order:1", Why: "the service refuses the document", Status: 200,
		RetryAfter: time.Minute, Trace: "trace-7", Said: signing.NewRaw([]byte("Åse Kanariefugl")), Err: context.Canceled,
	}
	require.Equal(t, "signing: place (criipto): Refused: the service refuses the document: context canceled", e.Error())
	require.ErrorIs(t, e, signing.ErrRefused)
	require.ErrorIs(t, e, context.Canceled)
	require.NotErrorIs(t, e, signing.ErrConflict)
	for _, printer := range canary.Leaks(e, "Kanariefugl") {
		require.True(t, canary.OutOfReach(printer), printer)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Error("m", "error", e)
	require.Contains(t, log.String(), "error.kind=Refused error.op=place error.service=criipto error.order=Order:1 error.status=200 error.trace=trace-7")
	require.NotContains(t, log.String(), "kept_until", "there is none")
}

func TestConfigThatIsWrongNamesTheField(t *testing.T) {
	m := newMemory()
	nameless := newMemory()
	nameless.can.Name = ""
	short := newMemory()
	short.can.Retention = 3
	for field, cfg := range map[string]signing.Config{
		"Service is missing":      {Verifier: m},
		"Verifier is missing":     {Service: m},
		"Retain must be":          {Service: m, Verifier: m, Retain: 8},
		"Retain must be 1":        {Service: m, Verifier: m, Retain: -1},
		"Retain is more":          {Service: short, Verifier: m, Retain: 4},
		"MaxDocument is negative": {Service: m, Verifier: m, MaxDocument: -1},
		"MaxDocument is over":     {Service: m, Verifier: m, MaxDocument: 1<<30 + 1},
		"Poll is negative":        {Service: m, Verifier: m, Poll: -1},
		"Service has no name":     {Service: nameless, Verifier: m},
	} {
		c, err := signing.New(cfg)
		require.Nil(t, c)
		require.ErrorContains(t, kindIs(t, err, signing.ConfigInvalid), field)
	}
	// Without a clock and a logger.
	c, err := signing.New(signing.Config{Service: short, Verifier: short})
	require.NoError(t, err)
	o := order()
	p, err := c.Place(t.Context(), o)
	require.NoError(t, err)
	require.False(t, p.Ticket.PlacedAt.IsZero())
	short.sign(p.Ticket.ID, 0, 1)
	_, err = c.Complete(t.Context(), p.Ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, 3, short.orders[p.Ticket.ID].kept)
	require.Empty(t, m.log, "New makes no call")
}
