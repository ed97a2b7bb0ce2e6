// Command login is the smallest web app with a MitID login. It works against
// any configured broker, a fake one included:
//
//	go run ./examples/fakes -auto
//	go run ./examples/login -broker criipto -issuer … -client-id … -client-secret …
//
// or, over SAML:
//
//	go run ./examples/login -broker nemlogin -tls -entity-id … -idp-metadata FILE -sp-key FILE -sp-cert FILE
//
// GET /login begins, /callback ends, GET /me tells who is logged in, POST /logout logs
// them out. With NemLog-in, GET /metadata is the service provider's metadata, and /slo
// takes logout messages. The digits of a CPR number are told only with -show-cpr. With
// -check it serves nothing: it asks the broker whether logins can work, and ends with 0
// or 1. -tls serves https with a certificate that is made at the start.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/mitid"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "login:", err)
		os.Exit(1)
	}
}

func run() error {
	broker := flag.String("broker", "criipto", "the broker's dialect: "+dialect.Names)
	issuer := flag.String("issuer", "", "the broker's issuer (eident-saml: its origin); http on loopback only")
	id := flag.String("client-id", "", "the application's id at the broker (eident-saml: the MID)")
	secret := flag.String("client-secret", "", "the application's secret (eident-saml: the merchant's password)")
	listen := flag.String("listen", "127.0.0.1:8081", "a loopback address; its /callback must be registered at the broker")
	tls := flag.Bool("tls", false, "serve https, with a certificate made at the start that nobody vouches for")
	var sp dialect.ServiceProvider
	sp.AddFlags(flag.CommandLine)
	ca := flag.String("ca", "", "trust the authorities in this PEM file and no others")
	o := options{level: claims.Substantial}
	flag.TextVar(&o.level, "level", o.level, "the level of assurance to ask for: low, substantial, high")
	flag.BoolVar(&o.cpr, "cpr", false, "require a CPR number")
	flag.BoolVar(&o.address, "address", false, "ask for the address")
	check := flag.Bool("check", false, "ask the broker whether logins can work, print the report, and end: 0 if they can, 1 if not")
	redirect := flag.String("redirect", "", "with -check: the redirect address of your app, in place of this command's own")
	flag.BoolVar(&o.showCPR, "show-cpr", false, "tell the digits of the CPR number")
	flag.Parse()
	if *broker != "nemlogin" && sp.Given() {
		return errors.New("-entity-id, -idp-metadata, -sp-key, -sp-cert, -private and -cbc are for -broker nemlogin")
	}
	if *broker == "nemlogin" && *issuer+*id+*secret+*ca != "" {
		return errors.New("-issuer, -client-id, -client-secret and -ca are not for -broker nemlogin: it takes -entity-id, -idp-metadata, -sp-key and -sp-cert")
	}
	caller, err := trusting(*ca)
	if err != nil {
		return err
	}
	open := func(base string) (mitid.Broker, error) {
		app := dialect.Application{Issuer: *issuer, ClientID: *id, ClientSecret: mitid.NewSecret(*secret), HTTPClient: caller}
		if *broker == "nemlogin" {
			var err error
			if app.NemLogin, err = sp.Config(base, "Eksempel på Ærø"); err != nil {
				return nil, err
			}
		}
		return dialect.Open(*broker, app)
	}
	base := "http://" + *listen
	if *tls {
		base = "https://" + *listen
	}
	if *check {
		if *redirect == "" {
			*redirect = base + "/callback"
		}
		adapter, err := open(strings.TrimSuffix(*redirect, "/callback"))
		if err != nil {
			return err
		}
		return report(adapter, *redirect, o)
	}
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(*listen)
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	base = strings.TrimSuffix(base, *listen) + net.JoinHostPort(host, port)
	if *tls {
		if ln, err = selfsigned.Listen(ln, host); err != nil {
			return err
		}
	}
	adapter, err := open(base)
	if err != nil {
		return err
	}
	handler, err := app(adapter, base, o)
	if err != nil {
		return err
	}
	fmt.Println("listening on " + base)
	return (&http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}).Serve(ln)
}
