package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
)

// report prints what stands between the settings and a login.
func report(broker string, app dialect.Application, redirect string, level claims.Level) error {
	adapter, err := dialect.Open(broker, app)
	if err != nil {
		return err
	}
	client, err := mitid.New(mitid.Config{Broker: adapter, RedirectURL: redirect, MinLevel: level})
	if err != nil {
		return err
	}
	r := client.Check(context.Background())
	// The keys and the memory of this command say nothing about those of your app.
	r.Findings = slices.DeleteFunc(r.Findings, func(f mitid.Finding) bool { return f.About == "state keys" || f.About == "single use" })
	fmt.Print(r)
	return r.Err()
}
