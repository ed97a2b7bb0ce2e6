package mitid_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
)

// An employee approves something in a native app, at level high. The MitID app
// shows the text, and the login fails if it showed another one.
func ExampleRequest() {
	fake, client := demo()
	defer fake.Close()

	_, err := client.Begin(context.Background(), mitid.Request{
		Level:         claims.High,
		Capacity:      claims.CapacityProfessional,
		CVRHint:       claims.MustParseCVR("13748136"),
		Action:        mitid.Approve,
		ReferenceText: "Godkend overførsel på 3.000 kr.",
		Fresh:         true,
		Locale:        mitid.Danish,
		AppSwitch:     mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example.dk/resume"},
	})
	if err != nil {
		log.Fatal(err)
	}
	pushed := fake.Requests()[1] // the first one looked up the addresses
	fmt.Println(pushed)
	fmt.Println(pushed.Form.Get("acr_values"), pushed.Form.Get("prompt"), pushed.Form.Get("ui_locales"))
	hints, _ := criiptotest.Hint(pushed)
	for _, hint := range hints {
		fmt.Println(hint)
	}

	// What a broker cannot carry is refused, not dropped.
	_, err = client.Begin(context.Background(), mitid.Request{
		TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>Køb af blåbær</p>"},
	})
	fmt.Println(mitid.KindOf(err))
	// Output:
	// POST /oauth2/par
	// urn:grn:authn:dk:mitid:high login da
	// business
	// action:approve
	// message:R29ka2VuZCBvdmVyZsO4cnNlbCBww6UgMy4wMDAga3Iu
	// vatid:DK13748136
	// appswitch:ios
	// appswitch:resumeUrl:https://app.example.dk/resume
	// Unsupported
}
