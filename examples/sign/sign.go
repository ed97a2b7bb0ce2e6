package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// grace is how much longer than -wait a call may take that began before.
const grace = 5 * time.Second

// signer brings one order to its end.
type signer struct {
	options
	service
	client *signing.Client
	order  *signing.Order
	state  *state
	until  time.Time
	stored error // why the result could not be stored; nil if it was
}

// run has the document signed. The service is not asked before all is well on this side.
func run(ctx context.Context, o options) error {
	release, err := alone(o.state)
	if err != nil {
		return err
	}
	defer release()
	document, err := readDocument(o.document)
	if err != nil {
		return err
	}
	before, err := loadState(o.state, sha256.Sum256(document))
	if err != nil {
		return err
	}
	if before.Ticket == nil {
		if err := errors.Join(free(o.out), free(o.bundle())); err != nil {
			return err
		}
	}
	at, err := open(o)
	if err != nil {
		return err
	}
	defer at.close()
	client, err := signing.New(signing.Config{Service: at.Service, Verifier: at.verifier})
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(o.document), filepath.Ext(o.document))
	s := &signer{options: o, service: at, client: client, state: before, until: time.Now().Add(o.wait), order: &signing.Order{
		Reference:   before.Reference,
		Title:       name,
		Documents:   []signing.Document{signing.Bytes(name, document)},
		Signatories: []signing.Signatory{{Reference: "signatory", SigningAs: o.to, Who: at.who}},
	}}
	ctx, cancel := context.WithDeadline(ctx, s.until.Add(grace))
	defer cancel()
	if before.Ended != "" {
		return s.again(ctx)
	}
	if err := s.place(ctx); err != nil {
		return err
	}
	return s.finish(ctx)
}

// readDocument reads no more of a file than a document may have.
func readDocument(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 20_000_001))
}

// place has the order placed once, whatever became of earlier starts, and prints the link.
func (s *signer) place(ctx context.Context) error {
	again := s.state.before
	if !again {
		if err := s.state.save(); err != nil {
			return fmt.Errorf("-state cannot be written, so nothing was sent: %w", err)
		}
	}
	var links []signing.Secret
	err := s.insist(ctx, func() (err error) {
		if s.state.Ticket != nil {
			links, err = s.Links(ctx, *s.state.Ticket)
			return err
		}
		place := s.client.Place
		if again {
			place = s.client.PlaceAgain
		}
		again = true // the answer may get lost: look before anything is placed a second time
		placed, err := place(ctx, s.order)
		if err == nil {
			links, s.state.Ticket = placed.Links, &placed.Ticket
		}
		return err
	})
	switch kind := signing.KindOf(err); {
	case kind == signing.NotFound:
		return nil // Complete says so
	case !s.state.before && (kind == signing.InputInvalid || kind == signing.Unsupported):
		return errors.Join(err, s.state.remove()) // nothing has left, so there is nothing to go on with
	case err != nil:
		return err
	}
	if err := s.state.save(); err != nil {
		return unfinished{err}
	}
	link := links[0].Reveal()
	if strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the service's link is no address")
	}
	fmt.Println("link " + link)
	return nil
}

// finish waits for the end of the order.
func (s *signer) finish(ctx context.Context) error {
	var result *signing.Result
	err := s.insist(ctx, func() (err error) {
		result, err = s.client.Complete(ctx, *s.state.Ticket, s.order, s.store)
		if signing.KindOf(err) == signing.StoreFailed {
			err = fmt.Errorf("%w: %w", err, s.stored)
		}
		return err
	})
	if e, ok := errors.AsType[ended](err); ok {
		if e.how == signing.EndRejected.String() {
			_ = s.client.Cancel(ctx, *s.state.Ticket) // nobody needs the document there any more; else it expires
		}
		return e
	}
	if err == nil {
		s.tell(result)
	}
	return err
}

// insist makes a call again while that can help, until -wait is over.
func (s *signer) insist(ctx context.Context, call func() error) error {
	for {
		err := call()
		e, ok := errors.AsType[*signing.Error](err)
		if !ok || status(err) != 3 {
			return err
		}
		left := time.Until(s.until)
		if ctx.Err() != nil || left <= 0 || e.RetryAfter >= left {
			return fmt.Errorf("it is not over; start the same command again later: %w", err)
		}
		fmt.Fprintf(os.Stderr, "waiting, %v left: %v\n", left.Round(time.Second), err)
		select {
		case <-ctx.Done():
		case <-time.After(min(max(s.poll, e.RetryAfter), left)):
		}
	}
}
