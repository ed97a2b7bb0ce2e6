package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

func contract() []byte {
	return fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt for Ærøskøbing", "Åse Ødegård"}})
}

// at are the flags for a service, where Ditlev must sign.
func at(fake *signingtest.Service) []string {
	return []string{"-url", fake.Endpoint(), "-client-id", fake.ClientID(), "-client-secret", fake.ClientSecret().Reveal(),
		"-issuer", fake.Verify().Issuer(), "-audience", fake.Verify().ClientID(), "-uuid", ditlev().MitIDUUID(nil)}
}

func ditlev() *mitidtest.Citizen {
	c := mitidtest.Ditlev()
	return &c
}

func TestSigned(t *testing.T) {
	fake := signingtest.New(t)
	d := newDesk(t, contract())
	r := start(t, func(link string) { require.NoError(t, fake.SignAs(t.Context(), link, mitidtest.Ditlev())) }, append(d.flags(), at(fake)...)...)
	require.Equal(t, 0, r.end(t), r.err.String())
	t.Log(r.out.String(), r.err.String())
}

var _ = bytes.Equal
var _ = os.Getpid
var _ = strings.Join
var _ = time.Now
