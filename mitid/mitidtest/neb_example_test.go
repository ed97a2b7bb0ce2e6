package mitidtest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// The same login through a fake of Nets eID Broker, for a public provider: the
// broker looks CPR numbers up and shows no page.
func ExampleNEBSettings() {
	fake, err := mitidtest.Start(mitidtest.NEB, mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	fake.ConfigureNEB(func(s *mitidtest.NEBSettings) { s.PublicProvider = true })

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
	fmt.Println(fake.Dialect(), login.Level, login.Identity.Name.Full, !login.Identity.CPR.IsZero())
	// Output: neb substantial Ditlev Von Testesen true
}

func ExampleDialect() {
	for _, d := range mitidtest.Dialects() {
		fmt.Println(d, len(mitidtest.TamperingsOf(d)) > 150)
	}
	// Output:
	// criipto true
	// neb true
	// eident true
}
