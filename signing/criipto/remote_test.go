package criipto_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// canary is text of the service that must appear nowhere.
const canary = "Kanariefugl på Ærø 0101019999"

// call is a call as it arrived.
type call struct {
	Name      string // of the operation
	Query     string
	Variables json.RawMessage
	Header    http.Header
	whole     bool // the body came to its end
}

func (c call) input(t *testing.T) map[string]any {
	t.Helper()
	var v struct{ Input map[string]any }
	require.NoError(t, json.Unmarshal(c.Variables, &v))
	return v.Input
}

// remote is a service that answers what a test says.
type remote struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []call
	answer func(w http.ResponseWriter, c call)
}

var operationName = regexp.MustCompile(`^(?:query|mutation) (\w+)`)

func newRemote(tb testing.TB, answer func(w http.ResponseWriter, c call)) *remote {
	r := &remote{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		c := call{Header: req.Header, whole: err == nil}
		if json.Unmarshal(body, &c) == nil {
			if m := operationName.FindStringSubmatch(c.Query); m != nil {
				c.Name = m[1]
			}
		}
		r.mu.Lock()
		r.calls = append(r.calls, c)
		r.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		r.answer(w, c)
	}))
	tb.Cleanup(r.Close)
	return r
}

func (r *remote) all() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.calls...)
}

func says(status int, body string) func(http.ResponseWriter, call) {
	return func(w http.ResponseWriter, _ call) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func config(endpoint string) criipto.Config {
	return criipto.Config{Endpoint: endpoint, ClientID: "app", ClientSecret: signing.NewSecret("hemmelig=&+"), Now: func() time.Time { return noon }}
}

func (r *remote) service(tb testing.TB, change ...func(*criipto.Config)) *criipto.Service {
	cfg := config(r.URL + "/v1/graphql")
	for _, c := range change {
		c(&cfg)
	}
	s, err := criipto.New(cfg)
	require.NoError(tb, err)
	return s
}

var (
	lease   = []byte("%PDF-1.7 lejekontrakt æøå")
	annex   = []byte("%PDF-1.7 bilag")
	uuid    = claims.MustParseUUID("11111111-2222-3333-4444-555555555555")
	anybody = signing.Who{Anyone: true}
)

func newOrder() *signing.Order {
	return &signing.Order{
		Reference: "sag-1", Title: "Lejekontrakt på Ærø", Documents: []signing.Document{signing.Bytes("Lejekontrakt", lease)},
		Signatories: []signing.Signatory{{Reference: "lejer", Who: signing.Who{UUID: uuid}}},
	}
}

func digests(o *signing.Order) []signing.Digest {
	var all []signing.Digest
	for _, d := range o.Documents {
		r, err := d.Open()
		if err != nil {
			return nil
		}
		b, _ := io.ReadAll(r)
		all = append(all, digest(b))
	}
	return all
}

const openOrder = `{"id":"SignatureOrder:1|x","status":"OPEN","createdAt":"2026-11-30T11:00:00Z","expiresAt":"2027-02-28T11:00:00.123Z","closedAt":null,
 "traceId":"0af7651916cd43dd8448eb211c80319c","documents":[{"__typename":"PdfDocument","id":"d1","reference":"sag-1"}],
 "signatories":[{"id":"s1","reference":"lejer","status":"OPEN","statusReason":null,"signatoryRole":"SIGNER","href":"https://acme.criipto.id/sign?token=bearer"}]}`

const theOrder = signing.ID("SignatureOrder:1|x")

func created(order string) string {
	return `{"data":{"createSignatureOrder":{"signatureOrder":` + order + `}}}`
}

// shows fails if an error shows something that it should not.
func silent(t *testing.T, err error, secrets ...string) {
	t.Helper()
	var e *signing.Error
	if !assert.ErrorAs(t, err, &e) {
		return
	}
	assert.Equal(t, "criipto", e.Service)
	assert.NotEmpty(t, e.Op)
	said := fmt.Sprintf("%v %+v %#v %s", err, e, e, e.LogValue())
	for _, s := range append(secrets, canary, "Kanarie", "0101019999", "bearer", "hemmelig", "Lejekontrakt", uuid.String()) {
		assert.NotContains(t, said, s)
	}
	for _, r := range said {
		assert.False(t, r == 0x1b, "an escape character in an error")
	}
}

// eachCall makes every call of a Service, by name.
func eachCall(s *criipto.Service) map[string]func(context.Context) error {
	o := newOrder()
	return map[string]func(context.Context) error{
		"order":   func(ctx context.Context) error { _, err := s.Order(ctx, theOrder); return err },
		"find":    func(ctx context.Context) error { _, err := s.Find(ctx, o); return err },
		"orders":  func(ctx context.Context) error { _, _, err := s.Orders(ctx, signing.OrderOpen, ""); return err },
		"fetch":   func(ctx context.Context) error { return s.Fetch(ctx, theOrder, "d1", io.Discard) },
		"logs":    func(ctx context.Context) error { _, err := s.Deliveries(ctx, theOrder, noon, noon, true); return err },
		"create":  func(ctx context.Context) error { _, err := s.CreateOrder(ctx, o, digests(o)); return err },
		"close":   func(ctx context.Context) error { return s.Close(ctx, theOrder, 7) },
		"cancel":  func(ctx context.Context) error { return s.Cancel(ctx, theOrder) },
		"cleanup": func(ctx context.Context) error { return s.Cleanup(ctx, theOrder) },
		"extend":  func(ctx context.Context) error { _, err := s.Extend(ctx, theOrder, 30); return err },
		"add": func(ctx context.Context) error {
			_, err := s.AddSignatories(ctx, signing.Ticket{ID: theOrder}, []signing.Signatory{{Reference: "ny", Who: anybody}})
			return err
		},
		"batch": func(ctx context.Context) error {
			_, err := s.Batch(ctx, []criipto.Pair{{Order: theOrder, Signatory: "s1"}})
			return err
		},
		"retry": func(ctx context.Context) error {
			return s.RetryWebhook(ctx, criipto.Delivery{Order: theOrder, Retry: signing.NewSecret("p")})
		},
		"validate": func(ctx context.Context) error {
			_, err := s.ValidateDocument(ctx, o.Documents[0], digest(lease))
			return err
		},
	}
}

// acting are the calls that change something.
var acting = []string{"create", "close", "cancel", "cleanup", "extend", "add", "batch", "retry"}

// roundTrip answers without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answering(body []byte) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
	})}
}

func replacing(s string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(s) }
