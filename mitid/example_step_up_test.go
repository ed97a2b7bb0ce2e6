package mitid_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The login asked for no CPR number. Now one is needed, of the same person.
func ExampleClient_StepUp() {
	fake, client := demo()
	defer fake.Close()
	ctx := context.Background()
	login, err := logIn(fake, client, mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("has a CPR number:", !login.Identity.CPR.IsZero())

	for _, who := range []mitidtest.Citizen{mitidtest.Paiman(), mitidtest.Ditlev()} {
		redirect, err := client.StepUp(ctx, login, mitid.Request{CPR: mitid.CPRRequired})
		if err != nil {
			log.Fatal(err)
		}
		answer, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(who))
		if err != nil {
			log.Fatal(err)
		}
		more, err := client.Complete(ctx, redirect.State, answer)
		if err != nil {
			fmt.Println(who.Name, "is refused:", mitid.KindOf(err))
			continue
		}
		fmt.Println(who.Name, "is the same person:", more.Identity.UUID == login.Identity.UUID)
		fmt.Println("has a CPR number:", !more.Identity.CPR.IsZero())
	}
	// Output:
	// has a CPR number: false
	// Paiman Petersen is refused: TokenInvalid
	// Ditlev Von Testesen is the same person: true
	// has a CPR number: true
}
