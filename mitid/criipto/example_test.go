package criipto_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// atCriipto is the application as Criipto knows it. The secret comes from where
// the app keeps its secrets.
func atCriipto(secret string) criipto.Config {
	return criipto.Config{
		Issuer:       "https://acme.idura.broker", // the Verify domain
		ClientID:     "urn:my:application:identifier:6765",
		ClientSecret: mitid.NewSecret(secret),
	}
}

// atFake is the same application in a test or a demonstration.
func atFake(fake *criiptotest.Broker) criipto.Config {
	return criipto.Config{
		Issuer:       fake.Issuer(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	}
}

// The Config is all that differs between a test and production.
func Example() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()

	for _, cfg := range []criipto.Config{atCriipto("shown once by the dashboard"), atFake(fake)} {
		broker, err := criipto.New(cfg) // looks nothing up yet
		if err != nil {
			log.Fatal(err)
		}
		client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
		if err != nil {
			log.Fatal(err)
		}
		if cfg.Issuer != fake.Issuer() {
			fmt.Println(broker) // neither a Broker nor a Config prints the secret
			continue
		}
		login, err := logIn(fake, client)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(login.Identity.Name.Full)
	}
	// Output:
	// criipto.Broker(https://acme.idura.broker)
	// Ditlev Von Testesen
}

// logIn takes the first citizen through a login.
func logIn(fake *criiptotest.Broker, client *mitid.Client) (*mitid.Login, error) {
	redirect, err := client.Begin(context.Background(), mitid.Request{})
	if err != nil {
		return nil, err
	}
	answer, err := mitidtest.Walk(context.Background(), fake, redirect)
	if err != nil {
		return nil, err
	}
	return client.Complete(context.Background(), redirect.State, answer)
}
