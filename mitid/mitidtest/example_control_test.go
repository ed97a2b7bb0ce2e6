package mitidtest_test

import (
	"context"
	"fmt"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Signing in as Paiman always aborts, and the fake tells why a login ended as it did.
func ExampleBroker_Always() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	if err := fake.Always(mitidtest.Paiman(), mitidtest.Abort()); err != nil {
		panic(err)
	}
	for _, who := range []mitidtest.Citizen{mitidtest.Paiman(), mitidtest.Ditlev()} {
		redirect, err := client.Begin(ctx, mitid.Request{})
		if err != nil {
			panic(err)
		}
		callback, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(who))
		if err != nil {
			panic(err)
		}
		_, _ = client.Complete(ctx, redirect.State, callback) // the record tells
	}
	for _, rule := range fake.Rules() {
		fmt.Println("rule for", rule.Citizen.Name)
	}
	for _, login := range fake.Logins() {
		fmt.Println(login.Who, login.State == mitidtest.LoginCompleted, login.Why)
	}
	// Output:
	// rule for Paiman Petersen
	// Paiman Petersen false a rule for Paiman Petersen: Abort
	// Ditlev Von Testesen true
}

// What happened in a login, step by step. Times are of the fake's clock.
func ExampleBroker_Logins() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	if err := fake.Tamper("wrong-nonce"); err != nil {
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

	login := fake.Logins()[0]
	fmt.Println(login.State, login.Why)
	for _, step := range login.Steps {
		fmt.Println("-", step.Text)
	}
	// Output:
	// TokenInvalid
	// completed the tampering wrong-nonce spoilt the id token
	// - the app asked for a login, with the answer to https://app.example/callback
	// - Walk said Approve(Ditlev Von Testesen)
	// - answered by redirect
	// - token endpoint answers 200
	// - the tampering wrong-nonce spoilt the id token
}

// The errors that the real broker documents, which the login page offers too.
func ExampleBroker_Failures() {
	fake, _ := start()
	defer func() { _ = fake.Close() }()
	for _, failure := range fake.Failures()[1:2] {
		fmt.Println(failure.Code + ": " + failure.Description)
		fmt.Println(failure.Words.In("da"), "/", failure.Words.In("en"))
	}
	fake.Next(fake.Failures()[1].Outcome()) // the next login ends so
	// Output:
	// mitid_core_client_error: unknown: Error loading authenticator
	// MitID's egen klient fejlede; prøv igen / MitID's own client failed; try again
}

// Between two tests the fake is brought back to its start.
func ExampleBroker_Reset() {
	fake, _ := start()
	defer func() { _ = fake.Close() }()
	fake.RememberStart() // the redirect URI that start allowed stays
	fake.Next(mitidtest.Abort())
	fake.RotateKeys()
	fake.Add(mitidtest.Citizen{Name: "Ægir Ørsted Åkjær"})

	fake.Reset()
	fmt.Println(len(fake.Queue()), len(fake.Citizens()) == len(mitidtest.Citizens()), fake.RedirectAllowed("https://app.example/callback"))
	// Output: 0 true true
}
