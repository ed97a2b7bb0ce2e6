package criipto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

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

func TestUnsignedValidation(t *testing.T) {
	h := newHook(t, func(cfg *criipto.WebhookConfig) { cfg.UnsignedValidation = true })
	assert.Equal(t, http.StatusOK, post(h, `{"event":"WEBHOOK_VALIDATION"}`))
	for _, body := range []string{signedEvent, `{"event":"NEW"}`, "", `{"event":"WEBHOOK_VALIDATION","event":"SIGNATORY_SIGNED"}`} {
		assert.Equal(t, http.StatusUnauthorized, post(h, body), body)
	}
	assert.Equal(t, http.StatusUnauthorized, post(h, `{"event":"WEBHOOK_VALIDATION"}`, "X-Criipto-Signature", "x"), "a wrong signature is none")
	h.untouched(t, "validation")
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
