package postnord_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
)

// ours is the app's own word for a kind of letter.
const ours eboks.Material = "aarsopgoerelse"

// atFake is the agreement of a test or a demonstration.
func atFake(fake *postnordtest.Distributor) postnord.Config {
	return postnord.Config{
		BaseURL:     fake.URL(),
		System:      fake.System(),
		ClientID:    fake.ClientID(),
		Certificate: fake.Certificate(),
		Roots:       fake.Roots(),
		Materials:   map[eboks.Material]string{ours: string(fake.Materials()[0])},
	}
}

// The Config is all that differs between a test and production, where all of it
// comes from the agreement.
func Example() {
	fake, err := postnordtest.Start(ebokstest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	citizen := cpr.MustParse("210127-0087") // a published test person
	fake.Add(ebokstest.Mailbox{Owner: eboks.Person(citizen)})

	sender, err := postnord.New(atFake(fake)) // asks nobody yet
	if err != nil {
		log.Fatal(err)
	}
	client, err := eboks.New(eboks.Config{Sender: sender})
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := client.Send(context.Background(), &eboks.Letter{
		ID:       eboks.NewID(), // store it first
		To:       eboks.Person(citizen),
		Title:    "Din årsopgørelse er klar",
		Document: eboks.Bytes([]byte("%PDF-1.7 …\n%%EOF")),
		Material: ours,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.Status)
	// Output: accepted digital
}

// Somebody without a mailbox: SafeToRetry says whether the other side has kept
// the letter, for print.
func ExampleSender_Send() {
	fake, err := postnordtest.Start(ebokstest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	client, err := open(fake)
	if err != nil {
		log.Fatal(err)
	}
	citizen := cpr.MustParse("271258-9100") // a published test person, without a mailbox here
	_, err = client.Send(context.Background(), &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(citizen), Title: "Påmindelse", Document: eboks.Bytes([]byte("%PDF-1.7 …\n%%EOF")), Material: ours,
	})
	var e *eboks.Error
	if errors.As(err, &e) && e.Kind == eboks.RecipientUnreachable {
		fmt.Println(e.Reachability)
		fmt.Println("may I send it another way?", eboks.SafeToRetry(err))
	}
	// Output:
	// not registered
	// may I send it another way? false
}

func open(fake *postnordtest.Distributor) (*eboks.Client, error) {
	sender, err := postnord.New(atFake(fake))
	if err != nil {
		return nil, err
	}
	return eboks.New(eboks.Config{Sender: sender})
}

// An agreement whose answer has no body, and which allows look-ups of persons.
func ExampleConfig() {
	cfg := postnord.Config{
		BaseURL:     "https://api.e-boks.example",
		System:      "3994",
		ClientID:    "1234",
		Certificate: tls.Certificate{}, // tls.LoadX509KeyPair("client.pem", "client.key")
		Answer:      postnord.AnswerStatus,
		CPRInURL:    true,
	}
	_, err := postnord.New(cfg)
	fmt.Println(err)
	fmt.Println(cfg) // shows nothing
	// Output:
	// eboks: new (postnord): ConfigInvalid: Config.Certificate: there is no client certificate
	// [private]
}

func ExampleAnswer() {
	fmt.Println(postnord.Config{}.Answer == postnord.AnswerJSON)
	// Output: true
}
