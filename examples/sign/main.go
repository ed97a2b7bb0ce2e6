// Command sign has one document signed by one person with MitID, and stores the signed
// copy:
//
//	go run ./examples/sign -document lejekontrakt.pdf -to "Åse Ærø"
//
// Without -url it uses a fake service inside the program: open the link, log in as one
// of its people, sign. With -url it uses Criipto (Idura) Signatures, or what speaks its
// GraphQL; then -client-id, -client-secret, -issuer, -audience and -uuid are needed too.
//
// Standard output has one line "link URL", a secret that belongs to the person alone, and
// who signed when. Standard error has the progress. The signed copy stands at -out when
// the command ends with 0, with the evidence beside it in -out and ".evidence.zip".
//
// The exit status is 0 if the document was signed and the copy is stored; 1 if the person
// rejected, or the order expired or was cancelled; 2 if something is refused: a flag, a
// state, a setting, a signed copy that is changed, foreign or unproven; 3 if it is not
// over: nobody signed within -wait, or the service gave no usable answer. Start the same
// command again after 3. It goes on with the same order, which -state names. While one
// start is at work, another with the same -state ends with 3 at once.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// options are the flags.
type options struct {
	document, to, out, state                          string
	url, clientID, clientSecret, issuer, audience, ca string
	uuid                                              claims.UUID
	wait, poll                                        time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.document, "document", "", "the PDF to be signed")
	flag.StringVar(&o.to, "to", "", "who signs, as it is printed beside the signature")
	flag.StringVar(&o.url, "url", "", "the service's GraphQL endpoint; http on loopback only (default a fake inside this program)")
	flag.StringVar(&o.clientID, "client-id", "", "with -url: the application's id at the service")
	flag.StringVar(&o.clientSecret, "client-secret", "", "with -url: its secret")
	flag.StringVar(&o.issuer, "issuer", "", "with -url: the eID tenant whose keys prove who signed; http on loopback only")
	flag.StringVar(&o.audience, "audience", "", "with -url: the tenant's application that logs the person in")
	flag.TextVar(&o.uuid, "uuid", claims.UUID{}, "with -url: the MitID UUID of the person, from an earlier login. Nobody else can sign")
	flag.StringVar(&o.ca, "ca", "", "with -url: trust the authorities in this PEM file and no others")
	flag.StringVar(&o.out, "out", "", "where the signed copy goes (default beside the document, with .signed.pdf)")
	flag.StringVar(&o.state, "state", "", "what the next start needs to go on with this order (default with -url: -out with .state.json)")
	flag.DurationVar(&o.wait, "wait", 10*time.Minute, "how long to wait for the signature; the command ends at most 10 seconds later")
	flag.DurationVar(&o.poll, "poll", 5*time.Second, "how often to ask")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := o.check()
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sign:", err)
	}
	os.Exit(status(err))
}

// check refuses flags that make no sense together, and fills in the defaults.
func (o *options) check() error {
	given := 0
	for _, f := range []string{o.url, o.clientID, o.clientSecret, o.issuer, o.audience, o.uuid.String()} {
		if f != "" {
			given++
		}
	}
	switch {
	case flag.NArg() > 0:
		return errors.New("there is an argument too many; all settings are flags")
	case o.document == "" || o.to == "":
		return errors.New("-document and -to are needed")
	case given != 0 && given != 6:
		return errors.New("-url, -client-id, -client-secret, -issuer, -audience and -uuid are given together or not at all")
	case o.ca != "" && given == 0:
		return errors.New("-ca needs -url")
	case o.wait < 0 || o.poll <= 0:
		return errors.New("-wait is not negative, and -poll is more than 0")
	case legible(o.to) != o.to:
		return errors.New("-to is one line of at most 200 characters")
	}
	if o.out == "" {
		o.out = strings.TrimSuffix(o.document, filepath.Ext(o.document)) + ".signed.pdf"
	}
	if o.state == "" && o.url != "" {
		o.state = o.out + ".state.json"
	}
	if o.out == o.document || o.state != "" && (o.state == o.out || o.state == o.bundle() || o.state == o.document) {
		return errors.New("-document, -out and -state are different files")
	}
	return nil
}

// bundle is where the evidence goes.
func (o *options) bundle() string { return o.out + ".evidence.zip" }

// unfinished is an error after which the same command may go on.
type unfinished struct{ error }

func (u unfinished) Unwrap() error { return u.error }

// status returns the exit status.
func status(err error) int {
	e, end := errors.AsType[ended](err)
	switch then := signing.KindOf(err).Then(); {
	case err == nil:
		return 0
	case end:
		return e.status
	case errors.Is(err, errOccupied):
		return 2
	case errors.As(err, new(unfinished)), then == signing.Retry, then == signing.Ask:
		return 3
	}
	return 2
}
