package nemlogin_test

import (
	"context"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/mutanttest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// A mistake is one that people have made, and the part of the suite that must find
// it. Those that are the same at every broker are tried in package criipto.
type mistake struct {
	part   string
	change func(*mutant)
}

// mistakes are what is wrong with the mutants, one at each.
var mistakes = map[string]mistake{
	mutanttest.Right:                     {part: "(abilities|logins|request|outcomes)", change: func(*mutant) {}},
	"asks for a lower level":             {part: "request/Level", change: begins(func(a *mitid.Attempt) { a.Level = claims.Low })},
	"asks for no fresh login":            {part: "request/Fresh", change: begins(func(a *mitid.Attempt) { a.Request.Fresh = false })},
	"shows a page where none was wanted": {part: "request/Silent", change: begins(func(a *mitid.Attempt) { a.Request.Silent = false })},
	"lets everybody be private":          {part: "request/Capacity", change: begins(func(a *mitid.Attempt) { a.Request.Capacity = claims.CapacityPrivate })},
	"takes an employee for a private person": {part: "request/Capacity", change: tells(func(as *mitid.Assertion) {
		as.Identity.Capacity, as.Identity.Organisation = claims.CapacityPrivate, nil
	})},
	"tells nobody's session": {part: "abilities/LogoutReceiver", change: tells(func(as *mitid.Assertion) { as.Identity.SessionID = "" })},
	"tells no key":           {part: "logins", change: tells(func(as *mitid.Assertion) { as.Evidence.Tokens[0].Key = nil })},
	"keeps the CPR number that nobody asked for": {part: "logins", change: tells(func(as *mitid.Assertion) {
		as.Claims = keeper{as.Claims.(*claims.OIOSAML)}
	})},
	"takes the answer to whatever request": {part: "tamperings/assertion-for-other-request", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			other := *a
			other.Nonce = strings.TrimPrefix(answersTo(cb), "_")
			as, err := m.Broker.Complete(ctx, &other, cb)
			if err != nil {
				other.Nonce = a.Nonce
				return m.Broker.Complete(ctx, &other, cb)
			}
			as.Echo = a.Nonce
			return as, nil
		}
	}},
	"logs anybody out for anybody": {part: "abilities/LogoutReceiver", change: receives(func(_ *mitid.Logout, err error) (*mitid.Logout, error) {
		return &mitid.Logout{Subject: "whoever", At: time.Now()}, nil
	})},
	"logs out without a signature": {part: "abilities/LogoutReceiver", change: receives(func(lo *mitid.Logout, err error) (*mitid.Logout, error) {
		if mitid.KindOf(err) == mitid.SignatureInvalid {
			return &mitid.Logout{Subject: "whoever", At: time.Now()}, nil
		}
		return lo, err
	})},
	"answers no logout":              {part: "abilities/LogoutReceiver", change: receives(whole(func(lo *mitid.Logout) { lo.Answer = nil }))},
	"does not say when":              {part: "abilities/LogoutReceiver", change: receives(whole(func(lo *mitid.Logout) { lo.At = time.Time{} }))},
	"ends every session of a person": {part: "abilities/LogoutReceiver", change: receives(whole(func(lo *mitid.Logout) { lo.SessionID = "" }))},
	"takes an answer for a request":  {part: "abilities/SessionEnder", change: receives(whole(func(lo *mitid.Logout) { lo.Finished = false }))},
	"forgets which logout it began": {part: "abilities/SessionEnder", change: func(m *mutant) {
		m.end = func(ctx context.Context, l *mitid.Login, returnTo, _ string) (*mitid.Redirect, error) {
			return m.Broker.EndSession(ctx, l, returnTo, "another-handle-than-that")
		}
	}},
	"has lost its abilities": {part: "abilities", change: func(m *mutant) { m.bare = true }},
}

var inResponseTo = regexp.MustCompile(`InResponseTo="([^"]*)"`)

// answersTo returns the request that a response says to answer, or "".
func answersTo(cb mitid.Callback) string {
	values, err := cb.Values()
	if err != nil {
		return ""
	}
	text, _ := base64.StdEncoding.DecodeString(values.Get("SAMLResponse"))
	if found := inResponseTo.FindSubmatch(text); found != nil {
		return string(found[1])
	}
	return ""
}

// begins is a mistake in what is asked for.
func begins(f func(*mitid.Attempt)) func(*mutant) {
	return func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			other := *a
			f(&other)
			return m.Broker.Begin(ctx, &other)
		}
	}
}

// tells is a mistake in what comes out.
func tells(f func(*mitid.Assertion)) func(*mutant) {
	return func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil {
				f(as)
			}
			return as, err
		}
	}
}

// receives is a mistake in what becomes of a logout message.
func receives(f func(*mitid.Logout, error) (*mitid.Logout, error)) func(*mutant) {
	return func(m *mutant) {
		m.receive = func(ctx context.Context, cb mitid.Callback) (*mitid.Logout, error) {
			return f(m.Broker.ReceiveLogout(ctx, cb))
		}
	}
}

func whole(f func(*mitid.Logout)) func(*mitid.Logout, error) (*mitid.Logout, error) {
	return func(lo *mitid.Logout, err error) (*mitid.Logout, error) {
		if err == nil {
			f(lo)
		}
		return lo, err
	}
}

// keeper keeps the CPR number where it should go.
type keeper struct{ Claims *claims.OIOSAML }

func (k keeper) WithoutCPR() any { return k.Claims }

// mutant is the adapter with a mistake.
type mutant struct {
	*nemlogin.Broker
	bare     bool // it has no optional abilities
	begin    func(context.Context, *mitid.Attempt) (*mitid.Redirect, error)
	complete func(context.Context, *mitid.Attempt, mitid.Callback) (*mitid.Assertion, error)
	end      func(ctx context.Context, l *mitid.Login, returnTo, state string) (*mitid.Redirect, error)
	receive  func(context.Context, mitid.Callback) (*mitid.Logout, error)
}

func (m *mutant) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return m.begin(ctx, a)
}

func (m *mutant) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	return m.complete(ctx, a, cb)
}

func (m *mutant) EndSession(ctx context.Context, l *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	return m.end(ctx, l, returnTo, state)
}

func (m *mutant) ReceiveLogout(ctx context.Context, cb mitid.Callback) (*mitid.Logout, error) {
	return m.receive(ctx, cb)
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
	brokersuite.Test(t, nemlogintest.Start, func(tb testing.TB, fake *nemlogintest.Broker) mitid.Broker {
		m := &mutant{Broker: opened(func(*nemlogin.Config) {})(tb, fake).(*nemlogin.Broker)}
		m.begin, m.complete = m.Broker.Begin, m.Broker.Complete
		m.end, m.receive = m.Broker.EndSession, m.Broker.ReceiveLogout
		wrong.change(m)
		if m.bare {
			return struct{ mitid.Broker }{m}
		}
		return m
	}, has...)
}
