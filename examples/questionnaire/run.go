package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
)

// run starts everything, says where it is, and ends when ctx does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	clock := time.Now

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("%w; -listen 127.0.0.1:0 takes a free port", err)
	}
	defer listener.Close()
	scheme := "http://"
	if o.TLS {
		scheme = "https://"
		host, _, _ := net.SplitHostPort(listener.Addr().String())
		if listener, err = selfsigned.Listen(listener, host); err != nil {
			return err
		}
	}
	if o.PublicURL == "" {
		o.PublicURL = scheme + listener.Addr().String()
	}
	if !reachable(o.PublicURL) {
		return errors.New("without https the app is for this machine alone: -listen 127.0.0.1:8080, or -public-url https://… where a proxy with TLS stands in front")
	}

	keys, err := openKeys(o, log)
	if err != nil {
		return err
	}
	db, remove, err := o.database()
	if err != nil {
		return err
	}
	defer remove()
	v, err := store.NewVault(keys)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, db, v, clock)
	if err != nil {
		return err
	}
	defer s.Close()

	settings, fake, err := o.broker(ctx)
	if err != nil {
		return err
	}
	if fake != nil {
		defer func() { _ = fake.Close() }()
	}
	broker, err := dialect.Open(o.Broker, settings)
	if err != nil {
		return err
	}
	ages, err := o.ages(broker, settings)
	if err != nil {
		return err
	}
	sender, carrier, stop, err := o.post(fake, clock)
	if err != nil {
		return err
	}
	defer stop()
	cfg := web.Config{
		Broker: broker, Ages: ages, PublicURL: o.PublicURL, Store: s, Keys: keys, Questionnaires: survey.Catalogue(),
		Assignments: o.Assignments, Identity: o.Identity, Confirm: confirming(o.Broker), OwnLanguage: choosesLanguage(o.Broker), Level: o.Level, Demo: fake != nil || o.Fakes != "",
		Admins: o.Admins, Now: clock, Logger: log,
	}
	if fake != nil {
		cfg.DemoAdmin = func() { fake.Next(demoAdmin()) }
	}
	desk, signer, closeSigner, err := o.signing(fake, keys, log)
	if err != nil {
		return err
	}
	defer closeSigner()
	if cfg.Signing = desk; desk != nil {
		cfg.Questionnaires = append(cfg.Questionnaires, survey.Agreements()...)
	}
	if o.SP.Private {
		cfg.Questionnaires = survey.WithoutCPR(cfg.Questionnaires)
	}
	news := time.Minute
	if cfg.Demo { // fakes do not mind
		cfg.Characters = characters()
		news, cfg.SignEvery = time.Second, 2*time.Second
	}
	if carrier != nil {
		cfg.Mailboxes, cfg.Mailbox = carrier.PageURL(), mailboxOf(carrier)
	} else if o.mailboxes != "" { // nobody outside of that program knows whose is whose
		cfg.Mailboxes, cfg.Mailbox = o.mailboxes, func(cpr.Number) string { return "" }
	}
	if sender != nil {
		if cfg.Post, err = openOutbox(ctx, s, keys, outbox.Config{Sender: sender, ReceiptEvery: news, Logger: log}); err != nil {
			return err
		}
	}
	a, err := web.New(cfg)
	if err != nil {
		return err
	}
	if cfg.Demo {
		signs := o.SignURL
		if signer != nil {
			signs = signer.URL()
		}
		fmt.Fprintf(stdout, "MitID is imitated at %s; all people are made up.\n", cmp.Or(settings.Issuer, o.fakeMetadata))
		fmt.Fprintf(stdout, "e-Boks is imitated at %s; see there what people get.\n", cfg.Mailboxes)
		fmt.Fprintf(stdout, "Signing is imitated at %s.\n", signs)
	}
	fmt.Fprintf(stdout, "open %s in a browser; Ctrl-C ends the program.\n", o.PublicURL)
	defer a.Deliver(ctx)()
	return serve(ctx, listener, a.Handler(), log)
}

// reachable reports whether people may use the app at that address: by https, or
// on this machine.
func reachable(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// openKeys reads the key file, or makes keys that last as long as the program.
func openKeys(o *options, log *slog.Logger) (store.Keyring, error) {
	if o.Key != "" {
		return store.LoadKeyring(o.Key)
	}
	log.Warn("the keys are random and end with the program: good for a demonstration only, use -key")
	return store.NewKeyring(), nil
}

// database returns the name of the database, and what removes a temporary one.
func (o *options) database() (name string, remove func(), err error) {
	if o.DB != "" {
		return o.DB, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "questionnaire-")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(dir, "questionnaire.db"), func() { _ = os.RemoveAll(dir) }, nil
}

// serve answers until ctx ends, and lets running answers finish.
func serve(ctx context.Context, listener net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // its lines hold addresses of people
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("ending")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}
