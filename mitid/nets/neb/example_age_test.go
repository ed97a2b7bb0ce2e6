package neb_test

import (
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// A shop with a MitID agreement of its own asks whether somebody is 18.
func ExampleAgeScope() {
	fake, client := started(func(cfg *neb.Config) { cfg.AgeScope = neb.AgeVerifyMinimal })
	defer fake.Close()
	login, err := logIn(fake, client, mitid.Request{Age: 18}, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Age.Asked, login.Age.Answer, login.Age.EID)
	fmt.Printf("%q\n", login.Identity.Subject)
	// Output:
	// 18 yes mitid
	// ""
}
