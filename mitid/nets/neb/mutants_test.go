package neb_test

import (
	"context"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/mutanttest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// A mistake is one that people have made, and the part of the suite that must find
// it. Those that are the same at every broker are tried in package criipto.
type mistake struct {
	part   string
	change func(*mutant)
}

var mistakes = map[string]mistake{
	mutanttest.Right: {part: "(abilities|logins|request)", change: func(*mutant) {}},
	"drops the comparison of transaction texts": {part: "tamperings/other-text", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			a.Transaction = nil
			return m.Broker.Complete(ctx, a, cb)
		}
	}},
	"tells of the text that was sent, whatever was seen": {part: "tamperings/(missing-text|text-not-approved)", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			sent := a.Transaction
			a.Transaction = nil
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil && sent != nil {
				as.Texts.Transaction = &mitid.Text{Body: "Jeg køber Ærø for 100 kr."}
			}
			return as, err
		}
	}},
	"keeps the CPR number that nobody asked for": {part: "logins", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil {
				as.Claims = keeper{as.Claims.(*neb.Claims)}
			}
			return as, err
		}
	}},
	"says yes to every number": {part: "abilities/MatchCPR", change: func(m *mutant) {
		m.match = func(ctx context.Context, l *mitid.Login, n cpr.Number) (bool, error) {
			_, err := m.Broker.MatchCPR(ctx, l, n)
			return err == nil, err
		}
	}},
	"says no where nobody answers": {part: "abilities/MatchCPR", change: func(m *mutant) {
		m.match = func(ctx context.Context, l *mitid.Login, n cpr.Number) (bool, error) {
			yes, _ := m.Broker.MatchCPR(ctx, l, n)
			return yes, nil
		}
	}},
	"takes a forged logout for a real one": {part: "abilities/LogoutReceiver", change: func(m *mutant) {
		m.logout = func(ctx context.Context, cb mitid.Callback) (*mitid.Logout, error) {
			lo, err := m.Broker.ReceiveLogout(ctx, cb)
			if err != nil {
				return &mitid.Logout{SessionID: "x"}, nil
			}
			return lo, nil
		}
	}},
	"has lost its abilities": {part: "abilities", change: func(m *mutant) { m.bare = true }},
}

// keeper keeps the CPR number where it should go.
type keeper struct{ Claims *neb.Claims }

func (k keeper) WithoutCPR() any { return k.Claims }

// mutant is the adapter with a mistake.
type mutant struct {
	*neb.Broker
	bare     bool // it has no optional abilities
	complete func(context.Context, *mitid.Attempt, mitid.Callback) (*mitid.Assertion, error)
	match    func(context.Context, *mitid.Login, cpr.Number) (bool, error)
	logout   func(context.Context, mitid.Callback) (*mitid.Logout, error)
}

func (m *mutant) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	return m.complete(ctx, a, cb)
}

func (m *mutant) MatchCPR(ctx context.Context, l *mitid.Login, n cpr.Number) (bool, error) {
	return m.match(ctx, l, n)
}

func (m *mutant) ReceiveLogout(ctx context.Context, cb mitid.Callback) (*mitid.Logout, error) {
	return m.logout(ctx, cb)
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
	brokersuite.Test(t, nebtest.Start, func(tb testing.TB, fake *nebtest.Broker) mitid.Broker {
		m := &mutant{Broker: configured(func(*neb.Config) {})(tb, fake).(*neb.Broker)}
		m.complete, m.match, m.logout = m.Broker.Complete, m.Broker.MatchCPR, m.Broker.ReceiveLogout
		wrong.change(m)
		if m.bare {
			return struct{ mitid.Broker }{m}
		}
		return m
	}, has...)
}
