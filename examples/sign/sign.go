package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// signer brings one order to its end.
type signer struct {
	// The flags; keep is that of -state.
	document, to, out, keep                           string
	url, clientID, clientSecret, issuer, audience, ca string
	uuid                                              claims.UUID
	wait, poll                                        time.Duration

	inside  bool // the fake service inside this program is used
	who     signing.Who
	caller  *http.Client // if nil, the adapter has its own
	service *criipto.Service
	client  *signing.Client
	order   *signing.Order
	state   *state
	shown   bool // the link
}

// run has the document signed. The service is not asked before all is well on this side.
func (s *signer) run(ctx context.Context) error {
	file, err := os.Open(s.document)
	if err != nil {
		return err
	}
	defer file.Close()
	document, err := io.ReadAll(io.LimitReader(file, 20_000_001)) // a document has no more than 20 MB
	if err != nil {
		return err
	}
	if s.state, err = loadState(s.keep, sha256.Sum256(document)); err != nil {
		return err
	}
	if s.state.Ticket == nil {
		if err := errors.Join(free(s.out), free(s.bundle())); err != nil {
			return err
		}
	}
	if err := s.open(); err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(s.document), filepath.Ext(s.document))
	s.order = &signing.Order{
		Reference:   s.state.Reference,
		Title:       name,
		Documents:   []signing.Document{signing.Bytes(name, document)},
		Signatories: []signing.Signatory{{Reference: "signatory", SigningAs: s.to, Who: s.who}},
	}
	until := time.Now().Add(s.wait)
	ctx, cancel := context.WithDeadline(ctx, until.Add(5*time.Second)) // for a call that began before
	defer cancel()
	if s.state.Ended != "" {
		return s.again(ctx)
	}
	for {
		err := s.step(ctx)
		e, ok := errors.AsType[*signing.Error](err)
		if !ok || status(err) != 3 {
			return err
		}
		left := time.Until(until)
		if ctx.Err() != nil || left <= 0 || e.RetryAfter >= left {
			if s.inside {
				return fmt.Errorf("nobody has signed, and the fake service ended with this program: %w", err)
			}
			return fmt.Errorf("it is not over; start the same command again later: %w", err)
		}
		fmt.Fprintf(os.Stderr, "waiting, %v left: %v\n", left.Round(time.Second), err)
		select {
		case <-ctx.Done():
		case <-time.After(min(max(s.poll, e.RetryAfter), left)):
		}
	}
}

// open prepares the calls to the service that the flags name, or to a fake one.
func (s *signer) open() error {
	s.who = signing.Who{UUID: s.uuid}
	if s.url == "" {
		s.inside = true
		fake, err := signingtest.Start(signingtest.Config{}) // it ends with this program
		if err != nil {
			return err
		}
		s.url, s.clientID, s.clientSecret = fake.Endpoint(), fake.ClientID(), fake.ClientSecret().Reveal()
		s.issuer, s.audience = fake.Verify().Issuer(), fake.Verify().ClientID()
		s.who = signing.Who{Anyone: true} // the person at the keyboard chooses among people who do not exist
	}
	if s.ca != "" {
		pem, err := os.ReadFile(s.ca)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return errors.New("-ca holds no certificate")
		}
		s.caller = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	}
	var err1 error
	s.service, err1 = criipto.New(criipto.Config{
		Endpoint: s.url, ClientID: s.clientID, ClientSecret: signing.NewSecret(s.clientSecret), HTTPClient: s.caller,
		// A call that hangs leaves time for another.
		Timeout:         min(max(s.wait/4, 5*time.Second), 10*time.Second),
		TransferTimeout: min(max(s.wait/2, 10*time.Second), 2*time.Minute),
	})
	verifier, err2 := criipto.NewVerifier(criipto.VerifierConfig{
		Issuer: s.issuer, Audiences: []string{s.audience}, HTTPClient: s.caller,
		TimestampOptional: true, // a token without one must not have expired
		AllowTest:         true, // whether people are real is for the issuer to say
	})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	var err error
	s.client, err = signing.New(signing.Config{Service: s.service, Verifier: verifier})
	return err
}

// step takes the order as far as it goes now, from wherever it is.
func (s *signer) step(ctx context.Context) error {
	var links []signing.Secret
	var err error
	if s.state.Ticket == nil {
		if links, err = s.place(ctx); err != nil {
			return err
		}
	}
	if !s.shown {
		if links == nil { // an earlier start placed the order
			links, err = s.service.Links(ctx, *s.state.Ticket)
		}
		if err != nil && signing.KindOf(err) != signing.NotFound { // of which Complete says more
			return err
		}
		for _, link := range links {
			if strings.ContainsFunc(link.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
				return errors.New("the service's link is no address")
			}
			fmt.Println("link " + link.Reveal())
		}
		s.shown = true
	}
	return s.finish(ctx)
}

// place has the order placed once, whatever became of earlier calls, and returns the links.
func (s *signer) place(ctx context.Context) ([]signing.Secret, error) {
	place, first := s.client.PlaceAgain, !s.state.before
	if first {
		place = s.client.Place
		if err := s.state.save(); err != nil {
			return nil, fmt.Errorf("-state cannot be written, so nothing was sent: %w", err)
		}
	}
	s.state.before = true // the answer may be lost: look before anything is placed a second time
	placed, err := place(ctx, s.order)
	if kind := signing.KindOf(err); first && (kind == signing.InputInvalid || kind == signing.Unsupported) {
		_ = os.Remove(s.keep) // nothing has left, so there is nothing to go on with
	}
	if err != nil {
		return nil, err
	}
	s.state.Ticket = &placed.Ticket
	if err := s.state.save(); err != nil {
		return nil, exit{err, 3}
	}
	return placed.Links, nil
}

// finish ends the order if everybody has decided, and says who signed when.
func (s *signer) finish(ctx context.Context) error {
	var stored error // why the result could not be stored, which the library's error does not tell
	result, err := s.client.Complete(ctx, *s.state.Ticket, s.order, func(ctx context.Context, r *signing.Result) error {
		stored = s.store(ctx, r)
		return stored
	})
	e, final := errors.AsType[exit](stored)
	switch {
	case final && s.state.Ended == signing.EndRejected.String():
		_ = s.client.Cancel(ctx, *s.state.Ticket) // nobody needs the document there any more; else it expires
		return e
	case final:
		return e
	case stored != nil:
		return fmt.Errorf("%w: %w", err, stored)
	case err != nil:
		return err
	}
	for _, by := range result.Documents[0].Verdict.Signatures {
		name := "a person whose name is protected"
		if by.Identity.Name != nil {
			name = legible(by.Identity.Name.Full)
		}
		fmt.Printf("signed by %s at %s\n", name, by.SignedAt.UTC().Format(time.RFC3339))
	}
	fmt.Printf("stored: %s and %s\n", s.out, s.bundle())
	warn(result.Cleanup)
	return nil
}
