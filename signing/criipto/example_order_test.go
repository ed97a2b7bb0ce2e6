package criipto_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// A lease is placed, signed and brought home. Here the service is the fake; in production
// Endpoint and HTTPClient are left out, and the Verifier pins the seal of the service.
func Example_order() {
	fake, err := signingtest.Start(signingtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	service, err := criipto.New(criipto.Config{
		Endpoint:     fake.Endpoint(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
		HTTPClient:   fake.HTTPClient(),
		Level:        claims.Substantial,
		Now:          fake.Now,
	})
	if err != nil {
		log.Fatal(err)
	}
	var verifier *criipto.Verifier
	verifier, err = criipto.NewVerifier(criipto.VerifierConfig{
		Issuer:     fake.Verify().Issuer(),
		Audiences:  []string{fake.Verify().ClientID()},
		SealRoots:  fake.SealRoots(),
		AllowTest:  true, // the fake is the test environment
		HTTPClient: fake.Verify().HTTPClient(),
		Now:        fake.Now,
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := signing.New(signing.Config{Service: service, Verifier: verifier, Now: fake.Now})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	tenant := mitidtest.Ditlev() // known from an earlier login
	order := &signing.Order{
		Reference:   "lejekontrakt-7", // stored before the order is placed
		Title:       "Lejekontrakt, Ærøvej 7",
		Documents:   []signing.Document{signing.Bytes("Lejekontrakt", fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt æøå"}}))},
		Signatories: []signing.Signatory{{Reference: "lejer", Who: signing.Who{UUID: claims.MustParseUUID(tenant.UUID)}}},
	}
	placed, err := client.Place(ctx, order)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the link for the letter:", placed.Links[0]) // a secret; Reveal gives it

	if err = fake.SignAs(ctx, placed.Links[0].Reveal(), tenant); err != nil { // what the person does in a browser
		log.Fatal(err)
	}
	result, err := client.Complete(ctx, placed.Ticket, order, func(_ context.Context, r *signing.Result) error {
		return nil // store r.Documents[0].Content; the service deletes it afterwards
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("signed:", result.End == signing.EndSigned)
	fmt.Println("by:", result.Documents[0].Verdict.Signatures[0].Reference)
	// Output:
	// the link for the letter: [secret]
	// signed: true
	// by: lejer
}
