package signdesk

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/evidence"
)

// HookPath is where the signing service tells what happens to orders.
const HookPath = "/hooks/signatures"

// Account is how the app is known to a signing service, and what it trusts there.
type Account struct {
	Endpoint, ClientID string
	ClientSecret       signing.Secret
	Verifier           criipto.VerifierConfig
	HTTPClient         *http.Client // if nil, the adapter's own
	AskCPR             bool
	Now                func() time.Time
}

// Desk is the signing service as the app knows it.
type Desk struct {
	Client  *signing.Client
	Service *criipto.Service
	secrets [][]byte // that webhooks are signed with; the newest first
	account Account
	log     *slog.Logger
}

// Open returns the desk of an account. publicURL is where the service finds the app.
func Open(account Account, publicURL string, keys store.Keyring, log *slog.Logger) (*Desk, error) {
	d := &Desk{account: account, log: log}
	var err error
	// An order keeps the secret that it was placed with, so that former keys still count.
	if d.secrets, err = keys.Derive("signing webhook"); err != nil {
		return nil, err
	}
	d.Service, err = criipto.New(criipto.Config{
		Endpoint: account.Endpoint, ClientID: account.ClientID, ClientSecret: account.ClientSecret, HTTPClient: account.HTTPClient,
		Level: account.Verifier.Level, AskCPR: account.AskCPR, Webhook: criipto.Hook{URL: publicURL + HookPath, Secret: d.secrets[0]},
		Timeout: 15 * time.Second, TransferTimeout: 40 * time.Second, Now: account.Now, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	var verifier *criipto.Verifier
	if verifier, err = criipto.NewVerifier(account.Verifier); err != nil {
		return nil, err
	}
	d.Client, err = signing.New(signing.Config{Service: d.Service, Verifier: verifier, Now: account.Now, Logger: log})
	return d, err
}

// Webhook is the handler of what the service tells at HookPath. An event is a hint: it may be late, doubled and out
// of order, so happened only makes the agreement of that order due.
func (d *Desk) Webhook(happened func(ctx context.Context, order signing.ID) error) (http.Handler, error) {
	return d.Service.Webhook(criipto.WebhookConfig{
		Secrets: d.secrets,
		Handle:  func(ctx context.Context, e signing.Event) error { return happened(ctx, e.Order) },
	})
}

// AsksCPR reports whether people of whom MitID gave no UUID sign by their CPR number.
func (d *Desk) AsksCPR() bool { return d.account.AskCPR }

// evidence is the bundle that proves a signature years later: the document before and
// after, the tokens, and the keys that the issuer publishes today. If it cannot be made
// it is nil: that must not keep the signed copy, which holds its tokens, from the store.
func (c *Clerk) evidence(ctx context.Context, o *signing.Order, r *signing.Result) []byte {
	if r.End != signing.EndSigned {
		return nil
	}
	v := c.Desk.account.Verifier
	keys, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: v.Issuer, Hosts: v.Hosts, HTTPClient: v.HTTPClient, Now: v.Now})
	if err != nil {
		c.Logger.WarnContext(ctx, "the evidence lacks what the issuer publishes", "error", err)
	}
	b, err := evidence.FromSignature(r, evidence.SignatureInput{Order: o, Published: keys})
	var file bytes.Buffer
	if err == nil {
		_, err = evidence.Write(ctx, &file, b, evidence.Options{Policy: evidence.Policy{Issuer: v.Issuer}, Now: v.Now})
	}
	if err != nil {
		c.Logger.ErrorContext(ctx, "a signed copy has no bundle of evidence", "order", string(r.Ticket.ID), "error", err)
		return nil
	}
	return file.Bytes()
}
