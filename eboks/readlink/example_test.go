package readlink_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A link goes into the letter; the recipient opens it, somebody else tries.
func Example() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	gate, err := newGate(fake, server.URL)
	if err != nil {
		log.Fatal(err)
	}
	links, err := readlink.New(readlink.Config{
		Gate:    gate,
		Address: server.URL + "/brev",
		Keys:    [][]byte{[]byte("32 bytes, that nobody else knows")}, // from where the app keeps its secrets
		Record: func(_ context.Context, o readlink.Opening) error { // into the letter's history
			fmt.Println("recorded:", o.Event().Status)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("/callback", gate.Callback())
	mux.Handle("GET /brev/", links.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := readlink.FromContext(r.Context())
		fmt.Fprintf(w, "the content of %s", o.Letter)
	})))

	letter, err := eboks.ParseID("0b8f3c4e-52a1-4d6f-9c55-6c1f0a7f9e2d")
	if err != nil {
		log.Fatal(err)
	}
	address, err := links.For(letter, eboks.Person(mitidtest.Ditlev().CPR))
	if err != nil {
		log.Fatal(err)
	}
	for _, who := range []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Paiman()} {
		page, err := fake.NewBrowser().Visit(context.Background(), address, mitidtest.Approve(who))
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(page.Body)
		if err != nil {
			log.Fatal(err)
		}
		_ = page.Body.Close()
		if page.StatusCode != http.StatusOK {
			text = nil // a page in Danish or English
		}
		fmt.Println(page.StatusCode, string(text))
	}
	// Output:
	// recorded: opened via link
	// 200 the content of 0b8f3c4e-52a1-4d6f-9c55-6c1f0a7f9e2d
	// 403
}

func newGate(fake *criiptotest.Broker, address string) (*mitidhttp.Gate, error) {
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		return nil, err
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback"})
	if err != nil {
		return nil, err
	}
	return mitidhttp.New(mitidhttp.Config{Client: client})
}

func ExampleOpening() {
	o := readlink.Opening{At: time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC), Level: claims.High, Subject: "the broker's key of somebody"}
	fmt.Println(o) // tells nothing about the person
	fmt.Println(o.Event().Status, o.Event().At)
	// Output:
	// readlink.Opening{ high}
	// opened via link 2026-03-02 09:30:00 +0000 UTC
}

func ExampleRefusal() {
	refusal := &readlink.Refusal{Reason: readlink.NotRecipient}
	title, _ := refusal.Public(mitid.English)
	fmt.Println(refusal, readlink.StatusOf(refusal))
	fmt.Println(title)
	// Output:
	// readlink: NotRecipient 403
	// The letter is for somebody else
}

func ExampleReason() {
	fmt.Println(readlink.LinkInvalid)
	// Output: LinkInvalid
}

// A Config prints nothing, and New names what is missing.
func ExampleConfig() {
	cfg := readlink.Config{Address: "https://app.example.dk/brev"}
	_, err := readlink.New(cfg)
	fmt.Println(cfg)
	fmt.Println(err)
	// Output:
	// [private]
	// eboks: new read links: ConfigInvalid: Config.Gate is missing
}

// Each link is a new one, of the same length whoever it is for, and says nothing.
func ExampleLinks() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = fake.Close() }()
	gate, err := newGate(fake, "https://app.example.dk")
	if err != nil {
		log.Fatal(err)
	}
	links, err := readlink.New(readlink.Config{
		Gate:    gate,
		Address: "https://app.example.dk/brev",
		Keys:    [][]byte{[]byte("32 bytes, that nobody else knows")},
		Record:  func(context.Context, readlink.Opening) error { return nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	id := eboks.NewID()
	person, err := links.For(id, eboks.Person(mitidtest.Ditlev().CPR))
	if err != nil {
		log.Fatal(err)
	}
	company, err := links.For(id, eboks.Company(claims.MustParseCVR("12345674")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(person) == len(company), person == company)
	// Output: true false
}
