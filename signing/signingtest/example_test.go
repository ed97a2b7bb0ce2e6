package signingtest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// An application places an order, the person signs, and the application closes it. The
// client here is four lines of net/http; use package signing/criipto instead.
func Example() {
	fake, err := signingtest.Start(signingtest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = fake.Close() }()

	pdf := base64.StdEncoding.EncodeToString(fakepdf.New(fakepdf.Page{Lines: []string{"Aftale på Ærø"}}))
	order := ask(fake, `mutation { createSignatureOrder(input: {
		documents: [{ pdf: { title: "Aftale", storageMode: Temporary, blob: "`+pdf+`" } }], signatories: [{}]
	}) { signatureOrder { id signatories { href } } } }`).Create.Order

	if err := fake.SignAs(context.Background(), order.Signatories[0].Href, mitidtest.Ditlev()); err != nil {
		fmt.Println(err)
		return
	}
	closed := ask(fake, `mutation { closeSignatureOrder(input: { signatureOrderId: "`+order.ID+`", retainDocumentsForDays: 7 }) {
		signatureOrder { status signatories { status } documents { blob } } } }`).Close.Order
	fmt.Println(closed.Status, closed.Signatories[0].Status, closed.Documents[0].Blob[:8])
	// Output: CLOSED SIGNED JVBERi0x
}

type exampleOrder struct {
	ID, Status  string
	Signatories []struct{ Href, Status string }
	Documents   []struct{ Blob string }
}

type exampleAnswer struct {
	Create struct {
		Order exampleOrder `json:"signatureOrder"`
	} `json:"createSignatureOrder"`
	Close struct {
		Order exampleOrder `json:"signatureOrder"`
	} `json:"closeSignatureOrder"`
}

func ask(fake *signingtest.Service, query string) exampleAnswer {
	body, _ := json.Marshal(map[string]any{"query": query})
	req, _ := http.NewRequest(http.MethodPost, fake.Endpoint(), strings.NewReader(string(body)))
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(fake.ClientID(), fake.ClientSecret().Reveal())
	var answer struct{ Data exampleAnswer }
	if res, err := fake.HTTPClient().Do(req); err == nil {
		defer func() { _ = res.Body.Close() }()
		text, _ := io.ReadAll(res.Body)
		_ = json.Unmarshal(text, &answer)
	}
	return answer.Data
}

// What became of each signatory, and why.
func ExampleService_Signatories() {
	fake, err := signingtest.Start(signingtest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = fake.Close() }()

	pdf := base64.StdEncoding.EncodeToString(fakepdf.New(fakepdf.Page{Lines: []string{"Aftale på Ærø"}}))
	order := ask(fake, `mutation { createSignatureOrder(input: {
		documents: [{ pdf: { title: "Aftale", storageMode: Temporary, blob: "`+pdf+`" } }], signatories: [{ role: "Udlejer" }]
	}) { signatureOrder { id signatories { href } } } }`).Create.Order
	_ = fake.Reject(context.Background(), order.Signatories[0].Href, mitidtest.Paiman(), "Beløbet er forkert")
	for _, g := range fake.Signatories() {
		fmt.Printf("%s: %s, because %s\n", g.Who, g.Status, g.Why)
		for _, step := range g.Steps {
			fmt.Println("-", step.Text)
		}
	}
	// Output:
	// Udlejer: REJECTED, because the person rejected: Beløbet er forkert
	// - added to the order
	// - signatory rejected
}
