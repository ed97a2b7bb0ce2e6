package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// demonstrate starts a fake broker, a small app that knows nothing of MitID but one
// header, and the proxy between them.
func demonstrate(ctx context.Context, listen string, stdout io.Writer, log *slog.Logger) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || !isLoopback(host) {
		return errors.New("-listen is a loopback address, such as 127.0.0.1:8080: the people of the demonstration are made up, and everybody can log in as one")
	}
	fake, err := fakebroker.Start("criipto", fakebroker.App{Service: "Ærø Bibliotek"}, mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		return err
	}
	defer func() { _ = fake.Close() }()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("%w; -listen 127.0.0.1:0 takes a free port", err)
	}
	behind, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer behind.Close()
	s := demoSettings("http://"+ln.Addr().String(), "http://"+behind.Addr().String())
	known, err := fake.Application(s.PublicURL)
	if err != nil {
		return err
	}
	broker, err := dialect.Open("criipto", known)
	if err != nil {
		return err
	}
	p, err := newProxy(s, material{broker: broker}, time.Now, log)
	if err != nil {
		return err
	}
	app := &http.Server{Handler: newDemoApp(ctx, s), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = app.Serve(behind) }()
	defer func() { _ = app.Close() }()
	p.describe(stdout)
	fmt.Fprintf(stdout, "\nMitID is imitated at %s; all people are made up.\nopen %s in a browser; Ctrl-C ends the program.\n", fake.Issuer(), s.PublicURL)
	return p.serve(ctx, ln)
}

// demoSettings are the settings of the demonstration.
func demoSettings(public, upstream string) *settings {
	s := &settings{
		PublicURL: public, Upstream: upstreamSettings{URL: upstream},
		Paths: []pathSettings{
			{Path: "/", Only: true, Public: true},
			{Path: "/favicon.ico", Public: true},
			{Path: "/lån", Level: level(claims.Substantial)},
			{Path: "/fjernlån", CPR: cprUse(mitid.CPRRequired)},
			{Path: "/skole", Identity: capacity(claims.CapacityProfessional)},
			{Path: "/admin", Level: level(claims.High), Identity: capacity(claims.CapacityEither)},
		},
	}
	s.complete()
	return s
}
