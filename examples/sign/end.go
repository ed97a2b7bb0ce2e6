package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// bundle is where the evidence goes.
func (s *signer) bundle() string { return s.out + ".evidence.zip" }

// store keeps how the order ended. After nil the signed copy, the evidence and the state
// stand, and the service may forget them. Another end is an error: the service forgets
// nothing of which nothing stands here.
func (s *signer) store(ctx context.Context, r *signing.Result) error {
	s.state.Ended = r.End.String()
	if r.End != signing.EndSigned {
		for _, p := range r.Signatories {
			if reason := legible(string(p.Reason.Reveal())); reason != "" {
				fmt.Fprintln(os.Stderr, "the person's reason:", reason)
			}
		}
		return cmp.Or(s.state.save(), unsigned(s.state.Ended))
	}
	// The evidence holds the document before and after, the tokens, and the keys that the
	// issuer publishes today.
	keys, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: s.issuer, HTTPClient: s.caller})
	if err != nil {
		return err
	}
	proof, err := evidence.FromSignature(r, evidence.SignatureInput{Order: s.order, Published: keys})
	if err != nil {
		return err
	}
	var zip bytes.Buffer
	if _, err := evidence.Write(ctx, &zip, proof, evidence.Options{}); err != nil {
		return err
	}
	if err := keep(s.out, r.Documents[0].Content); err != nil {
		return err
	}
	if err := writeWhole(s.bundle(), zip.Bytes()); err != nil {
		return err
	}
	s.state.Signed = &r.Documents[0].SHA256
	return s.state.save()
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
	warn(s.client.Cleanup(ctx, *s.state.Ticket))
	return nil
}

// warn says that the service still keeps the order. What is stored here is as good.
func warn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "warning: the service keeps the order a while longer:", err)
	}
}

// unsigned is the error for an order that ended without a signed copy.
func unsigned(end string) error {
	if end == signing.EndError.String() {
		return exit{errors.New("nobody signed: the service failed for the person, or closed the order without the signature"), 2}
	}
	return exit{errors.New("nobody signed: " + end), 1}
}
