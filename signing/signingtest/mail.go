package signingtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// mail delivers webhooks, one after the other, in a goroutine of its own.
type mail struct {
	s      *Service
	client *http.Client
	cancel context.CancelFunc // stops the goroutine
	wake   chan struct{}
	gone   chan struct{}

	mu      sync.Mutex
	idle    *sync.Cond // when nothing is due and nothing is on its way
	letters []*letter
	round   int // how often forget was called
	busy    bool
	closed  bool
}

const (
	hookWithin = 5 * time.Second
	maxAnswer  = 64 << 10
	maxLetters = 100_000
)

func (m *mail) start(s *Service) {
	m.s = s
	m.idle = sync.NewCond(&m.mu)
	m.wake, m.gone = make(chan struct{}, 1), make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.client = &http.Client{
		Timeout:       hookWithin,
		Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	go m.run(ctx)
}

func (m *mail) stop() {
	m.cancel()
	<-m.gone
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.idle.Broadcast()
}

// post sends a letter when it is due.
func (m *mail) post(l *letter) {
	m.mu.Lock()
	if len(m.letters) < maxLetters {
		m.letters = append(m.letters, l)
	}
	m.mu.Unlock()
	m.nudge()
}

// forget drops what was not sent yet, and what is on its way is not tried again.
func (m *mail) forget() {
	m.mu.Lock()
	m.letters = nil
	m.round++
	m.mu.Unlock()
	m.idle.Broadcast()
}

func (m *mail) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// nextDue returns when the next letter is due.
func (m *mail) nextDue() (due time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return due, false
	}
	for _, l := range m.letters {
		if !l.held && (!ok || l.due.Before(due)) {
			due, ok = l.due, true
		}
	}
	return due, ok
}

// settle waits until nothing is due.
func (m *mail) settle() {
	m.nudge()
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.closed && (m.busy || m.pick(m.s.Now(), false) != nil) {
		m.idle.Wait()
	}
}

// pick returns a letter that is due, oldest first. It takes it out of the list.
func (m *mail) pick(now time.Time, take bool) *letter {
	best := -1
	for i, l := range m.letters {
		if !l.held && !l.due.After(now) && (best < 0 || l.due.Before(m.letters[best].due)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	l := m.letters[best]
	if take {
		m.letters = slices.Delete(m.letters, best, best+1)
	}
	return l
}

// run delivers what is due, and sleeps until more is.
func (m *mail) run(ctx context.Context) {
	defer close(m.gone)
	for {
		now := m.s.Now()
		m.mu.Lock()
		l := m.pick(now, true)
		m.busy = l != nil
		round := m.round
		m.mu.Unlock()
		if l != nil {
			m.deliver(ctx, l, round)
			continue
		}
		m.idle.Broadcast()
		pause := 30 * time.Second
		if due, ok := m.nextDue(); ok {
			pause = min(max(due.Sub(now), 100*time.Millisecond), pause)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-m.wake:
			timer.Stop()
		case <-timer.C:
			m.s.mu.Lock()
			m.s.settle()
			m.s.mu.Unlock()
		}
	}
}

// deliver sends one letter of a round, and posts it again if it did not arrive.
func (m *mail) deliver(ctx context.Context, l *letter, round int) {
	s := m.s
	var sent *invocation
	if l.spoilt != nil && l.spoilt.deliver != nil {
		sent = l.spoilt.deliver(ctx, s, l)
		l.spoilt = nil // the next try is a good one
	} else {
		sent = s.send(ctx, l)
	}
	l.tries++
	pauses := retries()
	again := sent.kind != "WebhookSuccessfulInvocation" && !l.once && l.tries <= len(pauses)
	if again {
		l.due = sent.at.Add(pauses[l.tries-1])
		due := l.due
		sent.retrying = &due
	}
	s.mu.Lock()
	l.order.log(sent)
	s.happened(l.order, l.about, "webhook "+words(l.event)+": "+sent.outcome())
	s.mu.Unlock()
	m.mu.Lock()
	if again && m.round == round {
		m.letters = append(m.letters, l)
	}
	for _, other := range m.letters {
		if other != l {
			other.held = false
		}
	}
	m.mu.Unlock()
}

// send posts a letter to its address and says what came of it.
func (s *Service) send(ctx context.Context, l *letter) *invocation {
	signature := ""
	if l.hook.secret != nil {
		signature = Sign(l.hook.secret, l.body)
	}
	return s.sendAs(ctx, l, http.MethodPost, "application/json", signature, bytes.NewReader(l.body))
}

// sendAs is send with a signature and a body of the caller's choice. Only addresses on
// this machine are called.
func (s *Service) sendAs(ctx context.Context, l *letter, method, contentType, signature string, body io.Reader) *invocation {
	sent := &invocation{kind: "WebhookExceptionInvocation", letter: l, at: s.Now(), problem: "the connection failed"}
	u, err := url.Parse(l.hook.url)
	if err != nil || !fakehttp.IsLoopback(u.Hostname()) {
		sent.problem = "this fake calls addresses of this machine alone"
		return sent
	}
	req, err := http.NewRequestWithContext(ctx, method, l.hook.url, body)
	if err != nil {
		return sent
	}
	req.Header.Set("Content-Type", contentType)
	if signature != "" {
		req.Header.Set(SignatureHeader, signature)
	}
	res, err := s.mail.client.Do(req)
	if err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			sent.kind, sent.seconds = "WebhookTimeoutInvocation", int(hookWithin/time.Second)
		}
		return sent
	}
	defer func() { _ = res.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	sent.status, sent.answer = res.StatusCode, text(string(bytes.ToValidUTF8(answer, []byte("?"))))
	sent.kind = "WebhookHttpErrorInvocation"
	if res.StatusCode == http.StatusOK {
		sent.kind = "WebhookSuccessfulInvocation"
	}
	return sent
}

// validates sends WEBHOOK_VALIDATION and reports whether it was answered with 200 in time.
func (s *Service) validates(ctx context.Context, h *hook, set Settings) bool {
	l := &letter{id: newGUID(), hook: h, event: "WEBHOOK_VALIDATION", body: event{name: "WEBHOOK_VALIDATION"}.body(nil, nil)}
	if set.UnsignedValidation {
		l.hook = &hook{url: h.url}
	}
	ctx, cancel := context.WithTimeout(ctx, connectivityWithin)
	defer cancel()
	return s.send(ctx, l).kind == "WebhookSuccessfulInvocation"
}
