package neb_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// The parts of a login as the adapter reads them.
func exampleClaims() *neb.Claims {
	shared := neb.TokenClaims{IdP: "mitid", IdentityType: "private", TransactionID: "1f0c6a3e", Levels: claims.Levels{LoA: claims.Substantial}}
	registered := claims.Registered{Issuer: "https://pp.netseidbroker.dk/op", Subject: "d3b0f6a2", Audience: []string{"my-app"}}
	person := shared
	person.IdentityName = "Åse Ærøskøbing"
	return &neb.Claims{
		IDToken:     &neb.IDToken{Registered: registered, TokenClaims: shared},
		UserInfo:    &neb.UserInfo{Registered: claims.Registered{Subject: "d3b0f6a2"}, TokenClaims: person},
		Transaction: &neb.Transaction{Registered: registered, TokenClaims: shared, Actions: []string{"mitid.login"}},
	}
}

func ExampleClaims() {
	said := exampleClaims() // login.Claims.(*neb.Claims)
	fmt.Println(said)
	id, err := said.Identity() // each part compared with the others
	fmt.Println(id.Name.Full, err)
	// Output:
	// neb.Claims{id_token userinfo transaction_token}
	// Åse Ærøskøbing <nil>
}

func ExampleIDToken_Identity() {
	said := exampleClaims()
	id, err := said.IDToken.Identity(nil) // enough to judge level, capacity and time
	fmt.Println(id, err)

	id, err = said.IDToken.Identity(said.UserInfo)
	fmt.Println(id, err)

	said.UserInfo.Subject = "somebody else"
	_, err = said.IDToken.Identity(said.UserInfo)
	fmt.Println(err)
	// Output:
	// claims.Identity{private substantial subject} <nil>
	// claims.Identity{private substantial subject name} <nil>
	// TokenInvalid: userinfo is about somebody else than the ID token, or about nobody
}

func ExampleUserInfo() {
	has := true
	u := &neb.UserInfo{TokenClaims: neb.TokenClaims{HasCPR: &has, IdentityName: "Åse Ærøskøbing"}}
	fmt.Println(u)
	fmt.Println(*u.HasCPR, u.CPR.IsZero()) // has a CPR number, and was not asked for it
	// Output:
	// neb.UserInfo{unknown name}
	// true true
}

func ExampleTransaction() {
	x := exampleClaims().Transaction
	fmt.Println(x)
	fmt.Println(x.Actions)
	// Output:
	// neb.Transaction{substantial transaction actions}
	// [mitid.login]
}

// A receipt, years after the login. Its signature was checked before.
func ExampleParseTransaction() {
	x, err := neb.ParseTransaction([]byte(`{"iss":"https://pp.netseidbroker.dk/op","aud":"my-app","sub":"d3b0f6a2","transaction_id":"1f0c6a3e",
		"transaction_text":"U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l","transaction_text_type":"text",
		"transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_actions":["mitid.login","mitid.transaction_signing"]}`))
	fmt.Println(x, err)
	fmt.Println(x.Text.Body, x.Text.Agrees())
	// Output:
	// neb.Transaction{unknown transaction text actions} <nil>
	// StubID transaction text one true
}

func ExampleTokenClaims() {
	c := neb.TokenClaims{AMR: []string{"code_app_enchanced"}}
	fmt.Println(c, c.AMR)
	fmt.Println(c.TellsLevel(), c.Levels.LoA)
	// Output:
	// neb.TokenClaims{unknown} [code_app_enchanced]
	// false unknown
}

func ExampleCPRDetails() {
	d := neb.CPRDetails{Status: "success", PersonStatus: "Emigrated", Surname: "Ærøskøbing"}
	fmt.Println(d, d.PersonStatus)
	// Output: neb.CPRDetails{status person_status name} Emigrated
}

func ExampleTokenClaims_nemLogin() {
	c := neb.TokenClaims{NemLogin: &nets.NemLogin{CVR: claims.MustParseCVR("13748136"), OrgName: "Bageren på Ærø"}}
	fmt.Println(c, c.NemLogin.CVR)
	// Output: neb.TokenClaims{unknown nemlogin} 13748136
}
