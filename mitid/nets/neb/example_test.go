package neb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// atNets is the client as the broker knows it. The secret comes from where the app
// keeps its secrets.
func atNets(secret string) neb.Config {
	return neb.Config{
		Issuer:       neb.PreProduction,
		ClientID:     "0a775a87-878c-4b83-abe3-ee29c720c3e7", // published for tests
		ClientSecret: mitid.NewSecret(secret),
	}
}

// atFake is the same client in a test or a demonstration.
func atFake(fake *nebtest.Broker) neb.Config {
	return neb.Config{
		Issuer:       fake.Issuer(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	}
}

// logIn takes the first citizen through a login.
func logIn(fake *nebtest.Broker, client *mitid.Client, r mitid.Request, as ...mitidtest.Outcome) (*mitid.Login, error) {
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

// started starts a fake and a client of it.
func started(change func(*neb.Config)) (*nebtest.Broker, *mitid.Client) {
	fake, err := nebtest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	cfg := atFake(fake)
	if change != nil {
		change(&cfg)
	}
	broker, err := neb.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	return fake, client
}

// The Config is all that differs between a test and production.
func Example() {
	broker, err := neb.New(atNets("shown once by the broker's administration")) // looks nothing up yet
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(broker) // neither a Broker nor a Config prints the secret

	fake, client := started(nil)
	defer func() { _ = fake.Close() }()
	login, err := logIn(fake, client, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full)
	// Output:
	// neb.Broker(https://pp.netseidbroker.dk/op)
	// Ditlev Von Testesen
}

// A text to approve, and the evidence that a person approved it.
func ExampleTextCarrier() {
	fake, client := started(func(c *neb.Config) { c.TextCarrier = neb.SignText })
	defer func() { _ = fake.Close() }()
	login, err := logIn(fake, client, mitid.Request{
		Action:          mitid.Sign,
		TransactionText: mitid.Text{Body: "Jeg køber en halv Ærø for 1.200 kr."},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Texts.Transaction.Body)
	fmt.Println(login.Claims.(*neb.Claims).Transaction.Actions)
	for _, token := range login.Evidence.Tokens {
		fmt.Println(token.Use, token.Raw) // a token does not print
	}
	// Output:
	// Jeg køber en halv Ærø for 1.200 kr.
	// [mitid.login mitid.transaction_signing]
	// id_token [secret]
	// transaction_token [secret]
	// transaction_token_ocsp_resp [secret]
	// userinfo [secret]
	// access_token [secret]
}

// Ask private people for their CPR number, and spare employees: log in without it,
// then step up when the person came for themself. Nobody logs in twice.
func ExampleBroker_StepUp() {
	fake, client := started(nil)
	defer func() { _ = fake.Close() }()
	browser := fake.NewBrowser() // the broker knows the person by it
	ctx := context.Background()
	walk := func(redirect *mitid.Redirect, err error) *mitid.Login {
		if err != nil {
			log.Fatal(err)
		}
		answer, err := browser.Walk(ctx, redirect)
		if err != nil {
			log.Fatal(err)
		}
		login, err := client.Complete(ctx, redirect.State, answer)
		if err != nil {
			log.Fatal(err)
		}
		return login
	}

	login := walk(client.Begin(ctx, mitid.Request{Capacity: claims.CapacityEither}))
	fmt.Println(login.Identity.Capacity, login.Identity.CPR.IsZero())
	login = walk(client.StepUp(ctx, login, mitid.Request{CPR: mitid.CPRRequired}))
	fmt.Println(login.Identity.Capacity, login.Identity.CPR.IsZero())
	// Output:
	// private true
	// private false
}

// What contradicts itself is refused before the first login.
func ExampleConfig() {
	cfg := atNets("hemmelig æøå")
	cfg.TextCarrier = neb.RequestObject
	_, err := neb.New(cfg)
	fmt.Println(err)
	fmt.Println(cfg)
	// Output:
	// mitid: new (neb): ConfigInvalid: Config.TextCarrier RequestObject needs SignRequests
	// [private]
}

// The endpoint tells a little more than the token, at the price of a call.
func ExampleSource() {
	fake, client := started(func(c *neb.Config) { c.Source = neb.UserinfoEndpoint })
	defer func() { _ = fake.Close() }()
	login, err := logIn(fake, client, mitid.Request{ReferenceText: "Log på hos Æblegården"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Texts.Reference.Body)
	// Output: Log på hos Æblegården
}
