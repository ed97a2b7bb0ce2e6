// Command send puts one letter into somebody's e-Boks and prints what becomes of it.
//
//	go run ./examples/send                      to a made-up person, at a fake distributor
//	go run ./examples/send -text notice.txt     the same, with a letter made of a text
//	go run ./examples/send -distributor-url https://… -system 1234 -cert c.pem -key k.pem -material 17 -text notice.txt
//
// With -distributor-url the letter is real, and the CPR number is read from the standard
// input. Each run sends a letter of its own. If one ended before it said what became of the
// letter, ask the distributor about the id that it printed before you run it again.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/eboks/textletter"
)

const example = "Afgørelse i din sag\n\nKære borger\n\nDin ansøgning er imødekommet. Læs hele afgørelsen her:\n\nhttps://example.dk/sager\n"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	agreement, id, text := stralfors.Config{}, eboks.NewID(), []byte(example)
	flag.StringVar(&agreement.BaseURL, "distributor-url", "", "`address` of the service in your agreement; if empty, a fake is started")
	flag.StringVar(&agreement.System, "system", "", "`id` of the sender system")
	flag.StringVar(&agreement.User, "from", "Ærø Kommune", "`name` of the sender")
	cert, key := flag.String("cert", "cert.pem", "PEM `file` of the client certificate"), flag.String("key", "key.pem", "PEM `file` of its key")
	material, file := flag.String("material", "1001", "shipment `type` of the agreement"), flag.String("text", "", "`file` with a title, a blank line, and paragraphs; if empty, an example")
	flag.Parse()
	to, every, number := cprtest.Number(9000), time.Second, ""
	if agreement.BaseURL == "" {
		fake, err := stralforstest.Start(ebokstest.Config{Settings: ebokstest.Settings{Ready: every, Taken: 2 * every, Delivered: 3 * every}})
		if err != nil {
			return err
		}
		defer func() { _ = fake.Close() }()
		agreement.BaseURL, agreement.System, agreement.Certificate, agreement.Roots = fake.URL(), fake.System(), fake.Certificate(), fake.Roots()
	} else {
		fmt.Fprintln(os.Stderr, "CPR number of the recipient:")
		_, _ = fmt.Scanf("%20s", &number)
		if to, err = cpr.Parse(number); err != nil {
			return err
		}
		if agreement.Certificate, err = tls.LoadX509KeyPair(*cert, *key); err != nil {
			return err
		}
	}
	if *file != "" {
		if text, err = os.ReadFile(*file); err != nil {
			return err
		}
	}
	page, err := textletter.Parse(bytes.NewReader(text))
	if err != nil {
		return err
	}
	page.From, page.Date = textletter.Sender{Name: agreement.User}, time.Now()
	pdf, err := page.PDF()
	if err != nil {
		return err
	}
	sender, err := stralfors.New(agreement)
	if err != nil {
		return err
	}
	client, err := eboks.New(eboks.Config{Sender: sender})
	if err != nil {
		return err
	}
	fmt.Println("letter", id)
	letter := &eboks.Letter{ID: id, To: eboks.Person(to), Title: page.Title, Material: eboks.Material(*material), Document: eboks.Bytes(pdf)}
	receipt, err := client.Send(ctx, letter)
	for ; later(err); receipt, err = client.Send(ctx, letter) {
		time.Sleep(every)
	}
	if err != nil {
		return err
	}
	var history *eboks.History
	for told, status := 0, receipt.Status; !client.Capabilities().Final(status); every = min(2*every, time.Minute) {
		if history, err = client.Status(ctx, id); err != nil && !later(err) {
			return err
		}
		for ; err == nil && told < len(history.Events()); told++ {
			e := history.Events()[told]
			fmt.Println(e.At.Local().Format(time.DateTime), e.Status)
			status = history.Status()
		}
		time.Sleep(every)
	}
	return nil
}

// later tells of an error after which the same call may be made again by itself.
func later(err error) bool {
	var e *eboks.Error
	if !errors.As(err, &e) || e.Then != eboks.Retry && e.Then != eboks.Ask || e.Kind == eboks.AuthFailed || e.Kind == eboks.ConfigInvalid {
		return false
	}
	fmt.Println(err)
	return true
}
