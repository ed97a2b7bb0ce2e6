package eboks_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// atFake is how a Sender reaches the fake.
func atFake(fake *stralforstest.Distributor) (eboks.Sender, error) {
	return stralfors.New(stralfors.Config{
		BaseURL:     fake.URL(),
		System:      fake.System(),
		User:        "Borgerservice",
		Certificate: fake.Certificate(),
		Roots:       fake.Roots(),
		Materials:   map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "1001"}},
	})
}

// atStralfors is how it reaches the real one: the same Config, filled in from the
// agreement and the Connect portal.
func atStralfors(certificate tls.Certificate) (eboks.Sender, error) {
	return stralfors.New(stralfors.Config{
		BaseURL:     "https://connect.example.dk/oiorest",
		System:      "1234",
		User:        "Ærø Kommune, Borgerservice",
		Certificate: certificate, // tls.LoadX509KeyPair; renew it with Sender.SetCertificate
		Materials:   map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17"}},
		Wire:        stralfors.Wire{Dedupes: true}, // if your agreement promises that a repeated id is recognised
	})
}

// inEarnest is a Client whose letters outlive the process.
func inEarnest(sender eboks.Sender, ledger eboks.Ledger, keys [][]byte, wake func(context.Context, *eboks.Error)) (*eboks.Client, error) {
	return eboks.New(eboks.Config{
		Sender: sender,
		Ledger: ledger, // a table of yours
		Keys:   keys,   // 32 random bytes each, newest first; keep old ones
		Alarm:  wake,   // somebody must look
	})
}

func ExampleConfig() {
	_, err := atStralfors(tls.Certificate{}) // of the agreement
	fmt.Println(err)
	_, err = inEarnest(&drawer{}, eboks.NewMemoryLedger(0), nil, nil)
	fmt.Println(err)
	// Output:
	// eboks: new (stralfors): ConfigInvalid: Config.Certificate: there is no client certificate
	// eboks: new: ConfigInvalid: Keys is missing: a Ledger that outlives the process needs the same key each time
}

// demo starts a fake distributor and a client that sends through it.
func demo() (*stralforstest.Distributor, *eboks.Client) {
	fake, err := stralforstest.Start(ebokstest.Config{})
	if err != nil {
		panic(err)
	}
	sender, err := atFake(fake)
	if err != nil {
		panic(err)
	}
	client, err := eboks.New(eboks.Config{Sender: sender})
	if err != nil {
		panic(err)
	}
	return fake, client
}

// decision is the letter that tells a citizen how a case was decided.
func decision(id eboks.ID, citizen cpr.Number, pdf []byte) *eboks.Letter {
	return &eboks.Letter{
		ID:       id, // made and stored when the case was decided
		To:       eboks.Person(citizen),
		Title:    "Afgørelse i din sag",
		Document: eboks.Bytes(pdf), // or eboks.File, eboks.FS
		Material: "afgoerelse",     // a kind of letter, as in the Config
	}
}

func ExampleClient_Send() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	ctx, citizen := context.Background(), cprtest.Number(9000)

	receipt, err := client.Send(ctx, decision(eboks.NewID(), citizen, pdf("Kære Åse")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the distributor:", receipt.Status)

	fake.Advance(10 * time.Minute)
	history, err := client.Status(ctx, receipt.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the mailbox:", history.Status())
	// Output:
	// the distributor: accepted
	// the mailbox: delivered digital
}

// The same letter again is the same letter.
func ExampleReceipt() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	letter := decision(eboks.NewID(), cprtest.Number(9000), pdf("Kære Åse"))
	for range 2 {
		receipt, err := client.Send(context.Background(), letter)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(receipt.Status, receipt.Repeat == eboks.Duplicate)
	}
	fmt.Println(fake.Count(letter.ID), "letter")
	// Output:
	// accepted false
	// accepted true
	// 1 letter
}

// An answer that was lost: nothing is sent twice.
func ExampleClient_Send_lostAnswer() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	letter := decision(eboks.NewID(), cprtest.Number(9000), pdf("Kære Åse"))

	if err := fake.Next("dropped-answer"); err != nil {
		fmt.Println(err)
		return
	}
	_, err := client.Send(context.Background(), letter)
	fmt.Println(errors.Is(err, eboks.ErrOutcomeUnknown), eboks.SafeToRetry(err))

	// Later, or after a restart: the distributor is asked, and has the letter.
	receipt, err := client.Send(context.Background(), letter)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipt.Repeat == eboks.AlreadyAccepted, fake.Count(letter.ID))
	// Output:
	// true false
	// true 1
}

// Everything that a letter can carry.
func ExampleLetter() {
	letter := eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000)), Title: "Afgørelse i din sag", Material: "afgoerelse",
		Document:    eboks.Bytes(pdf("afgørelse")),
		Attachments: []eboks.Document{eboks.Bytes(pdf("klagevejledning")).Named("Klagevejledning.pdf")},
		Channel:     eboks.DigitalThenPrint,
		Address:     eboks.Address{Name: "Åse Ærlig Østergård", Street: "Ågade", House: "12B", Floor: "1", Suite: "TV", PostCode: "8000"},
		Reply:       eboks.Reply{Mode: eboks.ReplyStandard},
	}
	fmt.Println(letter)
	fmt.Println(letter.To, letter.Address, letter.Document)
	fmt.Println(letter.Channel)
	// Output:
	// [private]
	// [private] [private] [private]
	// digital then print
}

// What to do about an error.
func whatNow(err error) string {
	var e *eboks.Error
	switch {
	case err == nil:
		return "store the receipt"
	case !errors.As(err, &e):
		return "look: this error is of another package"
	}
	switch e.Then {
	case eboks.Retry: // the distributor does not have it
		return "send the same letter again later"
	case eboks.Ask: // the distributor may have it
		return "send the same letter again later: it asks first"
	case eboks.Decide: // the distributor may have it, and nothing more happens by itself
		return "a person asks the distributor, then Release or GiveUp"
	}
	// Stop: the distributor does not have it, and never takes it.
	switch {
	case e.Kind == eboks.RecipientUnreachable && e.Reachability == eboks.Deceased:
		return "nothing more goes to this person"
	case e.Kind == eboks.RecipientUnreachable:
		return "find another way to the person"
	default:
		return "correct it; a corrected letter has a new ID"
	}
}

func ExampleError() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	letter := decision(eboks.NewID(), cprtest.Number(9000), pdf("Kære Åse"))
	letter.Title = "Til " + cprtest.Number(9000).Reveal() // would be read on locked telephones
	_, err := client.Send(context.Background(), letter)
	fmt.Println(errors.Is(err, eboks.ErrInputInvalid), eboks.KindOf(err) == eboks.InputInvalid, eboks.SafeToRetry(err))
	fmt.Println(whatNow(err))
	// Output:
	// true true true
	// correct it; a corrected letter has a new ID
}

func ExampleClient_Lookup() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	for _, i := range []int{9000, 9004} {
		reach, err := client.Lookup(context.Background(), eboks.Person(cprtest.Number(i)), "afgoerelse")
		fmt.Println(reach, reach == eboks.Reachable, err)
	}
	// Output:
	// reachable true <nil>
	// not registered false <nil>
}

func ExampleClient_Recall() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	letter := decision(eboks.NewID(), cprtest.Number(9000), pdf("en fejl"))
	if _, err := client.Send(context.Background(), letter); err != nil {
		fmt.Println(err)
		return
	}
	recall, err := client.Recall(context.Background(), letter.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(recall.Status == eboks.RecallDone)
	// Output: true
}

func ExampleCapabilities() {
	fake, client := demo()
	defer func() { _ = fake.Close() }()
	can := client.Capabilities()
	fmt.Println(can.Name, can.Status, can.Events, can.Recall, can.Final(eboks.AcceptedDigital))
	fmt.Println(can.Limits.Attachments)
	// Output:
	// stralfors true true true false
	// 10
}
