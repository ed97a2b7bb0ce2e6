package signingtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// receiver takes webhooks and answers as the test says.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []delivery
	at     func() time.Time
	secret []byte
}

type delivery struct {
	event, order, signatory string
	body                    []byte
	method, contentType     string
	genuine                 bool
	at                      time.Time
	all                     object
}

func receive(t *testing.T, s *signingtest.Service) *receiver {
	r := &receiver{status: http.StatusOK, at: s.Now, secret: bytes.Repeat([]byte{0xe6}, 32)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		d := delivery{body: body, method: q.Method, contentType: q.Header.Get("Content-Type"), at: r.at()}
		_ = json.Unmarshal(body, &d.all)
		d.event, d.order, d.signatory = word(d.all, "event"), word(d.all, "signatureOrderId"), word(d.all, "signatoryId")
		d.genuine = q.Header.Get(signingtest.SignatureHeader) == signingtest.Sign(r.secret, body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, d)
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) hook(in object) {
	in["webhook"] = object{"url": r.URL + "/krog?æ=1", "secret": base64.StdEncoding.EncodeToString(r.secret)}
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// take returns what has arrived, and forgets it.
func (r *receiver) take() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func events(ds []delivery) string {
	var names []string
	for _, d := range ds {
		names = append(names, strings.TrimPrefix(d.event, "SIGNATORY_"))
	}
	return strings.Join(names, " ")
}

func TestEvents(t *testing.T) {
	s, app := start(t)
	r := receive(t, s)
	o := app.place(r.hook, twoSignatories)
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 1, "id"), mitidtest.Paiman(), "Nej, æøå"))
	s.Settle()
	got := r.take()
	assert.Equal(t, "DOCUMENT_STATUS_CHANGED DOCUMENT_STATUS_CHANGED SIGNED REJECTED", events(got))
	for _, d := range got {
		assert.True(t, d.genuine, "signed over the body with the secret's bytes")
		assert.Equal(t, word(o, "id"), d.order)
		assert.Equal(t, http.MethodPost, d.method)
	}
	assert.Equal(t, object{"event": "SIGNATORY_DOCUMENT_STATUS_CHANGED", "signatureOrderId": word(o, "id"), "signatoryId": word(o, "signatories", 0, "id"),
		"documentId": word(o, "documents", 0, "id"), "status": "OPENED"}, got[0].all)
	assert.Equal(t, "Nej, æøå", got[3].all["reason"])

	o = app.place(r.hook, func(in object) { in["expiresInDays"] = 1 })
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	s.Advance(2 * day)
	assert.Equal(t, "DOCUMENT_STATUS_CHANGED DOCUMENT_STATUS_CHANGED SIGNED ALL_CURRENT_SIGNATORIES_SIGNED SIGNATURE_ORDER_EXPIRED", strings.ReplaceAll(events(r.take()), "  ", " "))

	o = app.place(r.hook, func(in object) {
		in["signatories"] = []any{object{"evidenceValidation": []any{object{"key": "sub", "value": "æ"}}}}
	})
	require.Error(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	s.Settle()
	got = r.take()
	require.Len(t, got, 3)
	assert.Equal(t, "SIGNATORY_SIGN_ERROR", got[2].event)
	assert.NotEmpty(t, got[2].all["error"])
}

func TestRetryTable(t *testing.T) {
	s, app := start(t)
	r := receive(t, s)
	r.answer(http.StatusNoContent)
	o := app.place(r.hook)
	from := s.Now()
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), ""))
	s.Advance(200 * time.Hour)
	var after []time.Duration
	for _, d := range r.take() {
		after = append(after, d.at.Sub(from))
		assert.Contains(t, d.all, "reason", "null if there is none")
	}
	want := []time.Duration{0}
	for _, pause := range []time.Duration{5 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, time.Hour, 5 * time.Hour, 12 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour} {
		want = append(want, want[len(want)-1]+pause)
	}
	require.Len(t, after, len(want))
	for i := range want {
		assert.InDelta(t, want[i].Seconds(), after[i].Seconds(), 1)
	}

	o = app.place(r.hook)
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), ""))
	s.Settle()
	r.answer(http.StatusOK)
	s.Advance(200 * time.Hour)
	assert.Len(t, r.take(), 2, "200 ends it")
}

func TestWebhookLogsAndRetryByHand(t *testing.T) {
	s, app := start(t)
	r := receive(t, s)
	r.answer(http.StatusTeapot)
	o := app.place(r.hook)
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), ""))
	s.Settle()
	const logs = `query l($id: ID!, $ok: Boolean) { signatureOrder(id: $id) { webhook { url logs(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", succeeded: $ok) { __typename correlationId event requestBody
		... on WebhookHttpErrorInvocation { responseStatusCode retryPayload retryingAt } } } } }`
	l := at(app.ask(logs, object{"id": word(o, "id")}), "signatureOrder", "webhook", "logs")
	require.Len(t, l, 1)
	assert.Equal(t, "WebhookHttpErrorInvocation", word(l, 0, "__typename"))
	assert.EqualValues(t, http.StatusTeapot, at(l, 0, "responseStatusCode"))
	assert.Equal(t, "2026-11-02T09:30:05.000Z", word(l, 0, "retryingAt"))
	const again = `mutation r($input: RetrySignatureOrderWebhookInput!) { retrySignatureOrderWebhook(input: $input) { invocation { __typename } } }`
	app.refused("not one of", again, object{"input": object{"signatureOrderId": word(o, "id"), "retryPayload": "æ"}})
	r.answer(http.StatusOK)
	got := app.ask(again, object{"input": object{"signatureOrderId": word(o, "id"), "retryPayload": word(l, 0, "retryPayload")}})
	assert.Equal(t, "WebhookSuccessfulInvocation", word(got, "retrySignatureOrderWebhook", "invocation", "__typename"))
	assert.Len(t, at(app.ask(logs, object{"id": word(o, "id"), "ok": true}), "signatureOrder", "webhook", "logs"), 1)
	assert.Len(t, r.take(), 2)
}

func TestConnectivityIsValidated(t *testing.T) {
	s, app := start(t)
	r := receive(t, s)
	validated := func(in object) { r.hook(in); in["webhook"].(object)["validateConnectivity"] = true }
	app.place(validated)
	got := r.take()
	require.Len(t, got, 1)
	assert.Equal(t, object{"event": "WEBHOOK_VALIDATION"}, got[0].all)
	assert.True(t, got[0].genuine)
	s.Configure(func(set *signingtest.Settings) { set.UnsignedValidation = true })
	app.place(validated)
	assert.False(t, r.take()[0].genuine)
	r.answer(http.StatusAccepted)
	app.refused("WEBHOOK_VALIDATION", create, object{"input": input(validated)})
	app.refused("WEBHOOK_VALIDATION", create, object{"input": input(func(in object) {
		in["webhook"] = object{"url": "https://elsewhere.example/", "validateConnectivity": true}
	})})
}

func TestOtherMachinesAreNotCalled(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) { in["webhook"] = object{"url": "http://192.0.2.1/"} })
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), ""))
	s.Settle()
	got := app.ask(`query q($id: ID!) { signatureOrder(id: $id) { webhook { logs(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { __typename ... on WebhookExceptionInvocation { exception } } } } }`, object{"id": word(o, "id")})
	assert.Contains(t, word(got, "signatureOrder", "webhook", "logs", 0, "exception"), "this machine alone")
}

func TestWebhookMisbehaviours(t *testing.T) {
	s, app := start(t)
	r := receive(t, s)
	reject := func(name string) []delivery {
		t.Helper()
		require.NoError(t, s.Next(name))
		o := app.place(r.hook)
		require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), "æ"))
		s.Settle()
		return r.take()
	}
	assert.Empty(t, reject("webhook-dropped"))
	s.Advance(200 * time.Hour)
	assert.Empty(t, r.take(), "never")
	for _, name := range []string{"webhook-duplicated", "webhook-at-once-twice"} {
		got := reject(name)
		require.Len(t, got, 2, name)
		assert.Equal(t, got[0].body, got[1].body)
		assert.True(t, got[0].genuine && got[1].genuine)
	}
	assert.Empty(t, reject("webhook-delayed"))
	s.Advance(time.Hour)
	assert.Len(t, r.take(), 1)
	assert.Len(t, reject("webhook-replayed"), 1)
	s.Advance(91 * day)
	assert.Contains(t, events(r.take()), "REJECTED", "and once more, months later")
	for _, name := range []string{"webhook-unsigned", "webhook-wrong-secret", "webhook-text-secret", "webhook-one-bit-off", "webhook-reformatted", "webhook-huge"} {
		r.answer(http.StatusUnauthorized)
		got := reject(name)
		require.Len(t, got, 1, name)
		assert.False(t, got[0].genuine, name)
		r.answer(http.StatusOK)
		s.Advance(5 * time.Second)
		again := r.take()
		require.Len(t, again, 1, name)
		assert.True(t, again[0].genuine, "the second try is a good one")
	}
	assert.Equal(t, http.MethodGet, reject("webhook-get")[0].method)
	assert.Equal(t, "text/plain", reject("webhook-as-text")[0].contentType)
	assert.Equal(t, "SIGNATORY_LEVITATED", reject("webhook-unknown-event")[0].event)
	extra := reject("webhook-extra-members")[0]
	assert.True(t, extra.genuine)
	assert.NotNil(t, extra.all["nyhed"])
	assert.Equal(t, 2, bytes.Count(reject("webhook-duplicate-members")[0].body, []byte("signatureOrderId")))
	assert.Empty(t, reject("webhook-no-json")[0].all)

	assert.Empty(t, reject("webhook-reordered"))
	o := app.place(r.hook)
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev(), "æ"))
	s.Settle()
	got := r.take()
	require.Len(t, got, 2)
	assert.Equal(t, word(o, "id"), got[0].order, "the later one first")
}
