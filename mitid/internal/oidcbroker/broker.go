package oidcbroker

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Config configures a Broker. RP, Auth and Declined are required.
type Config struct {
	// RP is what the relying party needs. Its Issuer may end with a slash, which New
	// takes off. New sets Auth and ResponseMode.
	RP oidcrp.Config
	// Auth holds the ways in which the application may authenticate. Exactly one must
	// be filled in.
	Auth []Authentication
	// FormPost has the broker post its answer to the redirect URL.
	FormPost bool
	// KeepTokens is CallbackRule.KeepTokens.
	KeepTokens bool

	// Declined turns the error answer to an attempt into an error of ours, by a table
	// of [Codes].
	Declined func(*mitid.Attempt, *oidcrp.Answer) error
	// CheckAnswer checks parameters of an answer that only this broker has, before the
	// code is exchanged. If nil, there is nothing to check.
	CheckAnswer func(*mitid.Attempt, url.Values) error
}

// Broker is one application at an OpenID Connect broker. It is safe for concurrent
// use and holds no secret that a printer could reach.
type Broker struct {
	Party *oidcrp.Party

	rule        mitid.CallbackRule
	declined    func(*mitid.Attempt, *oidcrp.Answer) error
	checkAnswer func(*mitid.Attempt, url.Values) error
}

// New returns a Broker. It does no I/O. An error is a *mitid.Error of kind
// ConfigInvalid that names the field of the adapter's Config.
func New(cfg Config) (*Broker, error) {
	rp := cfg.RP
	auth, why := chooseOne(cfg.Auth)
	if why != "" {
		return nil, Misconfigured(rp.Name, why)
	}
	rp.Auth = auth
	rp.Issuer = strings.TrimSuffix(rp.Issuer, "/")
	rule := mitid.CallbackRule{Name: rp.Name, Issuer: rp.Issuer, ClientID: rp.ClientID, Method: http.MethodGet, State: "state", KeepTokens: cfg.KeepTokens}
	if cfg.FormPost {
		rp.ResponseMode, rule.Method = "form_post", http.MethodPost
	}
	party, err := oidcrp.New(rp)
	if f, ok := err.(*fault.Error); ok {
		return nil, &mitid.Error{Kind: mitid.Kind(f.Class), Broker: rp.Name, Op: "new", Why: f.Why}
	}
	if err != nil {
		return nil, err
	}
	return &Broker{Party: party, rule: rule, declined: cfg.Declined, checkAnswer: cfg.CheckAnswer}, nil
}

// Misconfigured is the error of an adapter's New. why names the field, such as
// "Config.MaxAge must be in whole seconds, and not negative".
func Misconfigured(broker, why string) error {
	return &mitid.Error{Kind: mitid.ConfigInvalid, Broker: broker, Op: "new", Why: why}
}

// Callback is mitid.Broker.Callback.
func (b *Broker) Callback() mitid.CallbackRule { return b.rule }

// String names the broker and its issuer, and no settings.
func (b *Broker) String() string { return b.rule.Name + ".Broker(" + b.rule.Issuer + ")" }

// Check compares the broker's documents with the Config. Where the broker takes
// pushed requests, adapter pushes a.
func (b *Broker) Check(ctx context.Context, adapter mitid.Broker, a *mitid.Attempt) []mitid.Finding {
	found := b.Party.Probe(ctx, func(ctx context.Context) error {
		_, err := adapter.Begin(ctx, a)
		return err
	})
	out := make([]mitid.Finding, len(found))
	for i, f := range found {
		out[i] = mitid.Finding{Grade: mitid.Grade(f.Grade), About: f.About, Kind: mitid.Kind(f.Class), Code: f.Code, What: f.What, Do: f.Do}
	}
	return out
}
