package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// options are what a login asks for, and what /me tells of it.
type options struct {
	level                 claims.Level
	cpr, address, showCPR bool
}

// request returns what a login asks for.
func (o options) request() mitid.Request {
	want := mitid.Request{Level: o.level, Address: o.address}
	if o.cpr {
		want.CPR = mitid.CPRRequired
	}
	return want
}

// app returns the web app at base, its scheme and host.
func app(broker mitid.Broker, base string, o options) (http.Handler, error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: base + "/callback", MinLevel: o.level, Logger: logger})
	if err != nil {
		return nil, err
	}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Home: "/me", Refused: refused, Logger: logger})
	if err != nil {
		return nil, err
	}
	metadata, hasMetadata, err := dialect.Metadata(broker, client.RedirectURL())
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /login", gate.Start(o.request()))
	mux.Handle("/callback", gate.Callback())
	mux.Handle("POST /logout", gate.Logout())
	mux.Handle(dialect.LogoutPath, gate.ReceiveLogout())
	if hasMetadata {
		mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/samlmetadata+xml")
			_, _ = w.Write(metadata)
		})
	}
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		s, ok := gate.Session(r)
		if !ok {
			refused(w, r, &mitid.Error{Kind: mitid.InteractionRequired})
			return
		}
		if !o.showCPR {
			s.Identity.CPR = cpr.Number{}
		}
		answer(w, http.StatusOK, claims.Plain(s.Identity))
	})
	return mux, nil
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
