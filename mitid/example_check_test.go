package mitid_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
)

// ready answers a readiness probe, and says in a log what to do.
func ready(ctx context.Context, client *mitid.Client) error {
	report := client.Check(ctx)
	for _, f := range report.Findings {
		if f.Grade == mitid.Failed {
			log.Printf("%s: %s; %s", f.About, f.What, f.Do)
		}
	}
	return report.Err()
}

// Somebody has pasted the secret of another application.
func ExampleClient_Check() {
	fake, client := demo()
	defer fake.Close()
	fmt.Println(ready(context.Background(), client))

	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: mitid.NewSecret("another")})
	if err != nil {
		log.Fatal(err)
	}
	wrong, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	report := wrong.Check(context.Background())
	for _, f := range report.Findings {
		if f.Grade != mitid.Advice {
			fmt.Println(f.Grade, f.About)
		}
	}
	fmt.Println(report.OK(), mitid.KindOf(report.Err()))
	// Output:
	// <nil>
	// fine discovery
	// fine clock
	// fine keys
	// failed client
	// false ConfigInvalid
}
