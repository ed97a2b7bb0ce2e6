package mitidtest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A citizen of your own: with an address, and a job.
func ExampleCompany() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()
	citizen := mitidtest.Citizen{
		Name: "Åse Ørsted",
		CPR:  cprtest.Number(1),
		Address: &mitidtest.Address{
			Street: "Blåbærvej 4", PostalCode: "5970", City: "Ærøskøbing",
			Road: "Blåbærvej", RoadCode: "0123", Municipality: "Ærø", MunicipalityCode: "0492", House: "004",
		},
		Companies: []mitidtest.Company{{CVR: "13748136", Name: "Smørrebrød & Søn ApS", Role: mitidtest.Employee}},
	}
	redirect, err := client.Begin(ctx, mitid.Request{Capacity: claims.CapacityProfessional})
	if err != nil {
		panic(err)
	}
	callback, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(citizen).For("13748136"))
	if err != nil {
		panic(err)
	}
	login, err := client.Complete(ctx, redirect.State, callback)
	if err != nil {
		panic(err)
	}
	fmt.Println(login.Identity.Capacity, login.Identity.Organisation.CVR, login.Identity.Organisation.Name)
	// Output: professional 13748136 Smørrebrød & Søn ApS
}

// Each tampering has a name, says what arrives, and which kind of error is the
// right answer. A test of your own login can go through all of them.
func ExampleTampering() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	ctx := context.Background()
	for _, t := range fake.Tamperings() {
		if !strings.HasSuffix(t.Name, "-issuer") || t.Side != mitidtest.BrokerSide || t.Stage != mitidtest.StageIDToken {
			continue
		}
		fake.Tamper(t.Name)
		redirect, err := client.Begin(ctx, t.Request)
		if err != nil {
			panic(err)
		}
		callback, err := mitidtest.Walk(ctx, fake, redirect)
		if err != nil {
			panic(err)
		}
		_, err = client.Complete(ctx, redirect.State, callback)
		fmt.Println(t.Name, mitid.KindOf(err) == t.Want)
	}
	// Output:
	// cut-issuer true
	// empty-issuer true
	// missing-issuer true
	// null-issuer true
	// other-issuer true
	// upper-case-issuer true
	// wrong-issuer true
}

// One browser keeps its cookies, so a second login can be silent.
func ExampleBrowser() {
	fake, client := start()
	defer func() { _ = fake.Close() }()
	fake.Configure(func(s *criiptotest.Settings) {
		s.SSO = true
		s.Userinfo = criiptotest.FromTokenEndpoint // of type UserinfoStrategy
	})
	ctx := context.Background()
	browser := fake.NewBrowser()
	for _, r := range []mitid.Request{{}, {Silent: true}} {
		redirect, err := client.Begin(ctx, r)
		if err != nil {
			panic(err)
		}
		callback, err := browser.Walk(ctx, redirect)
		if err != nil {
			panic(err)
		}
		login, err := client.Complete(ctx, redirect.State, callback)
		if err != nil {
			panic(err)
		}
		fmt.Println(login.Identity.Name.Full)
	}
	// Output:
	// Ditlev Von Testesen
	// Ditlev Von Testesen
}
