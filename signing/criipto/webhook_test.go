package criipto_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

var (
	secretNow    = bytes.Repeat([]byte{1}, 32)
	secretBefore = bytes.Repeat([]byte{2}, 64)
)

const signedEvent = `{"event":"SIGNATORY_SIGNED","signatureOrderId":"SignatureOrder:1|x","signatoryId":"s1"}`

func signature(secret []byte, body string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(body))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func post(h http.Handler, body string, headers ...string) int {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func deliver(h http.Handler, body string) int {
	return post(h, body, "X-Criipto-Signature", signature(secretNow, body))
}

// spy is a Seen and a Handle that count.
type spy struct {
	criipto.Seen
	claims atomic.Int64
	mu     sync.Mutex
	events []signing.Event
	fail   error
	panics bool
}

func (s *spy) handle(_ context.Context, e signing.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.panics {
		panic(canary)
	}
	if s.fail != nil {
		return s.fail
	}
	s.events = append(s.events, e)
	return nil
}

// store is a Seen that a caller would write.
type store struct {
	spy  *spy
	mu   sync.Mutex
	done map[criipto.Key]bool
	open map[criipto.Key]bool
	down bool
}

func (s *store) Claim(_ context.Context, k criipto.Key) (bool, error) {
	s.spy.claims.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || s.open[k] {
		return false, errors.New(canary)
	}
	if s.done[k] {
		return false, nil
	}
	s.open[k] = true
	return true, nil
}

func (s *store) Settle(_ context.Context, k criipto.Key, handled bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, k)
	s.done[k] = handled
	return nil
}

type hook struct {
	*criipto.Webhook
	spy    *spy
	store  *store
	remote *remote
	log    *bytes.Buffer
}

func newHook(t *testing.T, change ...func(*criipto.WebhookConfig)) *hook {
	t.Helper()
	h := &hook{spy: &spy{}, remote: newRemote(t, orderSays(openOrder)), log: new(bytes.Buffer)}
	h.store = &store{spy: h.spy, done: map[criipto.Key]bool{}, open: map[criipto.Key]bool{}}
	cfg := criipto.WebhookConfig{Secrets: [][]byte{secretNow, secretBefore}, Handle: h.spy.handle, Seen: h.store}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	h.Webhook, err = h.remote.service(t, func(cfg *criipto.Config) { cfg.Logger = slog.New(slog.NewTextHandler(h.log, nil)) }).Webhook(cfg)
	require.NoError(t, err)
	return h
}

// untouched asserts that nothing was stored, asked or done.
func (h *hook) untouched(t *testing.T, what string) {
	t.Helper()
	assert.Zero(t, h.spy.claims.Load(), what)
	assert.Empty(t, h.remote.all(), what)
	assert.Empty(t, h.spy.events, what)
}

func TestEventWithTheRightSignature(t *testing.T) {
	h := newHook(t)
	assert.Equal(t, http.StatusOK, deliver(h, signedEvent))
	require.Len(t, h.spy.events, 1)
	e := h.spy.events[0]
	assert.Equal(t, theOrder, e.Order)
	assert.Equal(t, signing.ID("s1"), e.Signatory)
	assert.Equal(t, signing.Signed, e.Kind)
	assert.Equal(t, signing.SignatoryOpen, e.Progress.Signatories[0].State, "the service's own answer, not the event")
	assert.Equal(t, http.StatusOK, post(h, signedEvent+" ", "X-Criipto-Signature", signature(secretBefore, signedEvent+" ")), "the former secret")
	assert.Equal(t, criipto.Counts{Handled: 2}, h.Counts())
}

func TestSameEventAgain(t *testing.T) {
	h := newHook(t)
	for range 3 {
		assert.Equal(t, http.StatusOK, deliver(h, signedEvent))
	}
	assert.Len(t, h.spy.events, 1)
	assert.Equal(t, criipto.Counts{Handled: 1, Duplicates: 2}, h.Counts())
}

// At the same instant: the second is answered 200 only after the first has succeeded, and
// with the default Seen it waits for that.
func TestSameEventAtTheSameInstant(t *testing.T) {
	for name, firstFails := range map[string]bool{"first succeeds": false, "first fails": true} {
		t.Run(name, func(t *testing.T) {
			begun, release := make(chan struct{}, 10), make(chan struct{})
			var calls, effects atomic.Int64
			h := newHook(t, func(cfg *criipto.WebhookConfig) {
				cfg.Seen = nil
				cfg.Handle = func(context.Context, signing.Event) error {
					n := calls.Add(1)
					begun <- struct{}{}
					<-release
					if n == 1 && firstFails {
						return errors.New(canary)
					}
					effects.Add(1)
					return nil
				}
			})
			statuses := make(chan int, 8)
			for range cap(statuses) {
				go func() { statuses <- deliver(h, signedEvent) }()
			}
			<-begun
			assert.Empty(t, statuses, "nobody has an answer before the first is through")
			close(release)
			got := map[int]int{}
			for range cap(statuses) {
				got[<-statuses]++
			}
			assert.EqualValues(t, 1, effects.Load())
			if firstFails {
				assert.Equal(t, map[int]int{500: 1, 200: 7}, got)
			} else {
				assert.Equal(t, map[int]int{200: 8}, got)
			}
		})
	}
	// A store that cannot wait says so, and the event comes again.
	h := newHook(t)
	h.store.open[keyOf(h)] = true
	assert.Equal(t, http.StatusInternalServerError, deliver(h, signedEvent))
	assert.Empty(t, h.spy.events)
}

// keyOf learns the key of signedEvent by delivering it elsewhere.
func keyOf(h *hook) (k criipto.Key) {
	other := &store{spy: &spy{}, done: map[criipto.Key]bool{}, open: map[criipto.Key]bool{}}
	s, err := criipto.New(config(h.remote.URL))
	if err != nil {
		return k
	}
	w, err := s.Webhook(criipto.WebhookConfig{Secrets: [][]byte{secretNow}, Handle: func(context.Context, signing.Event) error { return nil }, Seen: other})
	if err != nil {
		return k
	}
	deliver(w, signedEvent)
	for k := range other.done {
		return k
	}
	return k
}

// Replicas with the same secret agree on the key, and the key is no valid signature.
func TestKeysOfReplicas(t *testing.T) {
	h := newHook(t)
	k := keyOf(h)
	assert.Equal(t, http.StatusOK, deliver(h, signedEvent))
	assert.True(t, h.store.done[k])
	assert.NotEqual(t, signature(secretNow, signedEvent), base64.StdEncoding.EncodeToString(k[:]))
}

// Months later the order is cleaned up, or gone, or this process has forgotten the event.
func TestOldEventAgain(t *testing.T) {
	for name, answer := range map[string]string{
		"gone":    `null`,
		"cleaned": `{"id":"SignatureOrder:1|x","status":"CLOSED","documents":[],"signatories":[]}`,
	} {
		h := newHook(t, func(cfg *criipto.WebhookConfig) { cfg.Seen = nil })
		h.remote.answer = orderSays(answer)
		assert.Equal(t, http.StatusOK, deliver(h, signedEvent), name)
		assert.Empty(t, h.spy.events, name)
		assert.Equal(t, criipto.Counts{Ignored: 1}, h.Counts(), name)
		assert.Equal(t, http.StatusOK, deliver(h, signedEvent), name)
		assert.Equal(t, criipto.Counts{Ignored: 1, Duplicates: 1}, h.Counts(), name)
	}
}

// An order that is open and lists no documents is not gone: its event is handed out.
func TestEventOfAnOpenOrderWithoutDocuments(t *testing.T) {
	h := newHook(t)
	h.remote.answer = orderSays(`{"id":"SignatureOrder:1|x","status":"OPEN","documents":[],"signatories":[]}`)
	assert.Equal(t, http.StatusOK, deliver(h, signedEvent))
	assert.Len(t, h.spy.events, 1)
}

// Rejected arrives before opened: both carry the state that the service has now.
func TestEventsOutOfOrder(t *testing.T) {
	h := newHook(t)
	h.remote.answer = orderSays(replacing(openOrder, `"status":"OPEN","statusReason":null`, `"status":"REJECTED","statusReason":"nej"`))
	assert.Equal(t, http.StatusOK, deliver(h, strings.Replace(signedEvent, "SIGNED", "REJECTED", 1)))
	assert.Equal(t, http.StatusOK, deliver(h, strings.Replace(signedEvent, "SIGNED", "SIGN_LINK_OPENED", 1)))
	require.Len(t, h.spy.events, 2)
	for _, e := range h.spy.events {
		assert.Equal(t, signing.SignatoryRejected, e.Progress.Signatories[0].State)
	}
	assert.Equal(t, signing.LinkOpened, h.spy.events[1].Kind)
}

func TestEventWhoseHandlerFails(t *testing.T) {
	for name, c := range map[string]struct{ spoil, mend func(*hook) }{
		"error":    {func(h *hook) { h.spy.fail = errors.New(canary) }, func(h *hook) { h.spy.fail = nil }},
		"panic":    {func(h *hook) { h.spy.panics = true }, func(h *hook) { h.spy.panics = false }},
		"database": {func(h *hook) { h.store.down = true }, func(h *hook) { h.store.down = false }},
		"service":  {func(h *hook) { h.remote.answer = says(500, canary) }, func(h *hook) { h.remote.answer = orderSays(openOrder) }},
		"HTML":     {func(h *hook) { h.remote.answer = says(200, "<html>"+canary) }, func(h *hook) { h.remote.answer = orderSays(openOrder) }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t)
			c.spoil(h)
			assert.Equal(t, http.StatusInternalServerError, deliver(h, signedEvent))
			assert.Empty(t, h.spy.events)
			c.mend(h)
			assert.Equal(t, http.StatusOK, deliver(h, signedEvent), "it is sent again")
			assert.Len(t, h.spy.events, 1)
			assert.Equal(t, criipto.Counts{Handled: 1, Failed: 1}, h.Counts())
			assert.NotContains(t, h.log.String(), "Kanarie")
		})
	}
}

// The service takes 200 alone for an answer.
func TestEventsAreAnsweredWithExactlyTwoHundred(t *testing.T) {
	h := newHook(t)
	for _, body := range []string{signedEvent, signedEvent, `{"event":"WEBHOOK_VALIDATION"}`, `{"event":"NEW_KIND"}`} {
		r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("X-Criipto-Signature", signature(secretNow, body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, 200, w.Code)
		assert.Empty(t, w.Body.String())
	}
}

// Each kind of the service's own, and whom it is about.
func TestKindsOfEvents(t *testing.T) {
	for event, want := range map[string]signing.What{
		"SIGNATORY_SIGNED": signing.Signed, "SIGNATORY_APPROVED": signing.Approved, "SIGNATORY_REJECTED": signing.Rejected,
		"SIGNATORY_SIGN_ERROR": signing.SignFailed, "SIGNATORY_SIGN_LINK_OPENED": signing.LinkOpened, "SIGNATORY_DOWNLOAD_LINK_OPENED": signing.Changed,
		"SIGNATORY_DOCUMENT_STATUS_CHANGED": signing.DocumentRead, "SIGNATURE_ORDER_EXPIRED": signing.Expired, "ALL_CURRENT_SIGNATORIES_SIGNED": signing.AllSigned,
	} {
		h := newHook(t)
		assert.Equal(t, http.StatusOK, deliver(h, `{"event":"`+event+`","signatureOrderId":"SignatureOrder:1|x","signatoryId":"s1","documentId":"d1","status":"OPENED"}`))
		require.Len(t, h.spy.events, 1, event)
		assert.Equal(t, want, h.spy.events[0].Kind, event)
	}
	h := newHook(t)
	assert.Equal(t, http.StatusOK, deliver(h, strings.Replace(signedEvent, `"s1"`, `"stranger"`, 1)))
	assert.Equal(t, signing.Changed, h.spy.events[0].Kind)
	assert.Empty(t, h.spy.events[0].Signatory)
	assert.Equal(t, http.StatusOK, deliver(h, strings.Replace(signedEvent, `"s1"`, `null`, 1)))
}

// The secret of Config.Webhook is the one that orders are placed with.
func TestWebhookTakesTheSecretOfTheConfig(t *testing.T) {
	r := newRemote(t, orderSays(openOrder))
	s := r.service(t, func(cfg *criipto.Config) {
		cfg.Webhook = criipto.Hook{URL: "https://app.example.dk/", Secret: secretNow}
	})
	h, err := s.Webhook(criipto.WebhookConfig{Handle: func(context.Context, signing.Event) error { return nil }})
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, deliver(h, signedEvent))
}

// No more than AtOnce are handled at a time. Others wait, and in the end are told to come
// again.
func TestEventsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, begun := make(chan struct{}), make(chan struct{})
		cfg := config("http://localhost/")
		cfg.HTTPClient = answering([]byte(`{"data":{"signatureOrder":` + openOrder + `}}`))
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		h, err := s.Webhook(criipto.WebhookConfig{Secrets: [][]byte{secretNow}, AtOnce: 1, Timeout: time.Minute, Handle: func(context.Context, signing.Event) error {
			close(begun)
			<-release
			return nil
		}})
		require.NoError(t, err)
		first := make(chan int)
		go func() { first <- deliver(h, signedEvent) }()
		<-begun
		assert.Equal(t, http.StatusServiceUnavailable, deliver(h, signedEvent+" "))
		close(release)
		assert.Equal(t, http.StatusOK, <-first)
	})
}
