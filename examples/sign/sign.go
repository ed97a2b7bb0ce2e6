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
const grace = 7 * time.Second

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
	var placed *signing.Placed
	err := s.insist(ctx, func() (err error) {
		switch {
		case s.state.Ticket != nil:
			placed, err = s.find(ctx)
		case again:
			placed, err = s.client.PlaceAgain(ctx, s.order)
		default:
			again = true // the answer may get lost: look before anything is placed again
			placed, err = s.client.Place(ctx, s.order)
		}
		return err
	})
	if err != nil {
		if kind := signing.KindOf(err); !s.state.before && (kind == signing.InputInvalid || kind == signing.Unsupported) {
			return errors.Join(err, s.state.remove()) // nothing has left, so there is nothing to go on with
		}
		return err
	}
	if s.state.Ticket == nil {
		s.state.Ticket = &placed.Ticket
		if err := s.state.save(); err != nil {
			return unfinished{err}
		}
	}
	if len(placed.Links) == 0 {
		return nil
	}
	link, err := printable(placed.Links[0].Reveal())
	if err == nil {
		fmt.Println("link " + link)
	}
	return err
}

// find reads the order of an earlier start again, for its link. One that is gone has no
// link, and Complete says what became of it.
func (s *signer) find(ctx context.Context) (*signing.Placed, error) {
	all, err := s.Find(ctx, s.order)
	for _, p := range all {
		if p.Ticket.ID == s.state.Ticket.ID {
			return p, err
		}
	}
	return &signing.Placed{}, err
}

// finish waits for the end of the order.
func (s *signer) finish(ctx context.Context) error {
	var result *signing.Result
	err := s.insist(ctx, func() (err error) {
		result, err = s.client.Complete(ctx, *s.state.Ticket, s.order, s.store)
		return err
	})
	switch {
	case errors.Is(err, errOccupied):
		return errOccupied
	case signing.KindOf(err) == signing.StoreFailed:
		return unfinished{fmt.Errorf("the result cannot be stored, and the service keeps it: %w", s.stored)}
	case err != nil:
		return err
	}
	return s.tell(result)
}

// insist makes a call again while that can help, until -wait is over.
func (s *signer) insist(ctx context.Context, call func() error) error {
	for {
		err := call()
		e, ok := errors.AsType[*signing.Error](err)
		if !ok || status(err) != 3 || e.Kind == signing.StoreFailed {
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
