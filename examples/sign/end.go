package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// store keeps how the order ended. After nil the signed copy, the evidence and the state
// stand, and the service may forget them. Another end is an error: the service forgets
// nothing of which nothing stands here.
func (s *signer) store(ctx context.Context, r *signing.Result) (err error) {
	defer func() { s.stored = err }()
	s.state.Ended = r.End.String()
	if r.End != signing.EndSigned {
		for _, p := range r.Signatories {
			if reason := legible(string(p.Reason.Reveal())); reason != "" {
				fmt.Fprintln(os.Stderr, "the person's reason:", reason)
			}
		}
		return cmp.Or(s.state.save(), unsigned(s.state.Ended))
	}
	proof, err := s.pack(ctx, r)
	if err != nil {
		return err
	}
	if err := keep(s.out, r.Documents[0].Content); err != nil {
		return err
	}
	if err := writeWhole(s.bundle(), proof); err != nil {
		return err
	}
	s.state.Signed = &r.Documents[0].SHA256
	return s.state.save()
}

// pack returns the evidence as a zip: the document before and after, the tokens, and the keys that
// the issuer publishes today.
func (s *signer) pack(ctx context.Context, r *signing.Result) ([]byte, error) {
	keys, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: s.service.issuer, HTTPClient: s.caller})
	if err != nil {
		return nil, err
	}
	bundle, err := evidence.FromSignature(r, evidence.SignatureInput{Order: s.order, Published: keys})
	if err != nil {
		return nil, err
	}
	var zip bytes.Buffer
	_, err = evidence.Write(ctx, &zip, bundle, evidence.Options{})
	return zip.Bytes(), err
}

// tell says who signed when.
func (s *signer) tell(r *signing.Result) {
	s.forgotten(r.Cleanup)
	for _, by := range r.Documents[0].Verdict.Signatures {
		name := "a person whose name is protected"
		if by.Identity.Name != nil {
			name = legible(by.Identity.Name.Full)
		}
		fmt.Printf("signed by %s at %s\n", name, by.SignedAt.UTC().Format(time.RFC3339))
	}
	fmt.Printf("stored: %s and %s\n", s.out, s.bundle())
}

// again is a start after the order has ended. The service is asked for nothing but to
// forget it, for which an earlier start may have had no time.
func (s *signer) again(ctx context.Context) error {
	if s.state.Signed == nil {
		return unsigned(s.state.Ended)
	}
	content, err := os.ReadFile(s.out)
	if err != nil || sha256.Sum256(content) != *s.state.Signed {
		return errors.New("an earlier start stored the signed copy, and it is not at -out as it was")
	}
	fmt.Printf("stored by an earlier start: %s and %s\n", s.out, s.bundle())
	s.forgotten(s.client.Cleanup(ctx, *s.state.Ticket))
	return nil
}

// forgotten warns if the service still keeps the order. What is stored here is as good.
func (s *signer) forgotten(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "warning: the service keeps the order a while longer:", err)
	}
}

// ended is an order that ended without a signed copy.
type ended struct {
	how    string
	status int // of the command
}

func (e ended) Error() string { return "nobody signed: " + e.how }

func unsigned(end string) error {
	if end == signing.EndError.String() {
		return ended{"the service failed for the person, or closed the order without the signature", 2}
	}
	return ended{end, 1}
}
