package eident_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// A merchant that uses SAML. The Client, its requests and its logins are the same as with
// OpenID Connect.
func ExampleNewSAML() {
	fake, err := eidenttest.StartSAML(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	// The vendor registers the artifact receiver; at the fake it is a setting.
	const receiver = "http://localhost:8080/callback"
	fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = receiver })

	broker, err := eident.NewSAML(eident.SAMLConfig{
		Origin:   fake.Origin(), // https://www.e-ident.nets.eu in production
		MID:      fake.ClientID(),
		Password: fake.ClientSecret(),
		Signers:  []*x509.Certificate{fake.Keys().Active().Certificate},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: receiver})
	if err != nil {
		log.Fatal(err)
	}
	redirect, err := client.Begin(context.Background(), mitid.Request{Capacity: claims.CapacityEither, ReferenceText: "Log på Ærø Bank"})
	if err != nil {
		log.Fatal(err)
	}
	login, err := finish(fake, client, redirect, mitidtest.Approve(mitidtest.Paiman()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full, login.Level, login.Texts.Reference.Body)
	// Output:
	// Paiman Petersen substantial Log på Ærø Bank
}

// What the SAML adapter is: a mitid.Broker that can step up.
func ExampleSAMLBroker() {
	broker, err := eident.NewSAML(eident.SAMLConfig{Origin: "https://www.e-ident.nets.eu", MID: "MER2", Password: mitid.NewSecret("hemmelig")})
	if err != nil {
		log.Fatal(err)
	}
	var saml *eident.SAMLBroker = broker
	var _ mitid.StepUpper = saml
	fmt.Println(saml, saml.Callback().State)
	// Output:
	// eident.SAMLBroker(https://www.e-ident.nets.eu) TARGET
}
