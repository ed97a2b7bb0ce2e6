package eidenttest_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// The vendor of E-Ident does not publish everything. Each open question is a
// switch, so that an application can be tried with every answer.
func ExampleSettings() {
	fake, err := eidenttest.Start(mitidtest.Config{AnyLoopbackRedirect: true, Auto: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	broker, err := eident.New(eident.Config{
		Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), TextEncoding: eident.Plain,
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	login := func() (*mitid.Login, error) {
		redirect, err := client.Begin(context.Background(), mitid.Request{ReferenceText: "Køb på Ærø", Fresh: true})
		if err != nil {
			return nil, err
		}
		answer, err := mitidtest.Walk(context.Background(), fake, redirect)
		if err != nil {
			return nil, err
		}
		return client.Complete(context.Background(), redirect.State, answer)
	}
	for _, answer := range []eidenttest.Settings{
		{Texts: eidenttest.ReadPlain, Echo: eidenttest.EchoBase64},
		{Texts: eidenttest.ReadBase64},
		{AuthTime: eidenttest.AuthTimeDate},
		{AuthTime: eidenttest.NoAuthTime},
	} {
		fake.Configure(func(s *eidenttest.Settings) {
			s.Texts, s.Echo, s.AuthTime = answer.Texts, answer.Echo, answer.AuthTime
		})
		l, err := login()
		if err != nil {
			fmt.Println(mitid.KindOf(err))
			continue
		}
		fmt.Println(l.Texts.Reference.Body)
	}
	// Output:
	// Køb på Ærø
	// ConfigInvalid
	// Køb på Ærø
	// AssuranceTooLow
}

// How the switches are typed: what comes in, what goes back, and when it was.
func ExampleBroker_Configure() {
	fake, err := eidenttest.Start(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	fake.Configure(func(s *eidenttest.Settings) {
		var (
			texts eidenttest.Encoding = eidenttest.ReadBase64
			echo  eidenttest.Echo     = eidenttest.EchoPlain
			when  eidenttest.AuthTime = eidenttest.AuthTimeDate
		)
		s.Texts, s.Echo, s.AuthTime = texts, echo, when
		fmt.Println(s.TokenLifetime, s.PIDScope, s.LateError)
	})
	// Output:
	// 15m0s nemid.pid access_denied
}

// A refused artifact, with its code in each of the places where the real broker may have it.
func ExampleSAMLCode() {
	fake, err := eidenttest.StartSAML(mitidtest.Config{Auto: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	const receiver = "http://localhost:8080/callback"
	broker, err := eident.NewSAML(eident.SAMLConfig{Origin: fake.Origin(), MID: fake.ClientID(), Password: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: receiver, Now: fake.Now})
	if err != nil {
		log.Fatal(err)
	}
	for _, place := range []eidenttest.SAMLCode{eidenttest.InStatusMessage, eidenttest.InStatusCode, eidenttest.InFault} {
		fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver, s.SAMLCode = receiver, place })
		redirect, err := client.Begin(context.Background(), mitid.Request{})
		if err != nil {
			log.Fatal(err)
		}
		answer, err := mitidtest.Walk(context.Background(), fake, redirect)
		if err != nil {
			log.Fatal(err)
		}
		fake.Advance(2 * time.Minute) // longer than an artifact lives
		_, err = client.Complete(context.Background(), redirect.State, answer)
		fmt.Println(err)
	}
	// Output:
	// mitid: complete (eident): BrokerDeclined artifact_expired: the person came back later than the broker keeps the assertion
	// mitid: complete (eident): BrokerDeclined artifact_expired: the person came back later than the broker keeps the assertion
	// mitid: complete (eident): BrokerDeclined artifact_expired: the person came back later than the broker keeps the assertion
}
