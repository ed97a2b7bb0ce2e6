package mitid_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A whole login. The fake plays the browser and the person in it.
func Example() {
	fake, client := demo()
	defer fake.Close()
	ctx := context.Background()

	// The person wants to log in: send the browser to redirect.URL, and let it
	// keep redirect.State in a cookie.
	redirect, err := client.Begin(ctx, mitid.Request{CPR: mitid.CPRIfPresent})
	if err != nil {
		log.Fatal(err)
	}

	// The person uses MitID, and the browser comes back to the redirect address.
	// In a handler, answer is what ReadCallback reads from the request.
	answer, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}

	// A login or an error, never both.
	login, err := client.Complete(ctx, redirect.State, answer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full, login.Level)
	fmt.Println(login.Identity.CPR, login.Identity.CPR.BirthDate().Format(time.DateOnly))
	// Output:
	// Ditlev Von Testesen substantial
	// ******-**** 1927-01-21
}

// demo starts a fake Criipto and a client for it.
func demo() (*criiptotest.Broker, *mitid.Client) {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	return fake, clientOf(fake, "http://localhost:8080")
}

// clientOf returns a client for an app at address. With the real Criipto nothing
// differs but the criipto.Config.
func clientOf(fake *criiptotest.Broker, address string) *mitid.Client {
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback"})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

// logIn takes a person through a whole login, as Example does.
func logIn(fake *criiptotest.Broker, client *mitid.Client, r mitid.Request, as ...mitidtest.Outcome) (*mitid.Login, error) {
	redirect, err := client.Begin(context.Background(), r)
	if err != nil {
		return nil, err
	}
	answer, err := mitidtest.Walk(context.Background(), fake, redirect, as...)
	if err != nil {
		return nil, err
	}
	return client.Complete(context.Background(), redirect.State, answer)
}
