package stralfors_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// The Config is all that differs between a test and production. Here it is for
// the fake; in production BaseURL, System and certificate are the agreement's.
func Example() {
	fake, err := stralforstest.Start(ebokstest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	sender, err := stralfors.New(stralfors.Config{
		BaseURL:     fake.URL(),
		System:      fake.System(),
		User:        "Ærø Kommune, Borgerservice",
		Certificate: fake.Certificate(),
		Roots:       fake.Roots(),
		Now:         fake.Now,
		Materials: map[eboks.Material]stralfors.Material{
			"afgoerelse": {ShipmentType: string(fake.Materials()[0])},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := eboks.New(eboks.Config{Sender: sender, Now: fake.Now})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	letter := &eboks.Letter{
		ID:       eboks.NewID(), // stored before the letter is sent
		To:       ebokstest.People()[0].Owner,
		Title:    "Afgørelse om børnetilskud",
		Document: eboks.Bytes([]byte("%PDF-1.7 Kære Åse\n%%EOF")),
		Material: "afgoerelse",
	}
	receipt, err := client.Send(ctx, letter)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("now:", receipt.Status)

	fake.Advance(time.Hour)
	for event, err := range client.Events(ctx, "") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Code, "means", event.Status)
	}
	fmt.Println(sender) // neither a Sender nor a Config prints what is in it
	// Output:
	// now: accepted
	// ModtagetStraalforsConnect means accepted
	// Klar means queued
	// ModtagetDigitalPost means accepted digital
	// AfleveretDigitalPost means delivered digital
	// [private]
}

// An agreement whose documentation differs from the guesses of this package:
// every line of the table can be written over, and a service taken away.
func ExampleOperations() {
	operations := stralfors.Operations{
		EnkeltforsendelseOpret: stralfors.Operation{Method: "POST", Path: "/v3/systemer/{system}/forsendelser?id={shipment}", Expect: []int{201}},
		KanalvalgHent:          stralfors.Operation{Off: true},
	}
	sender, err := stralfors.New(stralfors.Config{
		BaseURL: "https://connect.example", System: "4711", User: "Ærø Kommune", Certificate: certificate(), Wire: stralfors.Wire{Operations: operations},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("lookup:", sender.Capabilities().Lookup)
	fmt.Println("recall:", stralfors.DefaultOperations().ForsendelseTilbagekald.Path)
	// Output:
	// lookup: false
	// recall: /afsendersystem/{system}/forsendelser/{shipment}/tilbagekald
}

// A sender who knows from the test environment what differs from the guesses: the
// version of the schema, a word, and some of the numbers.
func ExampleWire() {
	sender, err := stralfors.New(stralfors.Config{
		BaseURL: "https://connect.example", System: "4711", User: "Ærø Kommune", Certificate: certificate(),
		Wire: stralfors.Wire{
			Namespace: stralfors.Namespace1,
			Channels:  stralfors.Channels{Digital: "e-Boks"},
			Codes: map[string]stralfors.Verdict{
				"4085": {Kind: eboks.RecipientUnreachable, Reachability: eboks.Exempt},
				"5001": {Kind: eboks.Throttled},
			},
			Duplicates:   []string{"3009"},
			Dedupes:      true, // only if the agreement says so
			CarrierCodes: map[string]eboks.Status{"12": eboks.Returned},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("recognises repeated ids:", sender.Capabilities().Dedupes)
	// Output:
	// recognises repeated ids: true
}

// An agreement with print: where returned letters go, and how paper looks.
func ExampleConfig() {
	sender, err := stralfors.New(stralfors.Config{
		BaseURL: "https://connect.example", System: "4711", User: "Ærø Kommune", Certificate: certificate(),
		From:     eboks.Address{Name: "Ærø Kommune", Street: "Statene", House: "2", PostCode: "5970"},
		Receipts: stralfors.Receipts{Mail: "kvittering@aeroe.example", Which: "Kun fejl"},
		Print:    stralfors.Print{Sides: "Duplex", Colour: "SH", StampDate: stralfors.Yes},
	})
	if err != nil {
		log.Fatal(err)
	}
	can := sender.Capabilities()
	fmt.Println("print:", can.Print, "attachments:", can.Limits.Attachments)

	_, err = stralfors.New(stralfors.Config{System: "4711"})
	fmt.Println(err)
	// Output:
	// print: true attachments: 10
	// eboks: new (stralfors): ConfigInvalid: BaseURL is missing; Strålfors does not publish it, the agreement has it
}

// What only this distributor has is on its own type: the shipment types, to check
// a configuration with before the first letter.
func ExampleSender_ShipmentTypes() {
	fake, err := stralforstest.Start(ebokstest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	sender, err := stralfors.New(stralfors.Config{BaseURL: fake.URL(), System: fake.System(), User: "Ærø Kommune",
		Certificate: fake.Certificate(), Roots: fake.Roots()})
	if err != nil {
		log.Fatal(err)
	}
	types, err := sender.ShipmentTypes(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(types) == len(fake.Materials()))
	// Output:
	// true
}

// certificate stands for the one of the agreement, which a program reads with
// tls.LoadX509KeyPair.
func certificate() tls.Certificate {
	fake, err := stralforstest.Start(ebokstest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	return fake.Certificate()
}
