package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// hookPath is where the signing service tells what happens to orders.
const hookPath = "/hooks/signatures"

// signingAccount is how the app is known to a signing service, and what it trusts there.
type signingAccount struct {
	Endpoint, ClientID string
	ClientSecret       signing.Secret
	Verifier           criipto.VerifierConfig
	HTTPClient         *http.Client // if nil, the adapter's own
	AskCPR             bool
	Now                func() time.Time
}

// desk is the signing service as the app knows it.
type desk struct {
	client  *signing.Client
	service *criipto.Service
	secrets [][]byte // that webhooks are signed with; the newest first
	account signingAccount
	log     *slog.Logger
}

// openDesk returns the desk of an account. publicURL is where the service finds the app.
func openDesk(account signingAccount, publicURL string, keys keyring, log *slog.Logger) (*desk, error) {
	d := &desk{account: account, log: log}
	var err error
	// An order keeps the secret that it was placed with, so that former keys still count.
	if d.secrets, err = keys.derive("signing webhook"); err != nil {
		return nil, err
	}
	d.service, err = criipto.New(criipto.Config{
		Endpoint: account.Endpoint, ClientID: account.ClientID, ClientSecret: account.ClientSecret, HTTPClient: account.HTTPClient,
		Level: account.Verifier.Level, AskCPR: account.AskCPR, Webhook: criipto.Hook{URL: publicURL + hookPath, Secret: d.secrets[0]},
		Timeout: 15 * time.Second, TransferTimeout: 40 * time.Second, Now: account.Now, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	var verifier *criipto.Verifier
	if verifier, err = criipto.NewVerifier(account.Verifier); err != nil {
		return nil, err
	}
	d.client, err = signing.New(signing.Config{Service: d.service, Verifier: verifier, Now: account.Now, Logger: log})
	return d, err
}

// fakeAccount is how the app is known to a fake signing service.
func fakeAccount(fake *signingtest.Service) signingAccount {
	return signingAccount{
		Endpoint: fake.Endpoint(), ClientID: fake.ClientID(), ClientSecret: signing.NewSecret(fake.ClientSecret().Reveal()),
		HTTPClient: fake.HTTPClient(), Now: fake.Now,
		Verifier: criipto.VerifierConfig{
			Issuer: fake.Verify().Issuer(), Audiences: []string{fake.Verify().ClientID()}, HTTPClient: fake.Verify().HTTPClient(),
			SealRoots: fake.SealRoots(), TimestampRoots: fake.SealRoots(), AllowTest: true, Now: fake.Now,
		},
	}
}

// webhook is the handler of what the service tells. An event makes an agreement due, and
// the clerk reads the order: events may be late, doubled and out of order.
func (a *app) webhook() (http.Handler, error) {
	d := a.clerk.desk
	return d.service.Webhook(criipto.WebhookConfig{
		Secrets: d.secrets,
		Handle: func(ctx context.Context, e signing.Event) error {
			if err := a.cfg.Store.nudge(ctx, e.Order); err != nil {
				return err
			}
			a.clerk.hurry()
			return nil
		},
	})
}

// evidence is the bundle that proves a signature years later: the document before and
// after, the tokens, and the keys that the issuer publishes today. If it cannot be made
// it is nil: that must not keep the signed copy, which holds its tokens, from the store.
func (c *clerk) evidence(ctx context.Context, o *signing.Order, r *signing.Result) []byte {
	if r.End != signing.EndSigned {
		return nil
	}
	v := c.desk.account.Verifier
	keys, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: v.Issuer, Hosts: v.Hosts, HTTPClient: v.HTTPClient, Now: v.Now})
	if err != nil {
		c.log.WarnContext(ctx, "the evidence lacks what the issuer publishes", "error", err)
	}
	b, err := evidence.FromSignature(r, evidence.SignatureInput{Order: o, Published: keys})
	var file bytes.Buffer
	if err == nil {
		_, err = evidence.Write(ctx, &file, b, evidence.Options{Policy: evidence.Policy{Issuer: v.Issuer}, Now: v.Now})
	}
	if err != nil {
		c.log.ErrorContext(ctx, "a signed copy has no bundle of evidence", "order", string(r.Ticket.ID), "error", err)
		return nil
	}
	return file.Bytes()
}
