// Command sign has one document signed by one person with MitID, and stores the signed
// copy:
//
//	go run ./examples/sign -document lejekontrakt.pdf -to "Åse Ærø"
//
// Without -url it uses a fake service inside the program: open the link, log in as one
// of its people, sign. With -url it uses Criipto (Idura) Signatures.
//
// Standard output has one line "link URL", a secret that belongs to the person alone, and
// who signed when. Standard error has the progress.
//
// The exit status is 0 if the document was signed, and the copy stands at -out and the
// evidence beside it; 1 if the person rejected, or the order expired or was cancelled; 2
// if something is refused: a flag, a state, a setting, a signed copy that is changed,
// foreign or unproven; 3 if it is not over: nobody signed within -wait, or the service gave
// no usable answer. The same command goes on with the same order, which -state names. Wait
// for its end first: two starts at once with one -state can place two orders.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/dkeid/dkeid/signing"
)

func main() {
	var s signer
	flag.StringVar(&s.document, "document", "", "the PDF to be signed")
	flag.StringVar(&s.to, "to", "", "who signs, as it is printed beside the signature")
	flag.StringVar(&s.url, "url", "", "the service's GraphQL endpoint; http on loopback only (default a fake inside this program)")
	flag.StringVar(&s.clientID, "client-id", "", "with -url: the application's id at the service")
	flag.StringVar(&s.clientSecret, "client-secret", "", "with -url: its secret")
	flag.StringVar(&s.issuer, "issuer", "", "with -url: the eID tenant whose keys prove who signed; http on loopback only")
	flag.StringVar(&s.audience, "audience", "", "with -url: the tenant's application that logs the person in")
	flag.TextVar(&s.uuid, "uuid", s.uuid, "with -url: the MitID UUID of the person, from an earlier login. Nobody else can sign")
	flag.StringVar(&s.ca, "ca", "", "with -url: trust the authorities in this PEM file and no others")
	flag.StringVar(&s.out, "out", "", "where the signed copy goes (default beside the document, with .signed.pdf)")
	flag.StringVar(&s.keep, "state", "", "what the next start needs to go on with this order (default with -url: -out with .state.json)")
	flag.DurationVar(&s.wait, "wait", 10*time.Minute, "how long to wait for the signature; the command ends at most 10 seconds later")
	flag.DurationVar(&s.poll, "poll", 5*time.Second, "how often to ask")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := s.check()
	if err == nil {
		err = s.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sign:", err)
	}
	os.Exit(status(err))
}

// check fills in the defaults, and refuses flags that make no sense together.
func (s *signer) check() error {
	if s.out == "" {
		s.out = strings.TrimSuffix(s.document, filepath.Ext(s.document)) + ".signed.pdf"
	}
	if s.keep == "" && s.url != "" {
		s.keep = s.out + ".state.json"
	}
	account := []string{s.url, s.clientID, s.clientSecret, s.issuer, s.audience, s.uuid.String()}
	given := len(slices.DeleteFunc(account, func(flag string) bool { return flag == "" }))
	for _, rule := range []struct {
		broken bool
		text   string
	}{
		{flag.NArg() > 0, "there is an argument too many; all settings are flags"},
		{s.document == "" || s.to == "", "-document and -to are needed"},
		{given != 0 && given != 6, "-url, -client-id, -client-secret, -issuer, -audience and -uuid are given together or not at all"},
		{given == 0 && s.ca != "", "-ca needs -url"},
		{s.wait < 0 || s.poll <= 0, "-wait is not negative, and -poll is more than 0"},
		{s.out == s.document || slices.Contains([]string{s.document, s.out, s.bundle()}, s.keep), "-document, -out and -state are different files"},
	} {
		if rule.broken {
			return errors.New(rule.text)
		}
	}
	return nil
}

// exit is an error with an exit status of its own.
type exit struct {
	error
	status int
}

// status returns the exit status.
func status(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[exit](err); ok {
		return e.status
	}
	if then := signing.KindOf(err).Then(); then == signing.Retry || then == signing.Ask {
		return 3
	}
	return 2
}

// legible returns what may be printed of a text that came from outside: at most 200
// characters, on one line, without what steers terminals or turns the reading direction.
func legible(text string) string {
	between := func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }
	words := strings.FieldsFunc(strings.ToValidUTF8(text, "?"), between)
	line := []rune(strings.Join(words, " "))
	return string(line[:min(len(line), 200)])
}
