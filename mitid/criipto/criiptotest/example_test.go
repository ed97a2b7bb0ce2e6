package criiptotest_test

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

// The switches of the vendor's dashboard.
func ExampleBroker_Configure() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	fake.Configure(func(s *criiptotest.Settings) {
		s.PAR = criiptotest.PARRequired
		s.CompanyAlias = "Sømandshjemmet"
		s.Userinfo = criiptotest.FromTokenEndpoint
	})

	_, err := client.Begin(context.Background(), mitid.Request{Action: mitid.Approve, ReferenceText: "Godkend overførsel"})
	if err != nil {
		panic(err)
	}
	for _, r := range fake.Requests() {
		tokens, _ := criiptotest.Hint(r)
		fmt.Println(r, r.Auth, tokens)
	}
	// Output:
	// GET /.well-known/openid-configuration  []
	// POST /oauth2/par client_secret_basic [action:approve message:R29ka2VuZCBvdmVyZsO4cnNlbA==]
}
