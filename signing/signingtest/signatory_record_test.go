package signingtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

func steps(r signingtest.SignatoryRecord) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Text)
	}
	return strings.Join(all, "\n")
}

func TestWhatBecameOfSignatories(t *testing.T) {
	s, app := start(t)
	hook := receive(t, s)
	before := s.Changes()
	o := app.place(hook.hook, twoSignatories)
	assert.Greater(t, s.Changes(), before)
	all := s.Signatories()
	require.Len(t, all, 2)
	for i, r := range all {
		assert.Equal(t, word(o, "signatories", i, "id"), r.ID)
		assert.Equal(t, word(o, "id"), r.Order)
		assert.Equal(t, "Aftale på Ærø", r.Title)
		assert.Equal(t, "OPEN", r.Status)
		assert.True(t, r.MayReject)
		assert.True(t, r.Begun.Equal(s.Now()))
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", r, r, r, r), "Ærø", "a record prints as id and status")
	}

	require.NoError(t, s.SignAs(t.Context(), all[0].ID, mitidtest.Ditlev()))
	s.Settle()
	signed := s.Signatories()[0]
	assert.Equal(t, "SIGNED", signed.Status)
	assert.Equal(t, mitidtest.Ditlev().Name, signed.Who)
	assert.False(t, signed.MayAct || signed.MayReject)
	for _, want := range []string{"added to the order", "sent to the eID tenant to log in", "signatory signed", "webhook signatory signed: answered with status 200"} {
		assert.Contains(t, steps(signed), want)
	}
	assert.NotContains(t, steps(signed), word(o, "signatories", 0, "token"), "no secret")

	require.NoError(t, s.Reject(t.Context(), all[1].ID, mitidtest.Paiman(), "Beløbet er forkert"))
	rejected := s.Signatories()[1]
	assert.Equal(t, "REJECTED", rejected.Status)
	assert.Equal(t, "the person rejected: Beløbet er forkert", rejected.Why)

	other := word(app.place(), "signatories", 0, "id")
	require.NoError(t, s.Fail(other, "kan ikke forsegles"))
	assert.Equal(t, "kan ikke forsegles", s.Signatories()[2].Why)
	app.place()
	s.Advance(91 * day)
	last := s.Signatories()[3]
	assert.Equal(t, "EXPIRED", last.OrderStatus)
	assert.False(t, last.MayAct)
	assert.Contains(t, steps(last), "signature order expired")
}

func TestPlanned(t *testing.T) {
	s, _ := start(t)
	next, always := s.Planned()
	assert.Empty(t, append(next, always...))
	require.NoError(t, s.Next("503", ""))
	require.NoError(t, s.At("closeSignatureOrder", "503"))
	require.NoError(t, s.Always("503"))
	next, always = s.Planned()
	assert.Equal(t, []string{"503", "503", ""}, next)
	assert.Equal(t, []string{"503"}, always)
}

// TestReset: after arbitrary use a fake is as a new one.
func TestReset(t *testing.T) {
	s := signingtest.New(t)
	app := application(t, s)
	fresh := func() []any {
		next, always := s.Planned()
		return []any{next, always, len(s.Signatories()), len(s.Requests()), s.Verify().Citizens(), len(s.Verify().Logins())}
	}
	start := fresh()
	o := app.place()
	link := word(o, "signatories", 0, "href")
	require.NoError(t, s.SignAs(t.Context(), link, mitidtest.Ditlev()))
	require.NoError(t, s.Next("503"))
	s.Configure(func(set *signingtest.Settings) { set.OldEvidence = true })
	s.Verify().Add(mitidtest.Citizen{Name: "Ærø"})
	s.Advance(48 * time.Hour)
	changes := s.Changes()
	s.Reset()
	assert.Greater(t, s.Changes(), changes)
	assert.Equal(t, start, fresh())
	assert.WithinDuration(t, time.Now(), s.Now(), time.Minute, "the clock")
	assert.Error(t, s.SignAs(t.Context(), link, mitidtest.Ditlev()), "the order is gone")
	o = app.place()
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "href"), mitidtest.Paiman()), "credentials and the tenant's redirects stay")
	assert.True(t, slices.ContainsFunc(s.Signatories(), func(r signingtest.SignatoryRecord) bool { return r.Status == "SIGNED" }))
}

// TestResetForgetsWebhooks: what a test has not heard of does not reach the next one.
func TestResetForgetsWebhooks(t *testing.T) {
	s, app := start(t)
	hook := receive(t, s)
	hook.answer(500)
	o := app.place(hook.hook)
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	s.Settle()
	require.NotEmpty(t, hook.take())
	s.Reset()
	s.Advance(72 * time.Hour)
	assert.Empty(t, hook.take(), "it is not sent again")
}
