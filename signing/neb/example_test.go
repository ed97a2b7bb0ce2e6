package neb_test

import (
	"context"
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// started starts a fake and a service at it.
func started() (*nebtest.Broker, *neb.Service) {
	fake, err := nebtest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	broker, err := nets.New(nets.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	service, err := neb.New(neb.Config{
		Broker:       broker,
		RedirectURL:  "http://localhost:8080/signed",
		APIClientID:  fake.ClientID(), // at the real broker an API client of its own
		APISecret:    fake.ClientSecret(),
		Organisation: claims.MustParseCVR("12345674"),
	})
	if err != nil {
		log.Fatal(err)
	}
	return fake, service
}

// One person signs one text in one login.
func Example() {
	fake, service := started()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	redirect, err := service.Sign(ctx, neb.Signtext{Type: neb.Text, Body: []byte("Jeg køber Ærø for 100 kr.")}, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	// The browser goes to redirect.URL, and redirect.State stays in a cookie of this
	// browser. The broker sends it back to the redirect URL with an answer.
	answer, err := mitidtest.Walk(ctx, fake, redirect)
	if err != nil {
		log.Fatal(err)
	}
	signed, err := service.Complete(ctx, redirect.State, answer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(signed.Type, signed.SHA256, signed.Signature.Level)
	fmt.Println(signed) // it names a person, so it does not print
	// Output:
	// text c0b23210f7d345e2a071a2cc4b49ea42aa96250c47a4514b3a383b92a1875e81 substantial
	// [private]
}

// Two people sign an order. Give the service to signing.New as Service and Verifier.
func ExampleService_SignOrder() {
	fake, service := started()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	pdf := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Ærø"}})
	order := &signing.Order{
		Reference: "lejemaal-7", Title: "Lejekontrakt", Expires: time.Now().Add(48 * time.Hour), Documents: []signing.Document{signing.Bytes("Lejekontrakt", pdf)},
		Signatories: []signing.Signatory{{Reference: "lejer", Who: signing.Who{Anyone: true}}, {Reference: "udlejer", Who: signing.Who{Anyone: true}}},
	}
	placed, err := service.CreateOrder(ctx, order, []signing.Digest{sum(pdf)}) // signing.Client.Place does it
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range placed.Ticket.Signatories {
		redirect, err := service.SignOrder(ctx, placed.Ticket, order, s.ID, mitid.Request{}) // when the person has come to your page
		if err != nil {
			log.Fatal(err)
		}
		answer, err := mitidtest.Walk(ctx, fake, redirect)
		if err != nil {
			log.Fatal(err)
		}
		signed, err := service.Complete(ctx, redirect.State, answer)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(s.Reference, "signed", signed.Order == placed.Ticket.ID)
	}
	progress, err := service.Order(ctx, placed.Ticket.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(progress.State == signing.OrderClosed)
	// Output:
	// lejer signed true
	// udlejer signed true
	// true
}

// The person of an answer that comes from an old session has signed nothing.
func ExampleService_Complete_refused() {
	fake, service := started()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	if err := fake.TamperSigning("session-reused"); err != nil {
		log.Fatal(err)
	}
	redirect, err := service.Sign(ctx, neb.Signtext{Type: neb.HTML, Body: []byte("<p>Jeg køber <b>Ærø</b>.</p>")}, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect)
	if err != nil {
		log.Fatal(err)
	}
	_, err = service.Complete(ctx, redirect.State, answer)
	fmt.Println(signing.KindOf(err))
	_, err = service.Complete(ctx, redirect.State, mitid.Callback{Method: "GET", RawQuery: url.Values{"error": {"access_denied"}}.Encode()})
	fmt.Println(signing.KindOf(err))
	// Output:
	// EvidenceIncomplete
	// InputInvalid
}
