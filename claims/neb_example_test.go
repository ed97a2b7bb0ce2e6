package claims_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
)

const (
	idToken = `{"iss":"https://pp.netseidbroker.dk/op","aud":"my-app","sub":"d3b0f6a2","idp":"mitid","identity_type":"private","amr":["code_app"],
		"auth_time":1788000000,"loa":"https://data.gov.dk/concept/core/nsis/Substantial","transaction_id":"1f0c6a3e"}`
	userinfo = `{"idp":"mitid","loa":"https://data.gov.dk/concept/core/nsis/Substantial","mitid.identity_name":"Åse Ærøskøbing",
		"mitid.has_cpr":"true","sub":"d3b0f6a2"}`
	transaction = `{"iss":"https://pp.netseidbroker.dk/op","aud":"my-app","sub":"d3b0f6a2","idp":"mitid","identity_type":"private","amr":"code_app",
		"transaction_id":"1f0c6a3e","transaction_text":"U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l","transaction_text_type":"text",
		"transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_actions":["mitid.login","mitid.transaction_signing"]}`
)

func ExampleNEBIDToken_Identity() {
	t, err := claims.ParseNEBIDToken([]byte(idToken)) // of a token whose signature holds
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := t.Identity(nil) // enough to judge level, kind and time
	fmt.Println(id, err)

	u, err := claims.ParseNEBUserInfo([]byte(userinfo))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err = t.Identity(u)
	fmt.Println(id, err)

	u.Subject = "somebody else"
	_, err = t.Identity(u)
	fmt.Println(err)
	// Output:
	// claims.Identity{private substantial subject authenticators auth_time} <nil>
	// claims.Identity{private substantial subject name authenticators auth_time} <nil>
	// TokenInvalid: userinfo is about somebody else than the ID token, or about nobody
}

func ExampleNEB() {
	t, _ := claims.ParseNEBIDToken([]byte(idToken))
	u, _ := claims.ParseNEBUserInfo([]byte(userinfo))
	x, _ := claims.ParseNEBTransaction([]byte(transaction))
	login := &claims.NEB{IDToken: t, UserInfo: u, Transaction: x}
	id, err := login.Identity() // each part compared with the others
	fmt.Println(login)
	fmt.Println(id.Name.Full, err)
	// Output:
	// claims.NEB{id_token userinfo transaction_token}
	// Åse Ærøskøbing <nil>
}

func ExampleNEBUserInfo() {
	u, err := claims.ParseNEBUserInfo([]byte(userinfo))
	fmt.Println(u, err)
	fmt.Println(*u.HasCPR, u.CPR.IsZero()) // has a CPR number, and was not asked for it
	// Output:
	// claims.NEBUserInfo{substantial name} <nil>
	// true true
}

func ExampleNEBTransaction() {
	x, err := claims.ParseNEBTransaction([]byte(transaction))
	fmt.Println(x, err)
	fmt.Println(x.Actions)
	fmt.Println(x.Text.Body, x.Text.Agrees())
	// Output:
	// claims.NEBTransaction{unknown transaction text actions} <nil>
	// [mitid.login mitid.transaction_signing]
	// StubID transaction text one true
}

func ExampleTransactionText() {
	var t claims.TransactionText
	fmt.Println(t, t.Agrees()) // nothing told, nothing proven
	// Output: claims.TransactionText{} false
}

func ExampleNEBClaims() {
	t, err := claims.ParseNEBIDToken([]byte(`{"loa":"High","amr":"code_app_enchanced"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.NEBClaims, t.AMR)
	fmt.Println(t.TellsLevel(), t.Levels.LoA) // a word, and no level
	// Output:
	// claims.NEBClaims{unknown} [code_app_enchanced]
	// true unknown
}

func ExampleNEBDetails() {
	u, err := claims.ParseNEBUserInfo([]byte(`{"ssn.details.status":"success","ssn.details.person_status":"Emigrated","ssn.details.surname":"Ærøskøbing"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(u.Details, u.Details.PersonStatus)
	// Output: claims.NEBDetails{status person_status name} Emigrated
}

func ExampleNemLogin() {
	u, err := claims.ParseNEBUserInfo([]byte(`{"nemlogin.cvr":"13748136","nemlogin.org_name":"Bageren på Ærø"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(u.NemLogin, u.NemLogin.CVR)
	// Output: claims.NemLogin{cvr org_name} 13748136
}

func ExampleEIdent() {
	e, err := claims.ParseEIdent([]byte(`{"sub":"mitid:6867f1a2-90ab-4cde-8f01-23456789abcd","amr":["mitid"],"mitid_amr":["code_app"],
		"acr":"urn:eident:cert:eidas:high","loa":"https://data.gov.dk/concept/core/nsis/Low","identity_type":"private","name":"Åse Ærøskøbing"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := e.Identity()
	fmt.Println(id, err) // the level is that of loa, whatever acr says
	// Output: claims.Identity{private low subject uuid name authenticators} <nil>
}
