package eident_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/mutanttest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// A mistake is one that people have made, and the part of the suite that must find
// it. Those that are the same at every broker are tried in package criipto.
type mistake struct {
	part   string
	change func(*mutant)
}

// mistakes are what is wrong with the mutants, one at each.
var mistakes = map[string]mistake{
	mutanttest.Right: {part: "(abilities|logins|request|tamperings)", change: func(*mutant) {}},
	"ignores the digest of the transaction text": {part: "tamperings/(other|missing)-text-digest", change: blind(func(*mitid.Digest, *mitid.Texts) {})},
	"tells of the text that was sent, whatever was seen": {part: "tamperings/other-text", change: blind(func(sent *mitid.Digest, seen *mitid.Texts) {
		seen.Transaction = &mitid.Text{Body: "Jeg køber Ærø for 100 kr."}
	})},
	"asks for a lower level": {part: "request/Level", change: func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			lower := *a
			lower.Level = claims.Low
			return m.Broker.Begin(ctx, &lower)
		}
	}},
	"takes acr, which always says high, for the level": {part: "tamperings/level-", change: changed(claims.Low, func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Identity.Levels.LoA = claims.High
	})},
	"takes an employee for a private person": {part: "request/Capacity", change: changed(0, func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Identity.Capacity, as.Identity.Organisation = claims.CapacityPrivate, nil
	})},
	"tells another UUID for an employee": {part: "request/Capacity", change: changed(0, func(_ *mitid.Attempt, as *mitid.Assertion) {
		if as.Identity.Organisation != nil {
			as.Identity.UUID = mustUUID(someUUID)
		}
	})},
	"sends a transaction that nobody can step up from any more": {part: "abilities/StepUp_long_after", change: func(m *mutant) {
		m.stepUp = func(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
			now := a.Now
			a.Now = a.Now.Add(-time.Hour)
			rd, err := m.Broker.StepUp(ctx, a, l)
			a.Now = now
			return rd, err
		}
	}},
	"takes anybody for the person of a known transaction": {part: "abilities/StepUp", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			subject, uuid := a.ExpectSubject, a.ExpectUUID
			a.ExpectSubject, a.ExpectUUID = "", claims.UUID{}
			as, err := m.Broker.Complete(ctx, a, cb)
			a.ExpectSubject, a.ExpectUUID = subject, uuid
			if err == nil && subject != "" {
				as.Identity.Subject, as.Identity.UUID = subject, uuid
			}
			return as, err
		}
	}},
	"believes userinfo about anybody": {part: "tamperings/userinfo-", change: func(m *mutant) { m.wire.blind = true }},
	"keeps the CPR number that nobody asked for": {part: "logins", change: changed(0, func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Claims = keeper{as.Claims.(*eident.Claims)}
	})},
	"has lost its abilities": {part: "abilities", change: func(m *mutant) { m.bare = true }},
}

// blind is an adapter that does not look at the transaction text, and may change what
// it says of it. The client still compares the text.
func blind(say func(sent *mitid.Digest, seen *mitid.Texts)) func(*mutant) {
	return func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			sent := a.Transaction
			a.Transaction = nil
			as, err := m.Broker.Complete(ctx, a, cb)
			a.Transaction = sent
			if err == nil && sent != nil {
				say(sent, &as.Texts)
			}
			return as, err
		}
	}
}

// changed is a mistake in what comes out. A floor other than zero is the level that
// the adapter itself insists on.
func changed(floor claims.Level, f func(*mitid.Attempt, *mitid.Assertion)) func(*mutant) {
	return func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			asked := a.Level
			if floor != 0 {
				a.Level = floor
			}
			as, err := m.Broker.Complete(ctx, a, cb)
			a.Level = asked
			if err == nil {
				f(a, as)
			}
			return as, err
		}
	}
}

// keeper keeps the CPR number where it should go.
type keeper struct{ Claims *eident.Claims }

func (k keeper) WithoutCPR() any { return k.Claims }

// mutant is the adapter with a mistake.
type mutant struct {
	*eident.Broker
	wire     *wire
	bare     bool // it has no optional abilities
	begin    func(context.Context, *mitid.Attempt) (*mitid.Redirect, error)
	complete func(context.Context, *mitid.Attempt, mitid.Callback) (*mitid.Assertion, error)
	stepUp   func(context.Context, *mitid.Attempt, *mitid.Login) (*mitid.Redirect, error)
}

func (m *mutant) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return m.begin(ctx, a)
}

func (m *mutant) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	return m.complete(ctx, a, cb)
}

func (m *mutant) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	return m.stepUp(ctx, a, l)
}

// wire is the way to the fake. Where it is blind, userinfo is always about the person
// whom these tamperings log in.
type wire struct {
	http.RoundTripper
	blind bool
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err != nil || !w.blind || !strings.HasSuffix(r.URL.Path, "/userinfo") {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var said map[string]json.RawMessage
	if json.Unmarshal(body, &said) == nil {
		delete(said, "mitid.uuid")
		said["sub"], _ = json.Marshal("mitid:" + mitidtest.Ditlev().UUID)
		body, _ = json.Marshal(said) // it came from JSON
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

// The suite is worth what it finds: it must not pass an adapter that is wrong.
func TestTheSuiteFindsMutants(t *testing.T) {
	mutanttest.FindAll(t, mistakes, func(m mistake) string { return m.part })
}

// TestMutant is what the child process runs; on its own it does nothing.
func TestMutant(t *testing.T) {
	wrong, ok := mutanttest.Chosen(mistakes)
	if !ok {
		return
	}
	brokersuite.Test(t, eidenttest.Start, func(tb testing.TB, fake *eidenttest.Broker) mitid.Broker {
		client := *fake.HTTPClient()
		m := &mutant{wire: &wire{RoundTripper: client.Transport}}
		client.Transport = m.wire
		m.Broker = configured(func(cfg *eident.Config) { cfg.HTTPClient, cfg.Userinfo = &client, true })(tb, fake).(*eident.Broker)
		m.begin, m.complete, m.stepUp = m.Broker.Begin, m.Broker.Complete, m.Broker.StepUp
		wrong.change(m)
		if m.bare {
			return struct{ mitid.Broker }{m}
		}
		return m
	}, has...)
}
