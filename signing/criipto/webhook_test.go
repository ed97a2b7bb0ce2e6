package criipto_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
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

func TestEventWithoutTheRightSignature(t *testing.T) {
	right := signature(secretNow, signedEvent)
	raw, err := base64.StdEncoding.DecodeString(right)
	require.NoError(t, err)
	flipped := slices.Clone(raw)
	flipped[31] ^= 1
	for name, headers := range map[string][]string{
		"missing":                        nil,
		"empty":                          {"X-Criipto-Signature", ""},
		"one bit off":                    {"X-Criipto-Signature", base64.StdEncoding.EncodeToString(flipped)},
		"of another secret":              {"X-Criipto-Signature", signature(bytes.Repeat([]byte{3}, 32), signedEvent)},
		"of the base64 text":             {"X-Criipto-Signature", signature([]byte(base64.StdEncoding.EncodeToString(secretNow)), signedEvent)},
		"of another body":                {"X-Criipto-Signature", signature(secretNow, signedEvent+" ")},
		"of an empty key":                {"X-Criipto-Signature", signature(nil, signedEvent)},
		"plus one character":             {"X-Criipto-Signature", right + "="},
		"minus one character":            {"X-Criipto-Signature", right[:len(right)-1]},
		"loose bits":                     {"X-Criipto-Signature", right[:42] + string(right[42]+1) + "="},
		"hexadecimal":                    {"X-Criipto-Signature", strings.Repeat("ab", 32)},
		"base64 of URLs":                 {"X-Criipto-Signature", base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 32))},
		"a line break in it":             {"X-Criipto-Signature", right[:40] + "\n\r" + right[42:]},
		"cut":                            {"X-Criipto-Signature", base64.StdEncoding.EncodeToString(raw[:16])},
		"twice":                          {"X-Criipto-Signature", right, "X-Criipto-Signature", right},
		"in a header of another name":    {"X-Criipto-Signature-256", right},
		"with a word":                    {"X-Criipto-Signature", "sha256=" + right},
		"as an authorization of another": {"Authorization", right},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t)
			assert.Equal(t, http.StatusUnauthorized, post(h, signedEvent, headers...))
			assert.Equal(t, http.StatusUnauthorized, post(h, `{"event":"WEBHOOK_VALIDATION"}`, headers...))
			assert.Equal(t, http.StatusUnauthorized, post(h, `not JSON`, headers...), "nothing is parsed")
			h.untouched(t, name)
			assert.Equal(t, criipto.Counts{Refused: 3}, h.Counts())
			assert.Contains(t, h.log.String(), "WebhookUnauthentic")
			assert.NotContains(t, h.log.String(), "SignatureOrder")
		})
	}
}

func TestEventReformattedOnTheWay(t *testing.T) {
	h := newHook(t)
	for _, body := range []string{strings.ReplaceAll(signedEvent, ":", ": "), signedEvent + "\n", "\ufeff" + signedEvent, strings.ReplaceAll(signedEvent, "|", `\u007c`)} {
		assert.Equal(t, http.StatusUnauthorized, post(h, body, "X-Criipto-Signature", signature(secretNow, signedEvent)))
	}
	h.untouched(t, "re-formatted")
}

// endless is a body that counts what is read of it.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read.Add(int64(len(p)))
	return len(p), nil
}

func TestEventThatIsTooLarge(t *testing.T) {
	h := newHook(t)
	for _, length := range []int64{10 << 20, -1} {
		body := new(endless)
		r := httptest.NewRequest(http.MethodPost, "/hook", body)
		r.ContentLength = length
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
		assert.LessOrEqual(t, body.read.Load(), int64(200<<10), "never read whole")
	}
	just := signedEvent + strings.Repeat(" ", 64<<10-len(signedEvent))
	assert.Equal(t, http.StatusRequestEntityTooLarge, deliver(h, just+" "))
	h.untouched(t, "large")
	assert.Equal(t, http.StatusOK, deliver(h, just))
}

// A byte at a time, and then nothing: the connection is ours no longer than ReadTimeout.
func TestEventThatIsTooSlow(t *testing.T) {
	h := newHook(t, func(cfg *criipto.WebhookConfig) { cfg.ReadTimeout = 50 * time.Millisecond })
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	said, err := io.ReadAll(conn)
	require.NoError(t, err, "the server closes the connection")
	assert.True(t, strings.HasPrefix(string(said), "HTTP/1.1 408 "), "%q", said)
	h.untouched(t, "slow")
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

func TestEventsOfOtherMethodsAndTypes(t *testing.T) {
	h := newHook(t)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodHead, http.MethodOptions, http.MethodDelete, "post"} {
		r := httptest.NewRequest(method, "/hook", strings.NewReader(signedEvent))
		r.Header.Set("X-Criipto-Signature", signature(secretNow, signedEvent))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		assert.Equal(t, http.MethodPost, w.Header().Get("Allow"))
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/json, text/html", ";"} {
		r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(signedEvent))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("X-Criipto-Signature", signature(secretNow, signedEvent))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, http.StatusUnsupportedMediaType, w.Code, kind)
	}
	h.untouched(t, "other")
	assert.Contains(t, h.log.String(), "WebhookMalformed")
}

func TestEventsOfUnknownKindsAndMembers(t *testing.T) {
	h := newHook(t)
	for _, body := range []string{`{"event":"SIGNATORY_BLINKED","signatureOrderId":"x","new":{"a":[1]}}`, `{"event":"WEBHOOK_VALIDATION","url":"https://x.dk"}`} {
		assert.Equal(t, http.StatusOK, deliver(h, body))
	}
	h.untouched(t, "unknown")
	assert.Equal(t, criipto.Counts{Ignored: 2}, h.Counts())
	assert.Equal(t, http.StatusOK, deliver(h, strings.Replace(signedEvent, "{", `{"extra":"æøå","reason":null,`, 1)))
	assert.Len(t, h.spy.events, 1)
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

// Authentic, and yet not what the service sends.
func TestEventsThatCannotBeRead(t *testing.T) {
	h := newHook(t)
	for _, body := range []string{
		"", "null", "[]", "{}", `{"event":null}`, `{"event":17}`, `{"event":"SIGNATORY_SIGNED"}`, `{"event":"SIGNATORY_SIGNED","signatureOrderId":17}`,
		`{"event":"SIGNATORY_SIGNED","signatureOrderId":"a b"}`, `{"event":"SIGNATORY_SIGNED","signatureOrderId":"\u001b[31m"}`, signedEvent + signedEvent,
		strings.Replace(signedEvent, `"event"`, `"Event"`, 1), strings.Replace(signedEvent, "{", `{"event":"SIGNATURE_ORDER_EXPIRED",`, 1), signedEvent[:40],
		strings.Repeat("[", 60_000), `{"event":"` + strings.Repeat("A", 65) + `"}`, `{"event":"Signatory_Signed"}`,
	} {
		assert.Equal(t, http.StatusBadRequest, deliver(h, body), body[:min(len(body), 60)])
	}
	h.untouched(t, "unreadable")
}

func TestWebhookWithoutASecret(t *testing.T) {
	s := newRemote(t, nil).service(t)
	handle := func(context.Context, signing.Event) error { return nil }
	for name, cfg := range map[string]criipto.WebhookConfig{
		"Secrets is missing":   {Handle: handle},
		"Secrets must have 32": {Handle: handle, Secrets: [][]byte{make([]byte, 31)}},
		"to 64 bytes":          {Handle: handle, Secrets: [][]byte{secretNow, make([]byte, 65)}},
		"Secrets has more":     {Handle: handle, Secrets: slices.Repeat([][]byte{secretNow}, 17)},
		"Secrets is":           {Handle: handle, Secrets: [][]byte{}},
		"Handle is missing":    {Secrets: [][]byte{secretNow}},
		"AtOnce is negative":   {Handle: handle, Secrets: [][]byte{secretNow}, AtOnce: -1},
	} {
		h, err := s.Webhook(cfg)
		assert.Nil(t, h)
		require.ErrorIs(t, err, signing.ErrConfigInvalid, name)
		assert.ErrorContains(t, err, name)
	}
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

func TestUnsignedValidation(t *testing.T) {
	h := newHook(t, func(cfg *criipto.WebhookConfig) { cfg.UnsignedValidation = true })
	assert.Equal(t, http.StatusOK, post(h, `{"event":"WEBHOOK_VALIDATION"}`))
	for _, body := range []string{signedEvent, `{"event":"NEW"}`, "", `{"event":"WEBHOOK_VALIDATION","event":"SIGNATORY_SIGNED"}`} {
		assert.Equal(t, http.StatusUnauthorized, post(h, body), body)
	}
	assert.Equal(t, http.StatusUnauthorized, post(h, `{"event":"WEBHOOK_VALIDATION"}`, "X-Criipto-Signature", "x"), "a wrong signature is none")
	h.untouched(t, "validation")
}

// No more than AtOnce are handled at a time. Others wait, and in the end are told to come
// again.
func TestEventsAtOnce(t *testing.T) {
	release, begun := make(chan struct{}), make(chan struct{})
	cfg := config("http://localhost/")
	cfg.HTTPClient = answering([]byte(`{"data":{"signatureOrder":` + openOrder + `}}`))
	s, err := criipto.New(cfg)
	require.NoError(t, err)
	h, err := s.Webhook(criipto.WebhookConfig{Secrets: [][]byte{secretNow}, AtOnce: 1, Timeout: 300 * time.Millisecond, Handle: func(context.Context, signing.Event) error {
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
}

// The work goes on when the service hangs up: it would send the event again otherwise.
func TestTheServiceHangsUp(t *testing.T) {
	h := newHook(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/hook", strings.NewReader(signedEvent))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Criipto-Signature", signature(secretNow, signedEvent))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Len(t, h.spy.events, 1)
}
