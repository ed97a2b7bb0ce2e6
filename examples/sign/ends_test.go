package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// clean requires that nothing steers a terminal, and that only the command's own lines
// look like its own.
func clean(t *testing.T, r *running) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(r.out.String()+r.err.String(), "\n"), "\n") {
		require.False(t, strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }), "%q", line)
	}
	require.LessOrEqual(t, strings.Count("\n"+r.out.String(), "\nlink "), 1)
	require.Zero(t, strings.Count("\n"+r.err.String(), "\nlink "))
}

func TestUnhappyEnds(t *testing.T) {
	t.Parallel()
	const reason = "Jeg er ikke enig, æøå\x1b]0;nyt\x07\nlink https://elsewhere.example/\u202e"
	for name, c := range map[string]struct {
		happens func(t *testing.T, fake *signingtest.Service, link string)
		says    string
	}{
		"rejected": {func(t *testing.T, fake *signingtest.Service, link string) {
			require.NoError(t, fake.Reject(t.Context(), link, ditlev(), reason))
		}, "rejected"},
		"rejected at length": {func(t *testing.T, fake *signingtest.Service, link string) {
			require.NoError(t, fake.Next("reason-long"))
			require.NoError(t, fake.Reject(t.Context(), link, ditlev(), ""))
		}, "rejected"},
		"expired": {func(_ *testing.T, fake *signingtest.Service, _ string) { fake.Advance(91 * 24 * time.Hour) }, "expired"},
		"cancelled": {func(t *testing.T, fake *signingtest.Service, _ string) {
			adapter, err := criipto.New(criipto.Config{Endpoint: fake.Endpoint(), ClientID: fake.ClientID(), ClientSecret: signing.NewSecret(fake.ClientSecret().Reveal())})
			require.NoError(t, err)
			orders, _, err := adapter.Orders(t.Context(), signing.OrderOpen, "")
			require.NoError(t, err)
			require.NoError(t, adapter.Cancel(t.Context(), orders[0].ID))
		}, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := signingtest.New(t)
			d := newDesk(t, contract())
			flags := append(d.flags(), at(fake)...)
			r := start(t, func(link string) { c.happens(t, fake, link) }, flags...)
			require.Equal(t, 1, r.end(t), r.err.String())
			clean(t, r)
			require.Contains(t, r.err.String(), "nobody signed: "+c.says)
			require.Less(t, len(r.err.String()), 1<<16)
			if name == "rejected" {
				require.Contains(t, r.err.String(), "the person's reason: Jeg er ikke enig, æøå ]0;nyt link https://elsewhere.example/\n")
			}
			require.NoFileExists(t, d.out)
			require.NoFileExists(t, d.out+".evidence.zip")
			require.Zero(t, fake.Count("cleanupSignatureOrder"), "no file stands")
			require.Equal(t, c.says == "rejected", fake.Count("cancelSignatureOrder") > 0 && name != "cancelled")
			n := len(fake.Requests())
			r = start(t, nil, flags...)
			require.Equal(t, 1, r.end(t), "it stays so")
			require.Len(t, fake.Requests(), n)
		})
	}
}

// TestCopiesThatAreRefused takes a few of the forgeries; all of them are tested where the
// verifier is.
func TestCopiesThatAreRefused(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	for _, name := range []string{
		"blob-changed", "blob-unsigned", // in the answer
		"file-of-other-order", "file-rewritten", "pdf-bytes-behind-end", "pdf-digest-of-other-bytes", "pdf-evidence-swapped", // in the file
		"drawing-instead", "empty-signature", "evidence-other-order", "token-expired", "token-foreign-key", "token-no-text",
		"token-older-than-order", "token-other-person", "token-other-text", // at signing
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, fake.Next(name))
			fake.ResetRequests()
			d := newDesk(t, contract())
			r := start(t, signs(t, fake), append(d.flags(), at(fake)...)...)
			require.Equal(t, 2, r.end(t), r.err.String())
			clean(t, r)
			require.NotContains(t, r.out.String(), "signed by")
			require.NoFileExists(t, d.out)
			require.NoFileExists(t, d.out+".evidence.zip")
			require.Zero(t, fake.Count("cleanupSignatureOrder"))
		})
	}
}

// TestServiceWithoutAnAnswer plays what passes. All of it goes on for longer than -wait.
func TestServiceWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"hang", "slow-answer", "429", "429-retry-after-seconds", "500", "503", "503-retry-after-huge", "reset", "maintenance-page", "redirect-307", "empty-200"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := signingtest.New(t)
			d := newDesk(t, contract())
			flags := append(d.flags(), at(fake)...)
			require.NoError(t, fake.Always(name))
			began := time.Now()
			r := start(t, nil, append(flags, "-wait", "100ms")...)
			require.Equal(t, 3, r.end(t), r.err.String())
			require.Less(t, time.Since(began), time.Minute)
			clean(t, r)
			require.Contains(t, r.err.String(), "start the same command again later")
			require.NoFileExists(t, d.out)
			if name == "429-retry-after-seconds" || name == "503-retry-after-huge" {
				require.Len(t, fake.Requests(), 1, "it was asked to wait")
			}
			fake.Behave()
			fake.ResetRequests()
			r = start(t, signs(t, fake), flags...)
			require.Equal(t, 0, r.end(t), r.err.String())
			require.LessOrEqual(t, fake.Count("createSignatureOrder"), 1, "what was placed is found")
		})
	}
}

// TestLostAnswers loses the answer to each call once.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"createSignatureOrder", "signatureOrder", "closeSignatureOrder", "document", "cleanupSignatureOrder"} {
		t.Run(operation, func(t *testing.T) {
			fake := signingtest.New(t)
			require.NoError(t, fake.At(operation, "lost-answer"))
			d := newDesk(t, contract())
			flags := append(d.flags(), at(fake)...)
			r := start(t, signs(t, fake), flags...)
			require.Equal(t, 0, r.end(t), r.err.String())
			clean(t, r)
			require.Equal(t, 1, fake.Count("createSignatureOrder"))
			require.Equal(t, 1, fake.Count("closeSignatureOrder"))
			require.FileExists(t, d.out)
			require.Equal(t, operation == "cleanupSignatureOrder", strings.Contains(r.err.String(), "warning: the service keeps the order"))
		})
	}
}

// TestIssuerWithoutAnAnswer takes the keys away after the signature.
func TestIssuerWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	tenant, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	require.NoError(t, err)
	fake := signingtest.NewWith(t, signingtest.Config{Verify: tenant})
	d := newDesk(t, contract())
	r := start(t, func(link string) {
		signs(t, fake)(link)
		require.NoError(t, tenant.Close())
	}, append(d.flags(), at(fake)...)...)
	waits := func() int { return strings.Count(r.err.String(), "\nwaiting") }
	require.Eventually(t, func() bool { return fake.Count("closeSignatureOrder") > 0 }, time.Minute, 10*time.Millisecond)
	before := waits()
	require.Eventually(t, func() bool { return waits() > before+2 }, time.Minute, 10*time.Millisecond, "it asks again")
	require.NoError(t, r.cmd.Process.Signal(os.Interrupt))
	require.Equal(t, 3, r.end(t), r.err.String())
	require.NoFileExists(t, d.out)
	require.Equal(t, 1, fake.Count("closeSignatureOrder"))
	require.Zero(t, fake.Count("cleanupSignatureOrder"))
}

func TestRetryAfterIsHeeded(t *testing.T) {
	t.Parallel()
	for operation, name := range map[string]string{"createSignatureOrder": "429-retry-after-second", "closeSignatureOrder": "503-retry-after-second"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			fake := signingtest.New(t)
			require.NoError(t, fake.At(operation, name))
			d := newDesk(t, contract())
			r := start(t, signs(t, fake), append(d.flags(), at(fake)...)...)
			require.Equal(t, 0, r.end(t), r.err.String())
			all := fake.Requests()
			i := slices.IndexFunc(all, func(q signingtest.Request) bool { return slices.Contains(q.Operations, operation) })
			require.GreaterOrEqual(t, all[i+1].At.Sub(all[i].At), 900*time.Millisecond)
		})
	}
}

func TestUnknownStatesAreNotFinal(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"unknown-signatory-status", "unknown-order-status"} {
		fake := signingtest.New(t)
		require.NoError(t, fake.Always(name))
		d := newDesk(t, contract())
		r := start(t, signs(t, fake), append(append(d.flags(), at(fake)...), "-wait", "500ms")...)
		require.Equal(t, 3, r.end(t), r.err.String())
		require.Zero(t, fake.Count("closeSignatureOrder"), name)
		require.NoFileExists(t, d.out)
	}
}

func TestTextsOfTheServiceStayOut(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"error-escapes", "error-personal"} {
		fake := signingtest.New(t)
		require.NoError(t, fake.Always(name))
		d := newDesk(t, contract())
		r := start(t, nil, append(append(d.flags(), at(fake)...), "-wait", "0")...)
		require.NotZero(t, r.end(t))
		clean(t, r)
		require.NotContains(t, r.err.String(), "Åse")
		require.NotContains(t, r.err.String(), "elsewhere")
	}
	fake := signingtest.New(t)
	require.NoError(t, fake.Always("link-escapes"))
	d := newDesk(t, contract())
	r := start(t, nil, append(append(d.flags(), at(fake)...), "-wait", "0")...)
	require.NotZero(t, r.end(t))
	clean(t, r)
	require.NotContains(t, r.out.String(), "link")
}

// TestCopyThatCannotBeStored puts another file where the copy goes, and then takes the
// folder away, while the person signs.
func TestCopyThatCannotBeStored(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	d := newDesk(t, contract())
	flags := append(d.flags(), at(fake)...)
	r := start(t, func(link string) {
		require.NoError(t, os.WriteFile(d.out, []byte("æøå"), 0o600))
		signs(t, fake)(link)
	}, flags...)
	require.Equal(t, 2, r.end(t), r.err.String())
	require.Zero(t, fake.Count("cleanupSignatureOrder"))
	kept, err := os.ReadFile(d.out)
	require.NoError(t, err)
	require.Equal(t, "æøå", string(kept), "no file of others is overwritten")

	require.NoError(t, os.Remove(d.out))
	require.NoError(t, os.MkdirAll(d.out+".part/in the way", 0o700))
	r = start(t, nil, append(flags, "-wait", "100ms")...)
	require.Equal(t, 3, r.end(t), r.err.String())
	require.Zero(t, fake.Count("cleanupSignatureOrder"))
	require.NoError(t, os.RemoveAll(d.out+".part"))
	r = start(t, nil, flags...)
	require.Equal(t, 0, r.end(t), r.err.String())
	require.Equal(t, 1, fake.Count("closeSignatureOrder"))
}
