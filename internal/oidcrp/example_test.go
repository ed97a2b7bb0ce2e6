package oidcrp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/dkeid/dkeid/internal/oidcrp"
)

func ExampleParty_Exchange() {
	mux := http.NewServeMux()
	broker := httptest.NewServer(mux)
	defer broker.Close()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token","jwks_uri":"%[1]s/jwks"}`, broker.URL)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"koden er brugt før"}`)
	})

	p, err := oidcrp.New(oidcrp.Config{Name: "acme", Issuer: broker.URL, ClientID: "us", Algs: []string{"RS256"}})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	answer, err := p.ReadAnswer(ctx, url.Values{"code": {"kode"}, "state": {"s"}})
	if err != nil {
		panic(err)
	}
	_, err = p.Exchange(ctx, answer.Code, "verifier", "https://app.example/callback")
	fmt.Println(p, answer)
	fmt.Println(err)
	// Output:
	// [party acme] [answer]
	// BrokerDeclined (invalid_grant): acme: token endpoint refused (HTTP 400)
}
