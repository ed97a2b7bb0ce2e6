package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/signingtest"
)

func TestSignedAndStored(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	g := newGate(t, fake)
	d := newDesk(t, contract())
	unsigned := make(chan struct{}) // closed when the command has read the order
	read := sync.OnceFunc(func() { close(unsigned) })
	g.act(func(_ int, operation string) bool {
		switch operation {
		case "createSignatureOrder":
			require.FileExists(t, d.state, "before the order leaves")
		case "cleanupSignatureOrder":
			require.FileExists(t, d.out)
			require.FileExists(t, d.out+".evidence.zip")
		}
		return false
	}, func(_ int, operation string) bool {
		if operation == "signatureOrder" {
			read()
		}
		return false
	})
	flags := append(append(d.flags(), at(fake)...), "-url", g.url)
	var link string
	r := start(t, func(l string) { link = l; <-unsigned; signs(t, fake)(l) }, flags...)
	require.Equal(t, 0, r.end(t), r.err.String())
	require.Equal(t, 1, strings.Count(r.out.String(), link))
	require.NotContains(t, r.err.String(), link)
	require.Regexp(t, `^link http://127\.0\.0\.1:\d+/\S+\nsigned by Ditlev Von Testesen at 20\d\d-[0-9-]+T[0-9:]+Z\nstored: .*\n$`, r.out.String())
	require.Contains(t, r.err.String(), "waiting")

	signed, err := os.ReadFile(d.out)
	require.NoError(t, err)
	n, _, content := g.seen()
	require.True(t, bytes.Equal(content, signed), "byte for byte as the service gave it")
	require.True(t, bytes.HasPrefix(signed, contract()))
	checkBundle(t, d, fake)
	require.Len(t, d.names(t), 4, "document, copy, evidence, state: nothing is left over")
	for _, path := range []string{d.out, d.out + ".evidence.zip", d.state} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	kept, err := os.ReadFile(d.state)
	require.NoError(t, err)
	for _, secret := range []string{link, link[strings.LastIndexByte(link, '/')+1:], fake.ClientSecret().Reveal(), "eyJ", "Ditlev", "Åse"} {
		require.NotContains(t, string(kept), secret)
	}

	r = start(t, nil, flags...)
	require.Equal(t, 0, r.end(t), r.err.String())
	require.Contains(t, r.out.String(), "stored by an earlier start")
	more, passed, _ := g.seen()
	require.Equal(t, 1, passed["createSignatureOrder"])
	require.Greater(t, more, n, "it makes sure that the service has forgotten the order")

	require.NoError(t, os.WriteFile(d.out, signed[1:], 0o600))
	r = start(t, nil, flags...)
	require.Equal(t, 2, r.end(t), "what was stored has changed")
}

// checkBundle verifies the evidence offline.
func checkBundle(t *testing.T, d desk, fake *signingtest.Service) {
	t.Helper()
	zip, err := os.ReadFile(d.out + ".evidence.zip")
	require.NoError(t, err)
	_, err = evidence.Verify(context.Background(), bytes.NewReader(zip), int64(len(zip)), time.Now().AddDate(7, 0, 0), evidence.Policy{
		Issuer: fake.Verify().Issuer(), ClientID: fake.Verify().ClientID(), TimestampOptional: true,
	})
	require.NoError(t, err)
}

func TestSignOverTLS(t *testing.T) {
	t.Parallel()
	tenant, err := criiptotest.Start(mitidtest.Config{TLS: true, AnyLoopbackRedirect: true})
	require.NoError(t, err)
	defer func() { _ = tenant.Close() }()
	fake := signingtest.NewWith(t, signingtest.Config{TLS: true, Verify: tenant})
	d := newDesk(t, contract())
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, append(fake.CA(), tenant.CA()...), 0o600))
	flags := append(d.flags(), at(fake)...)
	r := start(t, nil, append(flags, "-wait", "50ms")...)
	require.Equal(t, 3, r.end(t), "nobody vouches for the certificate")
	require.NotContains(t, r.out.String(), "link")
	r = start(t, signs(t, fake), append(flags, "-ca", ca)...)
	require.Equal(t, 0, r.end(t), r.err.String())
}

func TestFlagsAreRefused(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	for name, change := range map[string]func(d desk, flags []string) []string{
		"no document":        func(_ desk, f []string) []string { return append(f, "-document", "") },
		"nobody":             func(_ desk, f []string) []string { return append(f, "-to", "") },
		"no such document":   func(_ desk, f []string) []string { return append(f, "-document", "/nowhere/æøå.pdf") },
		"a folder":           func(d desk, f []string) []string { return append(f, "-document", filepath.Dir(d.document)) },
		"no client id":       func(_ desk, f []string) []string { return append(f, "-client-id", "") },
		"no secret":          func(_ desk, f []string) []string { return append(f, "-client-secret", "") },
		"no issuer":          func(_ desk, f []string) []string { return append(f, "-issuer", "") },
		"no audience":        func(_ desk, f []string) []string { return append(f, "-audience", "") },
		"no url":             func(_ desk, f []string) []string { return append(f, "-url", "") },
		"http elsewhere":     func(_ desk, f []string) []string { return append(f, "-url", "http://signatures.example/v1/graphql") },
		"issuer by http":     func(_ desk, f []string) []string { return append(f, "-issuer", "http://tenant.example") },
		"no UUID":            func(_ desk, f []string) []string { return append(f, "-uuid", "æøå") },
		"no authority":       func(d desk, f []string) []string { return append(f, "-ca", d.document) },
		"two lines":          func(_ desk, f []string) []string { return append(f, "-to", "Åse\nlink https://elsewhere.example") },
		"wait backwards":     func(_ desk, f []string) []string { return append(f, "-wait", "-1s") },
		"poll at once":       func(_ desk, f []string) []string { return append(f, "-poll", "0") },
		"an argument":        func(_ desk, f []string) []string { return append(f, "more") },
		"a strange flag":     func(_ desk, f []string) []string { return append(f, "-strange") },
		"out is document":    func(d desk, f []string) []string { return append(f, "-out", d.document) },
		"state is document":  func(d desk, f []string) []string { return append(f, "-state", d.document) },
		"state is out":       func(d desk, f []string) []string { return append(f, "-state", d.out) },
		"state nowhere":      func(d desk, f []string) []string { return append(f, "-state", filepath.Join(d.state, "nowhere", "s")) },
		"out nowhere":        func(d desk, f []string) []string { return append(f, "-out", filepath.Join(d.out, "nowhere", "o.pdf")) },
		"not a PDF":          func(d desk, f []string) []string { return write(t, d.document, []byte("Kære Åse"), f) },
		"an empty document":  func(d desk, f []string) []string { return write(t, d.document, nil, f) },
		"out stands":         func(d desk, f []string) []string { return write(t, d.out, []byte("æøå"), f) },
		"evidence stands":    func(d desk, f []string) []string { return write(t, d.out+".evidence.zip", []byte("æøå"), f) },
		"damaged state":      func(d desk, f []string) []string { return write(t, d.state, []byte(`{"version":1}`), f) },
		"empty state":        func(d desk, f []string) []string { return write(t, d.state, nil, f) },
		"state of something": func(d desk, f []string) []string { return write(t, d.state, []byte("æøå"), f) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, contract())
			flags := change(d, append(d.flags(), at(fake)...))
			before := d.names(t)
			r := start(t, nil, flags...)
			require.Equal(t, 2, r.end(t), r.err.String())
			require.Empty(t, r.out.String())
			require.NotEmpty(t, r.err.String())
			require.NotContains(t, r.err.String(), fake.ClientSecret().Reveal())
			require.Empty(t, fake.Requests(), "the service was not asked")
			require.Equal(t, before, d.names(t), "nothing new stands there")
		})
	}
}

func write(t *testing.T, path string, content []byte, flags []string) []string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return flags
}

func TestChangedDocumentIsRefused(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	d := newDesk(t, contract())
	flags := append(d.flags(), at(fake)...)
	r := start(t, nil, append(flags, "-wait", "0")...)
	require.Equal(t, 3, r.end(t), r.err.String())
	require.Contains(t, r.out.String(), "link ")
	n := len(fake.Requests())
	require.NoError(t, os.WriteFile(d.document, append(contract(), '\n'), 0o600))
	r = start(t, nil, flags...)
	require.Equal(t, 2, r.end(t))
	require.Contains(t, r.err.String(), "-document is not the one that -state is about")
	require.Len(t, fake.Requests(), n)
}
