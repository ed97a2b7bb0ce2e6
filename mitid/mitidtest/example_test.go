package mitidtest_test

import (
	"context"
	"fmt"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// start starts a fake and a client for it; a test would use criiptotest.New.
func start() (*criiptotest.Broker, *mitid.Client) {
	fake, err := criiptotest.Start(mitidtest.Config{})
	if err != nil {
		panic(err)
	}
	const callback = "https://app.example/callback"
	fake.AllowRedirect(callback)
	broker, err := criipto.New(criipto.Config{
		Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
		HTTPClient: fake.HTTPClient(), Now: fake.Now,
	})
	if err != nil {
		panic(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: callback, Now: fake.Now})
	if err != nil {
		panic(err)
	}
	return fake, client
}

// A whole login without a browser. In a test, Login does these three steps.
func ExampleWalk() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	redirect, err := client.Begin(ctx, mitid.Request{})
	if err != nil {
		panic(err)
	}
	citizen := mitidtest.Citizen{Name: "Ægir Ørsted Åkjær", BirthDate: "1990-02-28"}
	callback, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(citizen))
	if err != nil {
		panic(err)
	}
	login, err := client.Complete(ctx, redirect.State, callback)
	if err != nil {
		panic(err)
	}
	fmt.Println(login.Identity.Name.Full, login.Level)
	// Output: Ægir Ørsted Åkjær substantial
}

// What the next people do is queued.
func ExampleBroker_Next() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	fake.Next(mitidtest.Abort(), mitidtest.Fail("mitid_core_client_error", "unknown: API xhr time error"))
	for range 2 {
		redirect, err := client.Begin(ctx, mitid.Request{})
		if err != nil {
			panic(err)
		}
		callback, err := mitidtest.Walk(ctx, fake, redirect)
		if err != nil {
			panic(err)
		}
		_, err = client.Complete(ctx, redirect.State, callback)
		fmt.Println(mitid.KindOf(err))
	}
	// Output:
	// UserCancelled
	// BrokerUnavailable
}

// A spoilt answer, and how it must be refused.
func ExampleBroker_Tamper() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	if err := fake.Tamper("wrong-issuer"); err != nil {
		panic(err)
	}
	redirect, err := client.Begin(ctx, mitid.Request{})
	if err != nil {
		panic(err)
	}
	callback, err := mitidtest.Walk(ctx, fake, redirect)
	if err != nil {
		panic(err)
	}
	_, err = client.Complete(ctx, redirect.State, callback)
	fmt.Println(mitid.KindOf(err))
	// Output: TokenInvalid
}

// What arrived, and what was to be spoilt of it.
func ExampleBroker_Requests() {
	fake, client := start()
	defer func() { _ = fake.Close() }()

	if err := fake.Tamper("callback-replayed"); err != nil {
		panic(err)
	}
	for _, t := range fake.Tamperings() {
		if t.Delivery == mitidtest.DeliverTwice {
			fmt.Println(t.Name+":", t.Doc)
		}
	}
	visit(fake, client)
	for _, r := range fake.Requests() {
		fmt.Printf("%s %q\n", r, r.Auth)
	}
	// Output:
	// callback-replayed: the callback is replayed after it succeeded
	// GET /.well-known/openid-configuration ""
	// POST /oauth2/par "client_secret_basic"
	// GET /oauth2/authorize ""
}

// visit takes the browser's part of a login at any fake.
func visit(fake mitidtest.Fake, client *mitid.Client) {
	redirect, err := client.Begin(context.Background(), mitid.Request{})
	if err != nil {
		panic(err)
	}
	if _, err := mitidtest.Walk(context.Background(), fake, redirect); err != nil {
		panic(err)
	}
}
