package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// report prints what stands between the settings and a login.
func report(broker mitid.Broker, redirect string, o options) error {
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: redirect, MinLevel: o.level})
	if err != nil {
		return err
	}
	if _, err := mitidhttp.New(mitidhttp.Config{Client: client}); err != nil {
		return err
	}
	r := client.Check(context.Background())
	// The keys and the memory of this command say nothing about those of your app.
	r.Findings = slices.DeleteFunc(r.Findings, func(f mitid.Finding) bool { return f.About == "state keys" || f.About == "single use" })
	fmt.Print(r)
	if err := r.Err(); err != nil {
		return err
	}
	// What the flags ask for beside a login, this broker may not carry.
	if _, err := client.Begin(context.Background(), o.request()); errors.Is(err, mitid.ErrUnsupported) {
		return err
	}
	return nil
}
