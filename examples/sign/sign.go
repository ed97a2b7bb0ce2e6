package main

import (
	"bytes"
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
}

// run has the document signed. Nothing is asked of the service before all is known to
// be well on this side.
func run(ctx context.Context, o options) error {
	document, err := readDocument(o.document)
	if err != nil {
		return err
	}
	st, err := loadState(o.state, sha256.Sum256(document))
	if err != nil {
		return err
	}
	if st.Ticket == nil {
		for _, path := range []string{o.out, o.bundle()} {
			if err := free(path); err != nil {
				return err
			}
		}
	}
	to, err := open(o)
	if err != nil {
		return err
	}
	defer to.close()
	client, err := signing.New(signing.Config{Service: to.Service, Verifier: to.verifier})
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(o.document), filepath.Ext(o.document))
	s := &signer{options: o, service: to, client: client, state: st, until: time.Now().Add(o.wait), order: &signing.Order{
		Reference:   st.Reference,
		Title:       name,
		Documents:   []signing.Document{signing.Bytes(name, document)},
		Signatories: []signing.Signatory{{Reference: "signatory", SigningAs: o.to, Who: to.who}},
	}}
	ctx, cancel := context.WithDeadline(ctx, s.until.Add(grace))
	defer cancel()
	if st.Ended != "" {
		return s.again(ctx)
	}
	if err := s.place(ctx); err != nil {
		return err
	}
	var result *signing.Result
	err = s.insist(ctx, func() (err error) {
		result, err = s.client.Complete(ctx, *s.state.Ticket, s.order, s.store)
		return err
	})
	if err != nil {
		return err
	}
	return s.tell(result)
}

// readDocument reads no more than a service would take.
func readDocument(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 20_000_001))
}

// place has the order placed once, whatever happened to earlier starts, and prints the link.
func (s *signer) place(ctx context.Context) error {
	if !s.state.before {
		if err := s.state.save(); err != nil {
			return fmt.Errorf("-state cannot be written, so nothing was sent: %w", err)
		}
	}
	var placed *signing.Placed
	again := s.state.before
	err := s.insist(ctx, func() (err error) {
		switch {
		case s.state.Ticket != nil:
			placed, err = s.find(ctx)
		case again:
			placed, err = s.client.PlaceAgain(ctx, s.order)
		default:
			again = true // its answer may get lost
			placed, err = s.client.Place(ctx, s.order)
		}
		return err
	})
	if err != nil {
		return err
	}
	if s.state.Ticket == nil {
		s.state.Ticket = &placed.Ticket
		if err := s.state.save(); err != nil {
			return unfinished{err}
		}
	}
	if len(placed.Links) == 0 || placed.Links[0].IsZero() {
		return nil
	}
	link, err := printable(placed.Links[0].Reveal())
	if err != nil {
		return err
	}
	fmt.Println("link " + link)
	return nil
}

// find reads the order of an earlier start again, for its link. An order that cannot be
// found has no link: Complete says what became of it.
func (s *signer) find(ctx context.Context) (*signing.Placed, error) {
	all, err := s.Find(ctx, s.order)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Ticket.ID == s.state.Ticket.ID {
			return p, nil
		}
	}
	return &signing.Placed{}, nil
}

// insist calls again while that can help, until -wait is over.
func (s *signer) insist(ctx context.Context, call func() error) error {
	for {
		err := call()
		var e *signing.Error
		if err == nil || status(err) != 3 || !errors.As(err, &e) || e.Kind == signing.StoreFailed {
			return err
		}
		left := time.Until(s.until)
		if ctx.Err() != nil || left <= 0 || e.RetryAfter >= left {
			return fmt.Errorf("it is not over, so start the same command again later: %w", err)
		}
		fmt.Fprintf(os.Stderr, "waiting, %v left: %v\n", left.Round(time.Second), err)
		select {
		case <-ctx.Done():
		case <-time.After(min(max(s.poll, e.RetryAfter), left)):
		}
	}
}

// store keeps how the order ended. It returns nil when the signed copy, the evidence and
// the state stand, and the service may forget them.
func (s *signer) store(ctx context.Context, r *signing.Result) error {
	if r.End == signing.EndSigned {
		signed := &r.Documents[0]
		var bundle bytes.Buffer
		if err := s.pack(ctx, &bundle, r); err != nil {
			return err
		}
		if err := keep(s.out, signed.Content); err != nil {
			return err
		}
		if err := writeWhole(s.bundle(), bundle.Bytes()); err != nil {
			return err
		}
		s.state.Signed = &signed.SHA256
	}
	s.state.Ended = r.End.String()
	return s.state.save()
}
