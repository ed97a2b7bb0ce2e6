package criipto_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/criipto"
)

func ExampleClaims() {
	said := &criipto.Claims{ // login.Claims.(*criipto.Claims)
		Registered:    claims.Registered{Issuer: "https://acme.test.idura.broker", Subject: "{0f9960a0}"},
		RefTextHeader: "Log on at Acme", Name: "Søren Testesen",
	}
	fmt.Println(said)
	fmt.Println(said.Issuer, said.RefTextHeader)
	// Output:
	// criipto.Claims{unknown name}
	// https://acme.test.idura.broker Log on at Acme
}

func ExampleClaims_Identity() {
	said := &criipto.Claims{CVR: claims.MustParseCVR("12345678")}
	_, err := said.Identity()
	fmt.Println(err)
	// Output: ClaimInvalid: an organisation without saying what the person is to it
}

func ExampleAddress() {
	a := criipto.Address{City: "Hillerød"}
	fmt.Println(a, a.City)
	// Output: criipto.Address{} Hillerød
}

func ExampleAddressDetails() {
	d := criipto.AddressDetails{HouseNumber: "001"}
	fmt.Println(d, d.HouseNumber)
	// Output: criipto.AddressDetails{} 001
}
