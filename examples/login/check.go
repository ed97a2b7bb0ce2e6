package main

import (
	"context"
	"fmt"

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
	fmt.Print(r)
	return r.Err()
}
