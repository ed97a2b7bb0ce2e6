package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
)

const example = "Afgørelse i din sag\n\nKære borger\n\nDin ansøgning er imødekommet. Læs hele afgørelsen her:\n\nhttps://example.dk/sager\n"

// one sends one letter, prints its history while it grows, and returns the exit status.
func one(ctx context.Context, o *options, p *post, in io.Reader, out, tell io.Writer) int {
	letter, err := o.letter(p, in, tell)
	if err != nil {
		fmt.Fprintln(tell, err)
		return faulty
	}
	fmt.Fprintln(out, "letter", letter.ID)
	err = send(ctx, p.sender, letter, o.wait, out)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(tell, "stopped: ask the distributor about this letter before you send it again")
		return stopped
	case err != nil:
		fmt.Fprintln(tell, err)
		return someAreNot
	}
	return allFinished
}

// send is all that a program needs for one letter. Its ledger is in memory: after a crash
// only the distributor knows what became of the letter. The letter is followed for so long
// after it was taken in, or until nothing more becomes of it.
func send(ctx context.Context, sender eboks.Sender, letter *eboks.Letter, follow time.Duration, out io.Writer) error {
	client, err := eboks.New(eboks.Config{Sender: sender})
	if err != nil {
		return err
	}
	receipt, err := client.Send(ctx, letter)
	for later(err) && wait(ctx, time.Second) {
		fmt.Fprintln(out, err)
		receipt, err = client.Send(ctx, letter)
	}
	if err != nil {
		return err
	}
	told, status, end := 0, receipt.Status, time.Now().Add(follow)
	for every := time.Second; !client.Capabilities().Final(status) && client.Capabilities().Status; every = min(2*every, time.Minute) {
		history, err := client.Status(ctx, letter.ID)
		switch {
		case later(err):
			fmt.Fprintln(out, err)
		case err != nil:
			return err
		default:
			for _, e := range history.Events()[told:] {
				fmt.Fprintln(out, e.At.Local().Format(time.DateTime), e.Status)
			}
			told, status = len(history.Events()), history.Status()
		}
		left := time.Until(end)
		if left <= 0 && !client.Capabilities().Final(status) {
			fmt.Fprintln(out, "the distributor has taken the letter in; what becomes of it is not known yet")
			return nil
		}
		if !wait(ctx, min(every, max(left, 0))) {
			return ctx.Err()
		}
	}
	return nil
}

// letter makes the letter of the flags.
func (o *options) letter(p *post, in io.Reader, tell io.Writer) (*eboks.Letter, error) {
	to, err := o.recipient(p.fake, in, tell)
	if err != nil {
		return nil, err
	}
	l := &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(to), Title: o.title, Material: p.material, Document: eboks.File(o.file)}
	if o.file != "" {
		return l, nil
	}
	text := []byte(example)
	if o.text != "" {
		if text, err = os.ReadFile(o.text); err != nil {
			return nil, err
		}
	}
	page, err := textletter.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	page.From, page.Date = textletter.Sender{Name: cmp.Or(o.from, "Ærø Kommune")}, time.Now()
	pdf, err := page.PDF()
	l.Title, l.Document = page.Title, eboks.Bytes(pdf)
	return l, err
}

// recipient returns whose letter it is: at a fake somebody made up, unless the flags say more.
func (o *options) recipient(fake bool, in io.Reader, tell io.Writer) (cpr.Number, error) {
	number := o.to
	switch {
	case number == "" && fake:
		return cprtest.Number(9000), nil
	case number == "", number == "-":
		fmt.Fprintln(tell, "CPR number of the recipient:")
		_, _ = fmt.Fscanf(in, "%20s", &number)
	}
	return cpr.Parse(number)
}

// later tells of an error after which the same call may be made again by itself.
func later(err error) bool {
	e, ok := errors.AsType[*eboks.Error](err)
	return ok && (e.Then == eboks.Retry || e.Then == eboks.Ask) && e.Kind != eboks.AuthFailed && e.Kind != eboks.ConfigInvalid
}

// wait reports whether the time passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
