// Command login is the smallest web app with a MitID login. It works against
// any configured broker, a fake one included:
//
//	go run ./examples/fakes -auto
//	go run ./examples/login -broker criipto -issuer … -client-id … -client-secret …
//
// GET /login begins, GET /callback ends, GET /me tells who is logged in. The
// digits of a CPR number are told only with -show-cpr. With -check it serves
// nothing: it asks the broker whether logins can work, and ends with 0 or 1.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "login:", err)
		os.Exit(1)
	}
}

func run() error {
	broker := flag.String("broker", "criipto", "the broker's dialect: criipto, neb or eident")
	issuer := flag.String("issuer", "", "the broker's issuer; http on loopback only")
	id := flag.String("client-id", "", "the application's id at the broker")
	secret := flag.String("client-secret", "", "the application's secret")
	listen := flag.String("listen", "127.0.0.1:8081", "a loopback address; its /callback must be registered at the broker")
	ca := flag.String("ca", "", "trust the authorities in this PEM file and no others")
	level := claims.Substantial
	flag.TextVar(&level, "level", level, "the level of assurance to ask for: low, substantial, high")
	withCPR := flag.Bool("cpr", false, "require a CPR number")
	address := flag.Bool("address", false, "ask for the address")
	check := flag.Bool("check", false, "ask the broker whether logins can work, print the report, and end: 0 if they can, 1 if not")
	redirect := flag.String("redirect", "", "with -check: the redirect address of your app, in place of this command's own")
	show := flag.Bool("show-cpr", false, "tell the digits of the CPR number")
	flag.Parse()
	caller, err := trusting(*ca)
	if err != nil {
		return err
	}
	app := dialect.Application{Issuer: *issuer, ClientID: *id, ClientSecret: mitid.NewSecret(*secret), HTTPClient: caller}
	if *check {
		if *redirect == "" {
			*redirect = "http://" + *listen + "/callback"
		}
		return report(*broker, app, *redirect, level)
	}
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(*listen)
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	base := "http://" + net.JoinHostPort(host, port)

	adapter, err := dialect.Open(*broker, app)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	client, err := mitid.New(mitid.Config{Broker: adapter, RedirectURL: base + "/callback", MinLevel: level, Logger: logger})
	if err != nil {
		return err
	}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Home: "/me", Refused: refused, Logger: logger})
	if err != nil {
		return err
	}
	want := mitid.Request{Level: level, Address: *address}
	if *withCPR {
		want.CPR = mitid.CPRRequired
	}
	mux := http.NewServeMux()
	mux.Handle("GET /login", gate.Start(want))
	mux.Handle("GET /callback", gate.Callback())
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		s, ok := gate.Session(r)
		if !ok {
			refused(w, r, &mitid.Error{Kind: mitid.InteractionRequired})
			return
		}
		if !*show {
			s.Identity.CPR = cpr.Number{}
		}
		answer(w, http.StatusOK, claims.Plain(s.Identity))
	})
	fmt.Println("listening on " + base)
	return (&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}).Serve(ln)
}

// refused answers with the error's class alone.
func refused(w http.ResponseWriter, _ *http.Request, err error) {
	answer(w, mitidhttp.StatusOf(err), map[string]string{"error": mitid.KindOf(err).String()})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
