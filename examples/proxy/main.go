// Command proxy puts MitID in front of an app without touching it. Started without flags
// it needs nothing but Go: it brings a fake broker with made-up people and a small app.
//
//	go run ./examples/proxy
//
// In earnest, with one file of settings (docs/guides/proxy.md):
//
//	proxy -config proxy.yaml -check
//	proxy -config proxy.yaml
//
// A path asks for a level, an identity and a CPR number, and the app gets the person's
// identity in a signed header. Behind nginx, Traefik or Caddy the same program answers
// their questions, and they pass the requests on.
//
// # How it is built
//
//	settings.go, settings_check.go, files.go   what the settings say, and the files they name
//	path.go, rule.go                           which rule a path has, however a server may read it
//	proxy.go                                   the handlers
//	forward_auth.go                            answers for other proxies
//	upstream.go, header.go, exchange.go        what is passed on, without what is forged, and for how long
//	identity.go, sessions.go                   the signed identity, and sessions in memory
//	page.go, access_log.go, report.go          what people and operators read
//	demo.go, demo_app.go                       the fake broker and the small app
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "proxy:", err)
		os.Exit(1)
	}
}

// run does what the flags say, and ends when ctx does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("proxy", flag.ContinueOnError)
	f.SetOutput(stderr)
	config := f.String("config", "", "the `file` of settings (default a demonstration with a fake broker and a small app)")
	check := f.Bool("check", false, "with -config: check the settings and their files, say what the proxy would do, ask the broker whether logins can work, and end")
	listen := f.String("listen", "127.0.0.1:8080", "without -config: the loopback `address` of the demonstration; port 0 takes a free one")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if f.NArg() > 0 || *check && *config == "" {
		return errors.New("the flags are -config and -check, or -listen; all else is in the file of settings")
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if *config == "" {
		return demonstrate(ctx, *listen, stdout, log)
	}
	s, err := readSettings(*config)
	if err != nil {
		return err
	}
	m, err := openMaterial(s)
	if err != nil {
		return err
	}
	p, err := newProxy(s, m, time.Now, log)
	if err != nil {
		return err
	}
	if *check {
		p.describe(stdout)
		return p.checkBroker(ctx, stdout, m.broker)
	}
	lc := &net.ListenConfig{}
	ln, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening on %s for %s\n", ln.Addr(), s.PublicURL)
	if s.ForwardAuth.Listen != "" {
		asked, err := lc.Listen(ctx, "tcp", s.ForwardAuth.Listen)
		if err != nil {
			return err
		}
		server := newServer(http.HandlerFunc(p.serveAsked))
		go func() { _ = server.Serve(asked) }()
		defer func() { _ = server.Close() }()
		fmt.Fprintf(stdout, "proxies ask at %s\n", asked.Addr())
	}
	return p.serve(ctx, ln)
}

// newServer returns a server with limits, for people and for other proxies.
func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // its lines hold addresses
	}
}

// serve answers until ctx ends. What is under way then has ten seconds.
func (p *proxy) serve(ctx context.Context, ln net.Listener) error {
	server := newServer(logged(p, p.log))
	go p.exchanges.run(ctx)
	ended := make(chan error, 1)
	go func() {
		if p.set.TLS.CertFile != "" {
			ended <- server.ServeTLS(ln, p.set.TLS.CertFile, p.set.TLS.KeyFile)
			return
		}
		ended <- server.Serve(ln)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return server.Close()
	}
	return nil
}
