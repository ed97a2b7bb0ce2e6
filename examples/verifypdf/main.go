// Command verifypdf judges a signed PDF, without a network.
//
//	verifypdf [-policy criipto|nets|generic] [-roots FILE]… [-pin SHA256]… [-at TIME] [-original FILE] [-json] FILE
//
// Its exit status is 0 if the file passed, 1 if it failed, 2 if what is there does not tell
// (indeterminate), and 3 if it cannot be read as a PDF, or the command was wrong.
//
// -roots is a PEM file of authorities: of seals, of time-stamping, of workflow tokens. -pin is
// the SHA-256 of a certificate in hexadecimal digits that is trusted by itself; it also takes
// evidence of test environments, whose seals no authority vouches for. -at is the time of the
// judgement in RFC 3339; if it is not given, now. -original is the document that was given for
// signing.
//
// With -json it prints one JSON object. Its "reasons" are the words of package pades.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/dkeid/dkeid/signing/pades"
)

// The exit statuses.
const (
	exitPassed        = 0
	exitFailed        = 1
	exitIndeterminate = 2
	exitUnreadable    = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// maxFile is how much of a file is read, in bytes: one more than pades takes.
const maxFile = 64<<20 + 1

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parse(args, errs)
	if err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(errs, "verifypdf:", err)
		}
		return exitUnreadable
	}
	file, err := read(o.file)
	if err != nil {
		fmt.Fprintln(errs, "verifypdf:", err)
		return exitUnreadable
	}
	report, err := pades.Verify(ctx, file, o.policy)
	if err != nil {
		fmt.Fprintln(errs, "verifypdf:", err)
		return exitUnreadable
	}
	if o.json {
		err = printJSON(out, report)
	} else {
		_, err = io.WriteString(out, report.Text(o.language))
	}
	if err != nil {
		fmt.Fprintln(errs, "verifypdf: the output cannot be written")
		return exitUnreadable
	}
	switch report.Verdict {
	case pades.Passed:
		return exitPassed
	case pades.Failed:
		return exitFailed
	default:
		return exitIndeterminate
	}
}

// errSaid is in place of an error that package flag has printed.
var errSaid = errors.New("the command was wrong")

type options struct {
	policy   pades.Policy
	json     bool
	language pades.Language
	file     string
}

func parse(args []string, errs io.Writer) (*options, error) {
	o := &options{language: pades.English}
	roots, any := x509.NewCertPool(), false
	var pins [][sha256.Size]byte
	f := flag.NewFlagSet("verifypdf", flag.ContinueOnError)
	f.SetOutput(errs)
	policy := f.String("policy", "generic", "what a signature must be like: criipto, nets or generic")
	at := f.String("at", "", "the time of the judgement, RFC 3339 (default now)")
	original := f.String("original", "", "the document that was given for signing")
	language := f.String("lang", "en", "of the text: da or en")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.policy.BER, "ber", false, "take signatures in BER with indefinite lengths")
	f.BoolVar(&o.policy.FormFilling, "form-filling", false, "take form fields that were filled in after a signature that does not forbid it")
	f.BoolVar(&o.policy.NoRevocation, "no-revocation", false, "take certificates without an answer about revocation")
	f.Func("roots", "PEM file of authorities; may be repeated", func(name string) error {
		pem, err := read(name)
		if err != nil {
			return err
		}
		if !roots.AppendCertsFromPEM(pem) {
			return errors.New("there is no certificate in it")
		}
		any = true
		return nil
	})
	f.Func("signer", "subject of a certificate that may sign, as the output writes it; may be repeated", func(s string) error {
		o.policy.Signers = append(o.policy.Signers, s)
		return nil
	})
	f.Func("pin", "SHA-256 of a certificate that is trusted by itself; may be repeated", func(s string) error {
		raw, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
		if err != nil || len(raw) != sha256.Size {
			return errors.New("it is not 64 hexadecimal digits")
		}
		pins = append(pins, [sha256.Size]byte(raw))
		return nil
	})
	if err := f.Parse(args); err != nil {
		return nil, errSaid
	}
	if f.NArg() != 1 {
		return nil, errors.New("name one file")
	}
	o.file = f.Arg(0)
	switch *policy {
	case "criipto":
		o.policy.Evidence, o.policy.Timestamps = pades.CriiptoEvidence, true
	case "nets":
		o.policy.Evidence, o.policy.Timestamps = pades.NetsEvidence, true
	case "generic":
	default:
		return nil, errors.New("-policy is none of criipto, nets and generic")
	}
	switch *language {
	case "da":
		o.language = pades.Danish
	case "en":
	default:
		return nil, errors.New("-lang is neither da nor en")
	}
	if any {
		o.policy.Roots = roots
	}
	o.policy.Pins, o.policy.AllowTest = pins, len(pins) > 0
	if *at != "" {
		t, err := time.Parse(time.RFC3339, *at)
		if err != nil {
			return nil, errors.New("-at is no time such as 2026-11-30T12:00:00Z")
		}
		o.policy.At = t
	}
	if *original != "" {
		content, err := read(*original)
		if err != nil {
			return nil, err
		}
		o.policy.Original = content
	}
	return o, nil
}

// read reads a file of limited size.
func read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("a file cannot be opened: %w", pathless(err))
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("a file cannot be read: %w", pathless(err))
	}
	return content, nil
}

// pathless is the cause without the name of the file.
func pathless(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
