package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
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
	if o.PublicURL == "" {
		o.PublicURL = "http://" + listener.Addr().String()
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

	settings, fake, err := o.broker()
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
		Broker: broker, Ages: ages, Issuer: settings.Issuer, PublicURL: o.PublicURL, Store: s, Keys: keys, Questionnaires: survey.Catalogue(),
		Assignments: o.Assignments, Identity: o.Identity, Confirm: confirming(o.Broker), Level: o.Level, Demo: fake != nil,
		Now: clock, Logger: log,
	}
	desk, signer, closeSigner, err := o.signing(fake, keys, log)
	if err != nil {
		return err
	}
	defer closeSigner()
	if cfg.Signing = desk; desk != nil {
		cfg.Questionnaires = append(cfg.Questionnaires, survey.Agreements()...)
	}
	if signer != nil {
		cfg.SignEvery = 2 * time.Second // a fake does not mind
	}
	if carrier != nil {
		cfg.Mailboxes, cfg.Mailbox = carrier.PageURL(), mailboxOf(carrier)
		cfg.NewsEvery = time.Second // a fake does not mind
	}
	if sender != nil {
		if cfg.Post, err = post.NewClient(sender, s, keys, log); err != nil {
			return err
		}
	}
	a, err := web.New(cfg)
	if err != nil {
		return err
	}
	if fake != nil {
		fmt.Fprintf(stdout, "MitID is imitated at %s; all people are made up.\n", settings.Issuer)
		fmt.Fprintf(stdout, "e-Boks is imitated at %s; see there what people get.\n", cfg.Mailboxes)
		fmt.Fprintf(stdout, "Signing is imitated at %s.\n", signer.URL())
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

// confirming is the verb for confirmations, where the broker can show one.
func confirming(broker string) mitid.Action {
	if broker == "eident" {
		return mitid.LogOn
	}
	return mitid.Confirm
}

// openKeys reads the key file, or makes keys that last as long as the program.
func openKeys(o *options, log *slog.Logger) (store.Keyring, error) {
	if o.Key != "" {
		return store.LoadKeyring(o.Key)
	}
	log.Warn("the keys are random and end with the program: good for a demonstration only, use -key")
	return store.NewKeyring(), nil
}

// database returns the path of the SQLite file, and what removes a temporary one.
func (o *options) database() (path string, remove func(), err error) {
	if o.DB != "" {
		return o.DB, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "questionnaire-")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(dir, "questionnaire.db"), func() { _ = os.RemoveAll(dir) }, nil
}

// broker returns how the broker knows the app. Without an issuer it starts a fake
// of the same dialect.
func (o *options) broker() (settings dialect.Application, fake *mitidtest.Broker, err error) {
	if o.Issuer == "" {
		fake, err := o.fake()
		if err != nil {
			return dialect.Application{}, nil, err
		}
		return dialect.Application{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()}, fake, nil
	}
	settings = dialect.Application{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: mitid.NewSecret(o.ClientSecret)}
	if o.CA == "" {
		return settings, nil, nil
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		return dialect.Application{}, nil, fmt.Errorf("-ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return dialect.Application{}, nil, errors.New("-ca: the file holds no certificate")
	}
	settings.HTTPClient = &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}},
	}
	return settings, nil, nil
}

// ages returns who proves ages: the fake, which needs no second application, or the
// application of the flags; nil where there is neither.
func (o *options) ages(broker mitid.Broker, at dialect.Application) (mitid.Broker, error) {
	if o.Issuer == "" {
		return broker, nil
	}
	if o.AgeID == "" {
		return nil, nil
	}
	at.ClientID, at.ClientSecret = o.AgeID, mitid.NewSecret(o.AgeSecret)
	ages, err := dialect.Open(o.Broker, at)
	if err != nil {
		return nil, err
	}
	if _, able := ages.(mitid.AgeProver); !able {
		return nil, errors.New("-age-client-id: this broker proves no age without telling who it is")
	}
	return ages, nil
}

func (o *options) fake() (*mitidtest.Broker, error) {
	fake, err := fakebroker.Start(o.Broker, calledAeroe(), mitidtest.Config{})
	if err != nil {
		return nil, err
	}
	fake.AllowRedirect(o.PublicURL+"/callback", o.PublicURL+web.AgeCallback, o.PublicURL+"/")
	return fake, nil
}

// calledAeroe names the app as people read it in MitID.
func calledAeroe() fakebroker.App {
	return fakebroker.App{Service: "Ærøpanelet", Text: "Spørgeskemaer"}
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
