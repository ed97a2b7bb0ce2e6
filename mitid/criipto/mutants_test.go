package criipto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/mutanttest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
)

// A mistake is one that people have made, and the part of the suite that must find it.
type mistake struct {
	part     string
	userinfo bool // the adapter asks userinfo too
	change   func(*mutant)
}

// mistakes are what is wrong with the mutants, one at each.
var mistakes = map[string]mistake{
	mutanttest.Right: {change: func(*mutant) {}},
	"takes a lower level than was asked for": {part: "tamperings/level-", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			asked := a.Level
			a.Level = claims.Low
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil {
				as.Identity.Levels.LoA = max(asked, as.Identity.Levels.LoA)
			}
			a.Level = asked
			return as, err
		}
	}},
	"asks for a lower level": {part: "request/Level", change: func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			lower := *a
			lower.Level = claims.Low
			return m.Broker.Begin(ctx, &lower)
		}
	}},
	"asks for a higher level": {part: "request/Level", change: func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			higher := *a
			higher.Level = claims.High
			return m.Broker.Begin(ctx, &higher)
		}
	}},
	"ignores the nonce": {part: "tamperings/.*-nonce", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if isClass(err, fault.TokenInvalid) {
				other := *a
				other.Nonce = m.tape.nonce()
				m.tape.again()
				as, err = m.Broker.Complete(ctx, &other, cb)
			}
			if err == nil {
				as.Echo = a.Nonce
			}
			return as, err
		}
	}},
	"returns the login without Echo": {part: "logins", change: changed(func(_ *mitid.Attempt, as *mitid.Assertion) { as.Echo = "" })},
	"keeps the CPR number that nobody asked for": {part: "logins", change: changed(func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Claims = keeper{as.Claims.(*criipto.Claims)}
	})},
	"has claims that cannot do without the CPR number": {part: "logins", change: changed(func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Claims = struct{ Claims *criipto.Claims }{as.Claims.(*criipto.Claims)}
	})},
	"asks for the CPR number of everybody": {part: "request/Level", change: func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			greedy := *a
			greedy.Request.CPR = mitid.CPRIfPresent
			return m.Broker.Begin(ctx, &greedy)
		}
	}},
	"loses the CPR number": {part: "request/CPR", change: changed(func(_ *mitid.Attempt, as *mitid.Assertion) { as.Identity.CPR = cpr.Number{} })},
	"drops the comparison of texts": {part: "request/ReferenceText", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			a.Reference = nil
			return m.Broker.Complete(ctx, a, cb)
		}
	}},
	"takes anybody for the person of a step-up": {part: "abilities/StepUp", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			expected, uuid := a.ExpectSubject, a.ExpectUUID
			a.ExpectSubject, a.ExpectUUID = "", claims.UUID{}
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil && expected != "" {
				as.Identity.Subject, as.Identity.UUID = expected, uuid
			}
			return as, err
		}
	}},
	"takes an old login for a fresh one": {part: "tamperings/login-", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			fresh := a.Request.Fresh
			a.Request.Fresh = false
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil && fresh {
				as.Identity.AuthTime = a.Now
			}
			return as, err
		}
	}},
	"takes an employee for a private person": {part: "request/Capacity", change: changed(func(_ *mitid.Attempt, as *mitid.Assertion) {
		as.Identity.Capacity, as.Identity.Organisation = claims.CapacityPrivate, nil
	})},
	"tells every front end's token high": {part: "abilities/TokenVerifier", change: func(m *mutant) {
		m.verify = func(ctx context.Context, raw string) (*mitid.Assertion, error) {
			as, err := m.Broker.VerifyToken(ctx, raw)
			if err == nil {
				as.Identity.Levels.LoA = claims.High
			}
			return as, err
		}
	}},
	"sends the code again when nobody answers": {part: "tamperings/token-endpoint-", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if isClass(err, fault.BrokerUnavailable) {
				return m.Broker.Complete(ctx, a, cb)
			}
			return as, err
		}
	}},
	"gives everybody the first person": {part: "parallel", change: func(m *mutant) {
		var once sync.Once
		var first claims.Identity
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil {
				once.Do(func() { first = as.Identity })
				as.Identity = first
			}
			return as, err
		}
	}},
	"prints what came in": {part: "tamperings/token-endpoint-echo", change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if f, ok := errors.AsType[*fault.Error](err); ok {
				return nil, &mitid.Error{Kind: mitid.Kind(f.Class), Op: "complete", Why: m.tape.text()}
			}
			return as, err
		}
	}},
	"lets the browser carry the number": {part: "request/CPRHint", change: func(m *mutant) {
		m.begin = func(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
			hint := a.Request.CPRHint
			rd, err := m.Broker.Begin(ctx, a)
			if err == nil && !hint.IsZero() {
				rd.URL += "&login_hint=sub:" + hint.Reveal()
			}
			return rd, err
		}
	}},
	"asks userinfo of a login that it refuses": {part: "tamperings/level-", userinfo: true, change: func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			asked := a.Level
			a.Level = claims.Low
			as, err := m.Broker.Complete(ctx, a, cb)
			a.Level = asked
			return as, err
		}
	}},
	"has lost its abilities": {part: "abilities", change: func(m *mutant) { m.bare = true }},
}

// changed is a mistake in what comes out.
func changed(f func(*mitid.Attempt, *mitid.Assertion)) func(*mutant) {
	return func(m *mutant) {
		m.complete = func(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
			as, err := m.Broker.Complete(ctx, a, cb)
			if err == nil {
				f(a, as)
			}
			return as, err
		}
	}
}

// keeper keeps the CPR number where it should go.
type keeper struct{ Claims *criipto.Claims }

func (k keeper) WithoutCPR() any { return k.Claims }

func isClass(err error, c fault.Class) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Class == c
}

// mutant is the adapter with a mistake.
type mutant struct {
	*criipto.Broker
	tape     *tape
	bare     bool // it has no optional abilities
	begin    func(context.Context, *mitid.Attempt) (*mitid.Redirect, error)
	complete func(context.Context, *mitid.Attempt, mitid.Callback) (*mitid.Assertion, error)
	verify   func(context.Context, string) (*mitid.Assertion, error)
}

func (m *mutant) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return m.begin(ctx, a)
}

func (m *mutant) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	return m.complete(ctx, a, cb)
}

func (m *mutant) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	return m.verify(ctx, raw)
}

// tape keeps the latest answer of the token endpoint, and gives it once more.
type tape struct {
	http.RoundTripper
	mu     sync.Mutex
	answer []byte
	replay bool
}

func (c *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		return c.RoundTripper.RoundTrip(r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replay {
		c.replay = false
		return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(c.answer)),
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(c.answer))}, nil
	}
	c.answer = nil
	res, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = &taped{res.Body, c}
	}
	return res, err
}

// taped writes down what is read.
type taped struct {
	io.ReadCloser
	c *tape
}

func (b *taped) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.c.mu.Lock()
	defer b.c.mu.Unlock()
	if len(b.c.answer) < 1<<20 {
		b.c.answer = append(b.c.answer, p[:n]...)
	}
	return n, err
}

func (c *tape) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.replay = true
}

func (c *tape) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.answer)
}

// nonce returns what the ID token of the latest answer says.
func (c *tape) nonce() string {
	var tokens struct {
		IDToken string `json:"id_token"`
	}
	var said struct {
		Nonce any `json:"nonce"`
	}
	_ = json.Unmarshal([]byte(c.text()), &tokens) // no nonce then
	if parts := strings.Split(tokens.IDToken, "."); len(parts) == 3 {
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(payload, &said)
	}
	nonce, _ := said.Nonce.(string)
	return nonce
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
	brokersuite.Test(t, criiptotest.Start, func(tb testing.TB, fake *criiptotest.Broker) mitid.Broker {
		client := *fake.HTTPClient()
		m := &mutant{tape: &tape{RoundTripper: client.Transport}}
		client.Transport = m.tape
		m.Broker = configured(func(cfg *criipto.Config) { cfg.HTTPClient, cfg.Userinfo = &client, wrong.userinfo })(tb, fake).(*criipto.Broker)
		m.begin, m.complete, m.verify = m.Broker.Begin, m.Broker.Complete, m.Broker.VerifyToken
		wrong.change(m)
		if m.bare {
			return struct{ mitid.Broker }{m}
		}
		return m
	}, has...)
}
