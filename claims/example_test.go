package claims_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// An identity as a login gives it.
var someone = claims.Identity{
	Capacity: claims.CapacityPrivate,
	Subject:  "{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}",
	UUID:     claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"),
	CPR:      cpr.MustParse("2101270087"),
	Name:     &claims.Name{Full: "Søren Testesen"},
	Levels:   claims.Levels{LoA: claims.Substantial},
}

func ExampleIdentity() {
	fmt.Println(someone) // safe in any log

	if someone.Capacity == claims.CapacityPrivate && someone.Levels.LoA >= claims.Substantial {
		fmt.Println("account", someone.UUID)
	}
	switch {
	case someone.Name == nil:
		fmt.Println("Welcome")
	default:
		fmt.Println("Welcome,", someone.Name.Full)
	}
	// Output:
	// claims.Identity{private substantial subject uuid cpr name}
	// account 74ffcd31-fbaf-4c33-bdac-169f25c1e416
	// Welcome, Søren Testesen
}

func ExamplePlain() {
	_, err := json.Marshal(someone)
	fmt.Println(errors.Unwrap(err))

	stored, err := json.Marshal(claims.Plain(someone))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(stored))

	var back claims.Plain
	err = json.Unmarshal(stored, &back)
	fmt.Println(back.CPR == someone.CPR, err)
	// Output:
	// claims: personal data does not marshal by itself; convert the claims.Identity to claims.Plain where it is meant to be written or read
	// {"kind":"private","subject":"{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}","uuid":"74ffcd31-fbaf-4c33-bdac-169f25c1e416","cpr":"2101270087","name":{"full":"Søren Testesen"},"levels":{"loa":"substantial"}}
	// true <nil>
}

func ExampleRegistered() {
	r := claims.Registered{Issuer: "https://acme.test.idura.broker", Audience: []string{"my-app"}, Expires: 1767262802}
	fmt.Println(r)
	fmt.Println(time.Unix(r.Expires, 0).UTC())
	// Output:
	// claims.Registered{iss aud exp}
	// 2026-01-01 10:20:02 +0000 UTC
}

func ExampleCapacity() {
	fmt.Println(claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacitySignatory)
	// Output: private professional signatory
}

func ExampleLevel() {
	var achieved claims.Level // nothing known yet
	fmt.Println(achieved >= claims.Low)
	achieved = claims.High
	fmt.Println(achieved, achieved >= claims.Substantial)
	// Output:
	// false
	// high true
}

func ExampleParseLevel() {
	for _, s := range []string{"SUBSTANTIAL", "https://data.gov.dk/concept/core/nsis/High", "urn:eident:cert:eidas:high"} {
		fmt.Println(claims.ParseLevel(s))
	}
	// Output:
	// substantial <nil>
	// high <nil>
	// unknown claims: not a level of assurance
}

func ExampleLevels() {
	l := claims.Levels{LoA: claims.Low, IAL: claims.Substantial, AAL: claims.Low, FAL: claims.High}
	fmt.Println(l.LoA, l.IAL)
	// Output: low substantial
}

func ExampleUUID() {
	u, err := claims.ParseUUID("74FFCD31-FBAF-4C33-BDAC-169F25C1E416")
	fmt.Println(u, err)
	_, err = claims.ParseUUID("{74ffcd31-fbaf-4c33-bdac-169f25c1e416}")
	fmt.Println(err)
	// Output:
	// 74ffcd31-fbaf-4c33-bdac-169f25c1e416 <nil>
	// claims: not a UUID of the form 8-4-4-4-12
}

func ExampleCVR() {
	c, err := claims.ParseCVR("13748136")
	fmt.Println(c, c.ChecksumOK(), err)
	placeholder := claims.MustParseCVR("12345678")
	fmt.Println(placeholder, placeholder.ChecksumOK())
	// Output:
	// 13748136 true <nil>
	// 12345678 false
}

func ExampleParseCVRLenient() {
	fmt.Println(claims.ParseCVRLenient(" DK 13 74 81 36"))
	// Output: 13748136 <nil>
}

func ExamplePNumber() {
	p, err := claims.ParsePNumber("1092738120")
	fmt.Println(p, p.ChecksumOK(), err)
	// Output: 1092738120 true <nil>
}

func ExampleSENumber() {
	s, err := claims.ParseSENumber("98202298")
	fmt.Println(s, err)
	// Output: 98202298 <nil>
}

func ExampleCPRStatus() {
	s, err := claims.ParseCPRStatus("80")
	fmt.Println(s, s.Code(), s == claims.StatusEmigrated, err)
	s, err = claims.ParseCPRStatus("42")
	fmt.Println(s, s.Known(), err)
	// Output:
	// emigrated 80 true <nil>
	// unknown code 42 false <nil>
}

func ExampleProtection() {
	id := claims.Identity{Protection: claims.NameAndAddressProtected}
	fmt.Println(id.Protection, id.Name == nil)
	// Output: protected true
}

func ExampleName() {
	n := claims.Name{Full: "Åse Ærø"}
	fmt.Println(n, n.Full)
	// Output: claims.Name{full} Åse Ærø
}

func ExampleAddress() {
	a := claims.Address{Lines: []string{"Grusgraven 1,3 tv", "3400 Hillerød"}, HouseNumber: "1", Floor: "3", Side: "tv"}
	fmt.Printf("%+v\n", a)
	fmt.Println(a.Lines[1])
	// Output:
	// claims.Address{lines house_number floor side}
	// 3400 Hillerød
}

func ExampleOrganisation() {
	o := claims.Organisation{Name: "Bageren på Ærø", CVR: claims.MustParseCVR("13748136")}
	fmt.Println(o, o.CVR)
	// Output: claims.Organisation{name cvr} 13748136
}

func ExampleAuthenticator() {
	fmt.Println(claims.Authenticator{Kind: claims.App}, claims.Authenticator{Word: "noget nyt på dansk"})
	// Output: claims.Authenticator{app} claims.Authenticator{unknown}
}

func ExampleAuthenticatorKind() {
	fmt.Println(claims.CodeDisplay, claims.Chip)
	// Output: code_display chip
}
