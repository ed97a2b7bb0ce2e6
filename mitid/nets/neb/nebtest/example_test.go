package nebtest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// The same login through a fake of Nets eID Broker, for a public provider: the
// broker looks CPR numbers up and shows no page.
func ExampleSettings() {
	fake, err := nebtest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	fake.Configure(func(s *nebtest.Settings) { s.PublicProvider = true })

	broker, err := neb.New(neb.Config{
		Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
		HTTPClient: fake.HTTPClient(), Now: fake.Now,
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost/callback", Now: fake.Now})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	redirect, err := client.Begin(ctx, mitid.Request{CPR: mitid.CPRRequired})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(fake.Citizens()[0]))
	if err != nil {
		log.Fatal(err)
	}
	login, err := client.Complete(ctx, redirect.State, answer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(fake.Name(), login.Level, login.Identity.Name.Full, !login.Identity.CPR.IsZero())
	// Output: neb substantial Ditlev Von Testesen true
}

// The catalogue of what can go wrong with a signature. Give a name to TamperSigning.
func ExampleSigningTamperings() {
	for _, m := range nebtest.SigningTamperings() {
		if m.Name == "session-reused" {
			fmt.Println(m.Want, m.Workflow)
		}
	}
	// Output: EvidenceIncomplete false
}
