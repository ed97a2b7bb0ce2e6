// Command send puts one letter into somebody's e-Boks and prints what becomes of it.
//
//	go run ./examples/send                      to a made-up person, at a fake distributor
//	go run ./examples/send -text notice.txt     the same, with a letter made of a text
//	go run ./examples/send -url https://… -system 1234 -cert c.pem -key k.pem -material 17 -text notice.txt
//
// With -url the letter is real. The CPR number is then read from the standard input, so
// that it stays out of the shell's history. If the outcome is unknown at the end, run the
// same command again, with the -id that it printed.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
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

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	agreement, id := stralfors.Config{}, eboks.NewID()
	flag.StringVar(&agreement.BaseURL, "url", "", "`address` of the service in your agreement; if empty, a fake is started")
	flag.StringVar(&agreement.System, "system", "", "`id` of the sender system")
	flag.StringVar(&agreement.User, "from", "Ærø Kommune", "`name` of the sender")
	cert, key := flag.String("cert", "", "PEM `file` of the client certificate"), flag.String("key", "", "PEM `file` of its key")
	material := flag.String("material", "1001", "shipment `type` of the agreement")
	text := flag.String("text", "", "`file` with a title, a blank line, and paragraphs; if empty, an example")
	flag.TextVar(&id, "id", id, "`id` of a letter that was tried before")
	flag.Parse()

	title, pdf, err := page(*text, agreement.User)
	if err != nil {
		return err
	}
	to, every := cprtest.Number(9000), time.Second
	if agreement.BaseURL == "" {
		fake, err := stralforstest.Start(ebokstest.Config{Settings: ebokstest.Settings{Ready: every, Taken: 2 * every, Delivered: 3 * every}})
		if err != nil {
			return err
		}
		defer func() { _ = fake.Close() }()
		agreement.BaseURL, agreement.System, agreement.Certificate, agreement.Roots = fake.URL(), fake.System(), fake.Certificate(), fake.Roots()
	} else {
		every = time.Minute
		if agreement.Certificate, err = tls.LoadX509KeyPair(*cert, *key); err != nil {
			return err
		}
		number, _ := io.ReadAll(io.LimitReader(os.Stdin, 100))
		if to, err = cpr.Parse(string(bytes.TrimSpace(number))); err != nil {
			return err
		}
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
	letter := &eboks.Letter{ID: id, To: eboks.Person(to), Title: title, Material: eboks.Material(*material), Document: eboks.Bytes(pdf)}
	receipt, err := client.Send(ctx, letter)
	for ; later(err); receipt, err = client.Send(ctx, letter) {
		time.Sleep(every)
	}
	if err != nil {
		return err
	}
	for told, status := 0, receipt.Status; !client.Capabilities().Final(status); time.Sleep(every) {
		history, err := client.Status(ctx, id)
		if later(err) {
			continue
		} else if err != nil {
			return err
		}
		for _, e := range history.Events()[told:] {
			fmt.Println(e.At.Local().Format(time.DateTime), e.Status)
			told, status = told+1, history.Status()
		}
	}
	return nil
}

// later reports whether the same call may be made again, and tells why it failed.
func later(err error) bool {
	var e *eboks.Error
	if !errors.As(err, &e) || e.Then != eboks.Retry && e.Then != eboks.Ask {
		return false
	}
	fmt.Println(err)
	return true
}

const example = "Afgørelse i din sag\n\nKære borger\n\nDin ansøgning er imødekommet. Læs hele afgørelsen her:\n\nhttps://example.dk/sager\n"

// page makes a letter out of a text.
func page(file, from string) (title string, pdf []byte, err error) {
	text := []byte(example)
	if file != "" {
		if text, err = os.ReadFile(file); err != nil {
			return "", nil, err
		}
	}
	letter, err := textletter.Parse(bytes.NewReader(text))
	if err != nil {
		return "", nil, err
	}
	letter.From, letter.Date = textletter.Sender{Name: from}, time.Now()
	pdf, err = letter.PDF()
	return letter.Title, pdf, err
}
