// Command send puts letters into people's e-Boks and tells what becomes of them.
//
//	go run ./examples/send                                    to a made-up person, at a fake distributor
//	go run ./examples/send -text notice.txt                   the same, with a letter made of a text
//	go run ./examples/send -to - -title Afgørelse letter.pdf  to the number on the standard input
//	go run ./examples/send -list letters.csv -db letters.db   a mailing, in a database that remembers it
//
// Other users of the machine can read -to in the list of processes; "-to -" keeps it from them.
// Without -distributor the distributor is a fake, and no letter leaves the machine. With
//
//	-distributor stralfors|postnord -distributor-url URL -ca FILE -cert FILE -key FILE -system NAME -material NAME
//
// letters are real. The command ends when nothing more becomes of the letter, or a minute after
// it was taken in (-wait). -dedupes says that the agreement promises to recognise a repeated letter.
//
// # A mailing
//
// The list is CSV in UTF-8 with the header number,title,file,reference, in this order, or with
// semicolons in all lines. A file is a PDF, beside the list unless its path is absolute. The
// reference is the sender's name for the letter: with one database the same reference is the
// same letter in every run and every list, and with another database it is another letter.
// Nothing is queued before every line has been checked. What is queued is sent, also when its
// row is taken out of the list or changed.
//
// -db is an SQLite file or a postgres:// address. The command may be killed and started again,
// and several processes may send the same list: each letter is sent once, or is shown as one
// that needs a person. The database belongs to the distributor and system of its first run, or
// to the fake, and another one is refused. The standard output is a report,
// reference,status,time,detail, with a status of accepted, delivered, waiting, refused, conflict
// or "needs a person". Conflict means that the reference stands for a letter to somebody else or
// with another title or document.
// The exit status is 0 if every letter was taken in, 1 if not, 2 if the list or a flag is faulty
// and nothing was queued, and 3 if the command was stopped or the database failed; go run makes
// 1 of each but 0. A signal stops it within ten seconds, a second one at once.
//
// After a kill, letters that were on their way wait for twenty seconds. Then the distributor is
// asked for them, and without -dedupes its log must say for -log-lag that it does not know them
// before they are sent again: make it longer where the log is slow.
//
// OUTBOX_KEY, 32 bytes as base64, seals what the database keeps of letters. Without it the key
// is in a file that only its owner can read: FILE.key beside the database, or outbox.key beside
// the list with PostgreSQL. No letter can be read or continued without its key.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// The exit statuses.
const (
	allFinished = iota
	someAreNot
	faulty  // a flag or the list, and nothing was queued
	stopped // by a signal, or because the store failed
)

func main() {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, restore) // a second signal ends the program
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, tell io.Writer) int {
	o, err := parse(args, tell)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return allFinished
	case err != nil:
		fmt.Fprintln(tell, err)
		return faulty
	}
	p, err := o.open()
	if err != nil {
		fmt.Fprintln(tell, err)
		return faulty
	}
	defer p.close()
	if o.list != "" {
		return mail(ctx, o, p, out, tell)
	}
	return one(ctx, o, p, in, out, tell)
}
