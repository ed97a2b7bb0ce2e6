package signing_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// agreement is where an adapter stands in a real program, such as signing/criipto with its
// Verifier.
func agreement() *memory { return newMemory() }

func clientFor(service *memory) *signing.Client {
	client, err := signing.New(signing.Config{
		Service: service, Verifier: service, Now: func() time.Time { return service.now },
		Allow: signing.Allow{Forms: false}, // the default: a document with form fields is refused
	})
	if err != nil {
		panic(err)
	}
	return client
}

// lease is an order for one document and two people, who are known from earlier logins.
func lease() *signing.Order {
	return &signing.Order{
		Reference: "lejekontrakt-a7",
		Title:     "Lejekontrakt, Ærøvej 7",
		Documents: []signing.Document{signing.Bytes("Lejekontrakt", pdf("Lejekontrakt for Åse og Bjørn"))},
		Signatories: []signing.Signatory{
			{Reference: "lejer", SigningAs: "lejer", Who: signing.Who{UUID: claims.MustParseUUID("11111111-2222-4333-8444-000000000000")}},
			{Reference: "udlejer", SigningAs: "udlejer", Role: signing.Signer, Who: signing.Who{Subject: "{sub-1}"}},
		},
		Language: signing.Danish,
	}
}

// An order from its beginning to its end. Everything that could get lost is stored.
func Example() {
	ctx := context.Background()
	service := agreement()
	client, order := clientFor(service), lease()

	// Store order.Reference, and then:
	placed, err := client.Place(ctx, order)
	if err != nil {
		fmt.Println(err)
		return
	}
	ticket, _ := json.Marshal(placed.Ticket) // store it
	fmt.Println(len(placed.Links), "links:", placed.Links[0])

	complete := func() (*signing.Result, error) {
		var t signing.Ticket
		if err := json.Unmarshal(ticket, &t); err != nil {
			return nil, err
		}
		return client.Complete(ctx, t, order, func(_ context.Context, r *signing.Result) error {
			for _, d := range r.Documents {
				fmt.Printf("stored %q\n", d.Title) // encrypt d.Content
			}
			return nil // the service may delete everything now
		})
	}
	_, err = complete()
	fmt.Println(errors.Is(err, signing.ErrPending), signing.KindOf(err).Then())

	service.sign(placed.Ticket.ID, 0, 1) // the people do this in a browser
	result, err := complete()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.End)
	for _, s := range result.Documents[0].Verdict.Signatures {
		fmt.Println(s.Reference, s.Level, s.SignedAt.Format(time.DateOnly))
	}
	// Output:
	// 2 links: [secret]
	// true retry
	// stored "Lejekontrakt"
	// signed
	// lejer substantial 2026-11-30
	// udlejer substantial 2026-11-30
}

// The answer to Place was lost, or the program died while it waited. PlaceAgain finds the
// order, if the service has it.
func ExampleClient_PlaceAgain() {
	ctx := context.Background()
	service := agreement()
	client, order := clientFor(service), lease()
	service.step = func(_ string, after bool) error {
		if after {
			return &signing.Error{Kind: signing.OutcomeUnknown, Why: "the connection ended"}
		}
		return nil
	}
	_, err := client.Place(ctx, order)
	fmt.Println(err)
	service.step = nil

	placed, err := client.PlaceAgain(ctx, order)
	fmt.Println(placed.Ticket.Reference, len(service.orders), err)
	// Output:
	// signing: place (memory): OutcomeUnknown: the connection ended
	// lejekontrakt-a7 1 <nil>
}

// Watch is the way without webhooks. The cursor is stored with what was done.
func ExampleClient_Watch() {
	ctx := context.Background()
	service := agreement()
	client := clientFor(service)
	placed, _ := client.Place(ctx, lease())
	service.set(placed.Ticket.ID, 0, signing.SignatoryRejected)

	var cursor signing.Cursor
	for event, err := range client.Watch(ctx, placed.Ticket, cursor) {
		if err != nil {
			fmt.Println(err) // and Watch asks again, if err is one to retry
			continue
		}
		fmt.Println(event.Kind, event.Progress.Ended())
		cursor = event.Cursor
	}
	// Output:
	// rejected rejected
}

// strict is a Verifier that demands more than the adapter's does.
type strict struct{ signing.Verifier }

func (s strict) Verify(ctx context.Context, x *signing.Exhibit) (*signing.Verdict, error) {
	verdict, err := s.Verifier.Verify(ctx, x)
	if err != nil {
		return nil, err
	}
	for _, signature := range verdict.Signatures {
		if signature.Level < claims.High {
			return nil, &signing.Error{Kind: signing.AssuranceTooLow, Why: "contracts need the level high"}
		}
	}
	return verdict, nil
}

// A Verifier of your own can stand in front of the adapter's.
func ExampleVerifier() {
	ctx := context.Background()
	service := agreement()
	client, err := signing.New(signing.Config{Service: service, Verifier: strict{service}, Now: func() time.Time { return service.now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := lease()
	placed, _ := client.Place(ctx, order)
	service.sign(placed.Ticket.ID, 0, 1)
	_, err = client.Complete(ctx, placed.Ticket, order, func(context.Context, *signing.Result) error { return nil })
	fmt.Println(err)
	// Output:
	// signing: complete (memory): AssuranceTooLow: contracts need the level high; the service keeps the documents until 2026-12-07 12:00 UTC
}

// An order can be looked at while people sign. What a person says when they reject is
// theirs: it never prints by accident.
func ExampleClient_Order() {
	ctx := context.Background()
	service := agreement()
	client := clientFor(service)
	placed, _ := client.Place(ctx, lease())
	service.set(placed.Ticket.ID, 1, signing.SignatoryRejected)
	service.orders[placed.Ticket.ID].progress.Signatories[1].Reason = signing.NewRaw([]byte("Huslejen er for høj"))

	progress, err := client.Order(ctx, placed.Ticket)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(progress.State, progress.Ended(), progress.Documents[0].Available)
	for _, s := range progress.Signatories {
		fmt.Println(s.Reference, s.State, s.Reason.IsZero())
	}
	fmt.Println(progress.Signatories[1].Reason, len(progress.Signatories[1].Reason.Reveal()))
	// Output:
	// open rejected true
	// lejer open true
	// udlejer rejected false
	// [private] 20
}

// A ticket is what to store about an order. Its JSON is read strictly.
func ExampleTicket() {
	service := agreement()
	placed, _ := clientFor(service).Place(context.Background(), lease())
	for _, d := range placed.Ticket.Documents {
		fmt.Println(d.ID, d.SHA256.String()[:8])
	}
	for _, s := range placed.Ticket.Signatories {
		fmt.Println(s.ID, s.Reference)
	}
	text, _ := json.Marshal(placed.Ticket)
	var read signing.Ticket
	fmt.Println(json.Unmarshal(text, &read), read.ID == placed.Ticket.ID)
	fmt.Println(errors.Is(json.Unmarshal([]byte(`{"id":"Order:1"}`), &read), signing.ErrInputInvalid))
	// Output:
	// Document:0 e94c121f
	// Signatory:0 lejer
	// Signatory:1 udlejer
	// <nil> true
	// true
}

// A program can ask what the service behind a Client can do.
func ExampleCapabilities() {
	var service signing.Service = agreement()
	can := service.Capabilities()
	_, finds := service.(signing.Finder)
	_, judges := service.(signing.Judge) // has a Verifier for what it issues
	fmt.Println(can.Name, can.Links, can.Find && finds, can.Retention, judges)
	// Output:
	// memory true true 7 false
}

// The tokens in a verdict are the evidence of who signed. Keep them as they are.
func ExampleSignature() {
	signature := signing.Signature{
		Signatory: "Signatory:0", Reference: "lejer", Level: claims.Substantial,
		Evidence: []signing.Token{{Use: "id_token", Raw: signing.NewSecret("eyJhbGciOi…"), Key: []byte(`{"kty":"RSA"}`)}},
	}
	for _, token := range signature.Evidence {
		fmt.Println(token.Use, token.Raw, string(token.Key))
	}
	fmt.Println(signature)
	// Output:
	// id_token [secret] {"kty":"RSA"}
	// [private]
}
