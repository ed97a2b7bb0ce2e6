package nemlogintest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

const callback = "http://localhost:8080/callback"

// newClient returns a client of a service provider that is registered at the fake. A test
// takes any key; this one is the fake's.
func newClient(fake *nemlogintest.Broker) *mitid.Client {
	key := fake.Keys().Ring[0]
	private, err := key.Private()
	if err != nil {
		log.Fatal(err)
	}
	broker, err := nemlogin.New(nemlogin.Config{
		EntityID: "https://saml.kommune.example", IdP: [][]byte{fake.Metadata()}, Now: fake.Now,
		Keys:         []nemlogin.KeyPair{{Key: private, Certificate: key.Certificate}},
		Organisation: nemlogin.Organisation{Name: "Blåbær Kommune", DisplayName: "Blåbær Kommune", URL: "https://kommune.example"},
		Contact:      nemlogin.Contact{Email: "drift@kommune.example"},
	})
	if err != nil {
		log.Fatal(err)
	}
	metadata, err := broker.Metadata(callback)
	if err != nil {
		log.Fatal(err)
	}
	if err := fake.Register(metadata); err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: callback, Now: fake.Now})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func login(client *mitid.Client, fake *nemlogintest.Broker, r mitid.Request, as mitidtest.Outcome) (*mitid.Login, error) {
	ctx := context.Background()
	redirect, err := client.Begin(ctx, r)
	if err != nil {
		return nil, err
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect, as)
	if err != nil {
		return nil, err
	}
	return client.Complete(ctx, redirect.State, answer)
}

// An employee logs in, with a privilege at their own organisation and one that another
// organisation has delegated.
func ExampleBroker() {
	fake, err := nemlogintest.Start(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	fake.Configure(func(s *nemlogintest.Settings) {
		s.Privileges = func(_ *mitidtest.Citizen, co *mitidtest.Company) []nemlogintest.PrivilegeGroup {
			return []nemlogintest.PrivilegeGroup{{
				Scope:       nemlogintest.ScopeCVR(co.CVR),
				Privileges:  []string{"urn:dk:kommune:sagsbehandler"},
				Constraints: []nemlogintest.Constraint{{Name: "KLE", Value: "25.*"}},
			}, {
				Scope: nemlogintest.ScopeCVR("87654320"), Privileges: []string{"urn:dk:kommune:revisor"},
			}}
		}
	})
	l, err := login(newClient(fake), fake, mitid.Request{Capacity: claims.CapacityProfessional}, mitidtest.Approve(mitidtest.CompanyEmployee()))
	if err != nil {
		log.Fatal(err)
	}
	said := l.Claims.(*claims.OIOSAML)
	fmt.Println(said.OrgName, len(said.Privileges))
	// Output:
	// Smørrebrød & Søn ApS 2
}

// What NemLog-in may send besides: another cipher, privileges as older tools write them.
// A response that was tampered with is refused.
func ExampleSettings() {
	fake, err := nemlogintest.Start(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	client := newClient(fake)
	for _, way := range []nemlogintest.Encryption{nemlogintest.EncryptCBC, nemlogintest.EncryptRSA15} {
		fake.Configure(func(s *nemlogintest.Settings) {
			var form nemlogintest.PrivilegeForm = nemlogintest.Privileges11
			s.Encryption, s.PrivilegeForm = way, form
		})
		l, err := login(client, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
		if err != nil {
			fmt.Println(mitid.KindOf(err))
			continue
		}
		fmt.Println(l.Identity.Name.Full)
	}
	fake.Configure(func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptByMetadata })
	if err := fake.Tamper("xsw4"); err != nil {
		log.Fatal(err)
	}
	_, err = login(client, fake, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
	fmt.Println(mitid.KindOf(err))
	// Output:
	// Ditlev Von Testesen
	// ResponseInvalid
	// SignatureInvalid
}
