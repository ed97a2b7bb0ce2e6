package criipto

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/signing"
)

const (
	maxEvent           = 64 << 10 // bytes
	maxSecrets         = 16
	defaultReadTimeout = 10 * time.Second
	defaultWork        = 30 * time.Second
	defaultAtOnce      = 16
)

// WebhookConfig configures a Webhook. Handle is required. It prints as a placeholder.
type WebhookConfig struct {
	guarded
	// Secrets authenticate events: 1–16 of 32–64 bytes each, the bytes that were sent to
	// the service in base64, not that text. An event of any of them is taken. If nil, it is
	// Config.Webhook.Secret.
	Secrets [][]byte
	// Handle is called for each event once, after its order was read again. If it returns
	// an error or panics, the event is as if it had not come, and the service sends it
	// again: after 5 s, 30 s, 60 s, 5 min, and so on for about five days. Do what matters
	// by Event.Progress, and make it repeatable: a process may die before the event is
	// remembered.
	Handle func(context.Context, signing.Event) error
	// Seen remembers the events that were handled. If nil, this process remembers 100,000.
	Seen Seen
	// UnsignedValidation answers 200 to the service's validation event without a
	// signature too. The vendor does not say whether it signs it. It has no effect.
	UnsignedValidation bool
	// ReadTimeout bounds the reading of an event. If zero, 10 seconds. It needs a
	// ResponseWriter that lets go of its connection (http.ResponseController): behind one
	// that does not, http.Server.ReadTimeout is the bound.
	ReadTimeout time.Duration
	// Timeout bounds what happens to an event: remembering, reading the order, Handle. It
	// goes on if the service hangs up. If zero, 30 seconds.
	Timeout time.Duration
	// AtOnce is how many events are handled at the same time. Others wait, within Timeout.
	// If zero, 16.
	AtOnce int
}

// Webhook is an http.Handler for the events of the service. It answers 200 once an event
// had its effect, had it before, or has none; 401, before anything is parsed or stored,
// without a right signature; and 500 where the service should send the event again. Make
// it with [Service.Webhook]. It prints as a placeholder.
type Webhook struct {
	guarded
	service *Service
	cfg     WebhookConfig
	slots   chan struct{}
	counts  counters
}

// Counts says what became of events since the Webhook was made.
type Counts struct {
	Handled    uint64 // Handle returned nil
	Duplicates uint64 // handled before
	Ignored    uint64 // of no effect: validations, unknown kinds, orders that are gone
	Refused    uint64 // answered with a status from 400 to 499
	Failed     uint64 // answered with 500 or 503
}

type counters struct{ handled, duplicates, ignored, refused, failed atomic.Uint64 }

// Webhook returns a handler of events. The error is ErrConfigInvalid and names the field:
// without a secret there is no Webhook.
func (s *Service) Webhook(cfg WebhookConfig) (*Webhook, error) {
	if cfg.Secrets == nil && len(s.cfg.Webhook.Secret) > 0 {
		cfg.Secrets = [][]byte{s.cfg.Webhook.Secret}
	}
	if why := cfg.wrong(); why != "" {
		e := invalid(why)
		e.Op = "webhook"
		return nil, e
	}
	secrets := make([][]byte, len(cfg.Secrets))
	for i := range cfg.Secrets {
		secrets[i] = slices.Clone(cfg.Secrets[i])
	}
	cfg.Secrets = secrets
	if cfg.Seen == nil {
		cfg.Seen = newMemory(maxSeen)
	}
	if cfg.ReadTimeout == 0 {
		cfg.ReadTimeout = defaultReadTimeout
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultWork
	}
	if cfg.AtOnce == 0 {
		cfg.AtOnce = defaultAtOnce
	}
	return &Webhook{service: s, cfg: cfg, slots: make(chan struct{}, cfg.AtOnce)}, nil
}

func (cfg *WebhookConfig) wrong() string {
	switch {
	case len(cfg.Secrets) == 0:
		return "Secrets is missing, and so is Config.Webhook.Secret: without one no event can be authenticated"
	case len(cfg.Secrets) > maxSecrets:
		return "Secrets has more than 16"
	case slices.ContainsFunc(cfg.Secrets, func(s []byte) bool { return len(s) < minSecret || len(s) > maxSecret }):
		return "Secrets must have 32 to 64 bytes each: those that the base64 text stands for"
	case cfg.Handle == nil:
		return "Handle is missing"
	case cfg.ReadTimeout < 0 || cfg.Timeout < 0 || cfg.AtOnce < 0:
		return "ReadTimeout, Timeout or AtOnce is negative"
	}
	return ""
}

// Counts returns what became of events so far.
func (h *Webhook) Counts() Counts {
	return Counts{
		Handled: h.counts.handled.Load(), Duplicates: h.counts.duplicates.Load(), Ignored: h.counts.ignored.Load(),
		Refused: h.counts.refused.Load(), Failed: h.counts.failed.Load(),
	}
}

// ServeHTTP takes one event.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	status, kind := h.take(w, r)
	switch {
	case status >= 500:
		h.counts.failed.Add(1)
	case status >= 400:
		h.counts.refused.Add(1)
	}
	if status != http.StatusOK {
		h.service.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "webhook", slog.Int("status", status), slog.String("kind", kind.String()))
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	if status == http.StatusRequestEntityTooLarge || status == http.StatusRequestTimeout {
		w.Header().Set("Connection", "close")
	}
	w.WriteHeader(status)
}

// take returns the status of the answer, and what was wrong.
func (h *Webhook) take(w http.ResponseWriter, r *http.Request) (int, signing.Kind) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, signing.WebhookMalformed
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType, signing.WebhookMalformed
	}
	body, status := h.body(w, r)
	if status != http.StatusOK {
		return status, signing.WebhookMalformed
	}
	secret := h.authentic(r.Header[signatureHeader], body)
	if secret == nil {
		if h.cfg.UnsignedValidation && len(r.Header[signatureHeader]) == 0 && isValidation(body) {
			h.counts.ignored.Add(1)
			return http.StatusOK, 0
		}
		return http.StatusUnauthorized, signing.WebhookUnauthentic
	}
	n, err := parseNotice(body)
	if err != nil {
		return http.StatusBadRequest, signing.WebhookMalformed
	}
	if _, known := kinds[n.Event]; !known { // a validation too
		h.counts.ignored.Add(1)
		return http.StatusOK, 0
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.cfg.Timeout)
	defer cancel()
	return h.handle(ctx, keyOf(secret, body), n)
}

func isValidation(body []byte) bool {
	n, err := parseNotice(body)
	return err == nil && n.Event == validation
}

// body reads the body, within its limits of size and time.
func (h *Webhook) body(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	if r.ContentLength > maxEvent {
		return nil, http.StatusRequestEntityTooLarge
	}
	// A deadline that has passed ends a Read that waits.
	control := http.NewResponseController(w)
	var late atomic.Bool
	timer := time.AfterFunc(h.cfg.ReadTimeout, func() {
		late.Store(true)
		_ = control.SetReadDeadline(time.Unix(1, 0)) // a writer without connections has no such thing
	})
	defer timer.Stop()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxEvent+1))
	switch {
	case len(body) > maxEvent:
		return nil, http.StatusRequestEntityTooLarge
	case late.Load():
		return nil, http.StatusRequestTimeout
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, http.StatusOK
}
