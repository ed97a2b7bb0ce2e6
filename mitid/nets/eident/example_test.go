package eident_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// atEIdent is the merchant as E-Ident knows it. The secret comes from where the
// app keeps its secrets.
func atEIdent(secret string) eident.Config {
	return eident.Config{
		Issuer:       "https://www.ident-preprod1.nets.eu/oidc",
		ClientID:     "MER2",
		ClientSecret: mitid.NewSecret(secret),
	}
}

// atFake is the same merchant in a test or a demonstration.
func atFake(fake *eidenttest.Broker) eident.Config {
	return eident.Config{
		Issuer:       fake.Issuer(),
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	}
}

// demo is a fake E-Ident and a client of it.
func demo() (*eidenttest.Broker, *mitid.Client) {
	fake, err := eidenttest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	broker, err := eident.New(atFake(fake))
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	return fake, client
}

// finish takes somebody through the broker's pages and completes the login.
func finish(fake *eidenttest.Broker, client *mitid.Client, redirect *mitid.Redirect, as mitidtest.Outcome) (*mitid.Login, error) {
	answer, err := mitidtest.Walk(context.Background(), fake, redirect, as)
	if err != nil {
		return nil, err
	}
	return client.Complete(context.Background(), redirect.State, answer)
}

// The Config is all that differs between a test and production, and between this
// broker and another one.
func Example() {
	fake, client := demo()
	defer fake.Close()
	redirect, err := client.Begin(context.Background(), mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	login, err := finish(fake, client, redirect, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full, login.Level)
	fmt.Println(atEIdent("hemmelig æøå")) // a Config does not print its secret
	// Output:
	// Ditlev Von Testesen substantial
	// [private]
}

// A CPR number of private people only: everybody logs in without one, and who came
// for themself is asked afterwards, without a new login.
func ExampleBroker_StepUp() {
	fake, client := demo()
	defer fake.Close()
	ctx := context.Background()
	employee := mitidtest.CompanyEmployee()
	for _, as := range []mitidtest.Outcome{mitidtest.Approve(employee), mitidtest.Approve(employee).For("12345674")} {
		redirect, err := client.Begin(ctx, mitid.Request{Capacity: claims.CapacityEither})
		if err != nil {
			log.Fatal(err)
		}
		login, err := finish(fake, client, redirect, as)
		if err != nil {
			log.Fatal(err)
		}
		if login.Identity.Capacity == claims.CapacityPrivate {
			redirect, err = client.StepUp(ctx, login, mitid.Request{CPR: mitid.CPRRequired})
			if err != nil {
				log.Fatal(err) // ErrInteractionRequired after 15 minutes: begin a new login
			}
			if login, err = finish(fake, client, redirect, as); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Println(login.Identity.Capacity, "has a CPR number:", !login.Identity.CPR.IsZero())
	}
	// Output:
	// private has a CPR number: true
	// professional has a CPR number: false
}

// What is asked travels through the browser in the clear, so a UUID is refused
// until the application decides that it may.
func ExampleConfig_uuidInURL() {
	fake, _ := demo()
	defer fake.Close()
	ditlev, err := claims.ParseUUID(mitidtest.Ditlev().UUID)
	if err != nil {
		log.Fatal(err)
	}
	for _, allowed := range []bool{false, true} {
		cfg := atFake(fake)
		cfg.UUIDInURL = allowed
		broker, err := eident.New(cfg)
		if err != nil {
			log.Fatal(err)
		}
		client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
		if err != nil {
			log.Fatal(err)
		}
		_, err = client.Begin(context.Background(), mitid.Request{UUID: ditlev})
		fmt.Println(allowed, err)
	}
	// Output:
	// false mitid: begin (eident): Unsupported: Request.UUID: this broker takes it only in the browser's address; Config.UUIDInURL allows that
	// true <nil>
}

// Where the vendor publishes no answer there is a setting.
func ExampleTextEncoding() {
	cfg := atEIdent("hemmelig æøå")
	cfg.TextEncoding = eident.Base64
	cfg.AMRSeparator = " "
	broker, err := eident.New(cfg) // looks nothing up yet
	fmt.Println(broker, err)

	cfg.AMRSeparator = "og"
	_, err = eident.New(cfg)
	fmt.Println(err)
	// Output:
	// eident.Broker(https://www.ident-preprod1.nets.eu/oidc) <nil>
	// mitid: new (eident): ConfigInvalid: Config.AMRSeparator must be a comma or a blank
}

// A text that the person approves in MitID comes back in the answer and is compared
// with what was sent.
func ExampleBroker_Complete() {
	fake, client := demo()
	defer fake.Close()
	text := mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b> for 100 kr.</p>"}
	redirect, err := client.Begin(context.Background(), mitid.Request{TransactionText: text})
	if err != nil {
		log.Fatal(err)
	}
	login, err := finish(fake, client, redirect, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Texts.Transaction.Body == text.Body, len(login.Evidence.Tokens))

	redirect, err = client.Begin(context.Background(), mitid.Request{TransactionText: text})
	if err != nil {
		log.Fatal(err)
	}
	if err := fake.Tamper("other-text"); err != nil {
		log.Fatal(err)
	}
	_, err = finish(fake, client, redirect, mitidtest.Approve(mitidtest.Ditlev()))
	fmt.Println(mitid.KindOf(err))
	// Output:
	// true 1
	// TransactionMismatch
}
