package criipto_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

// An application that hears of its orders: the Webhook is mounted under the address that
// each order is placed with. Here the service is a few lines that always answer the same.
func Example() {
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"signatureOrder":{"id":"SignatureOrder:7","status":"OPEN",
			"documents":[{"id":"Document:1","reference":"lejekontrakt-7"}],
			"signatories":[{"id":"Signatory:1","reference":"lejer","status":"SIGNED","signatoryRole":"SIGNER"}]}}}`)
	}))
	defer remote.Close()

	secret := make([]byte, 32) // made once and stored with the other secrets
	_, _ = rand.Read(secret)
	service, err := criipto.New(criipto.Config{
		Endpoint:     remote.URL, // leave it out for the real one
		ClientID:     "client-id-of-the-signatures-application",
		ClientSecret: signing.NewSecret("…"),
		Webhook:      criipto.Hook{URL: "https://app.example.dk/hook", Secret: secret},
	})
	if err != nil {
		log.Fatal(err)
	}
	hook, err := service.Webhook(criipto.WebhookConfig{
		Handle: func(ctx context.Context, e signing.Event) error {
			fmt.Println(e.Order, "has somebody who signed:", e.Progress.Signatories[0].State == signing.SignatorySigned)
			return nil // client.Complete, or a job that will call it
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/hook", hook)

	event := `{"event":"SIGNATORY_SIGNED","signatureOrderId":"SignatureOrder:7","signatoryId":"Signatory:1"}`
	for range 2 { // the service sends an event again when it is in doubt
		fmt.Println(send(mux, event, signature(secret, event)))
	}
	fmt.Println(send(mux, event, base64.StdEncoding.EncodeToString(make([]byte, 32))))
	fmt.Printf("%+v\n", hook.Counts())
	fmt.Println(service) // neither a Service nor a Config prints what is in it
	// Output:
	// SignatureOrder:7 has somebody who signed: true
	// 200
	// 200
	// 401
	// {Handled:1 Duplicates:1 Ignored:0 Refused:1 Failed:0}
	// [private]
}

func send(h http.Handler, body, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Criipto-Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// One link for a person who has several orders to sign.
func ExampleService_Batch() {
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"createBatchSignatory":{"batchSignatory":{"href":"https://acme.example.dk/batch"}}}}`)
	}))
	defer remote.Close()
	service, err := criipto.New(criipto.Config{Endpoint: remote.URL, ClientID: "id", ClientSecret: signing.NewSecret("…")})
	if err != nil {
		log.Fatal(err)
	}
	link, err := service.Batch(context.Background(), []criipto.Pair{
		{Order: "SignatureOrder:7", Signatory: "Signatory:1"},
		{Order: "SignatureOrder:8", Signatory: "Signatory:2"},
	})
	fmt.Println(link, err) // a link is a secret
	fmt.Println(link.Reveal())
	// Output:
	// [secret] <nil>
	// https://acme.example.dk/batch
}

// What went wrong with webhooks, and another try.
func ExampleService_RetryWebhook() {
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, _ := io.ReadAll(r.Body); strings.Contains(string(b), "retryPayload\":") {
			_, _ = io.WriteString(w, `{"data":{"retrySignatureOrderWebhook":{"invocation":{"__typename":"WebhookSuccessfulInvocation"}}}}`)
			return
		}
		_, _ = io.WriteString(w, `{"data":{"signatureOrder":{"id":"SignatureOrder:7","webhook":{"logs":[
			{"__typename":"WebhookHttpErrorInvocation","event":"SIGNATORY_SIGNED","responseStatusCode":503,"retryPayload":"…"}]}}}}`)
	}))
	defer remote.Close()
	service, err := criipto.New(criipto.Config{Endpoint: remote.URL, ClientID: "id", ClientSecret: signing.NewSecret("…")})
	if err != nil {
		log.Fatal(err)
	}
	ctx, now := context.Background(), time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var failed []criipto.Delivery
	if failed, err = service.Deliveries(ctx, "SignatureOrder:7", now.AddDate(0, 0, -1), now, true); err != nil {
		log.Fatal(err)
	}
	for _, d := range failed {
		fmt.Println(d.Status, service.RetryWebhook(ctx, d))
	}
	// Output:
	// 503 <nil>
}

// Whether the service would take a document.
func ExampleService_ValidateDocument() {
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"validateDocument":{"valid":false,"previouslySigned":true}}}`)
	}))
	defer remote.Close()
	service, err := criipto.New(criipto.Config{Endpoint: remote.URL, ClientID: "id", ClientSecret: signing.NewSecret("…")})
	if err != nil {
		log.Fatal(err)
	}
	content := []byte("%PDF-1.7 …")
	var v *criipto.Validation
	if v, err = service.ValidateDocument(context.Background(), signing.Bytes("Lejekontrakt", content), digest(content)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Valid, v.PreviouslySigned)
	// Output:
	// false true
}

// A store of events that several replicas share implements Seen. This one is a map.
func ExampleSeen() {
	var seen criipto.Seen = replicas{}
	k := criipto.Key{1}
	first, _ := seen.Claim(context.Background(), k)
	_ = seen.Settle(context.Background(), k, true)
	again, _ := seen.Claim(context.Background(), k)
	fmt.Println(first, again)
	// Output:
	// true false
}

type replicas map[criipto.Key]bool

func (r replicas) Claim(_ context.Context, k criipto.Key) (bool, error) { return !r[k], nil }

func (r replicas) Settle(_ context.Context, k criipto.Key, handled bool) error {
	r[k] = handled
	return nil
}
