package dkeid_test

import (
	"context"
	"fmt"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Somebody logs in. The broker is a fake one, and so is the person.
func Example() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = fake.Close() }()

	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://127.0.0.1:8080/callback"})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	redirect, err := client.Begin(ctx, mitid.Request{}) // send the browser to redirect.URL
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(mitidtest.Ditlev())) // which comes back with this
	if err != nil {
		fmt.Println(err)
		return
	}
	login, err := client.Complete(ctx, redirect.State, answer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(login.Identity.Name.Full, login.Level)
	// Output: Ditlev Von Testesen substantial
}
