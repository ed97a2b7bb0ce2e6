package main

import (
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing/signingtest"
)

// TestKilledAtEachCall kills the command before and after each call reaches the service,
// and starts it again: there is one order, it is closed once, and the copy is not lost.
func TestKilledAtEachCall(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	for _, after := range []bool{false, true} {
		for k := 1; ; k++ {
			reached := false
			t.Run(map[bool]string{false: "before ", true: "after "}[after]+strconv.Itoa(k), func(t *testing.T) {
				reached = killedAt(t, fake, k, after)
			})
			if !reached || t.Failed() {
				require.Greater(t, k, 4, "place, read, close, fetch, clean up")
				break
			}
		}
	}
}

// killedAt reports whether there was a k-th call.
func killedAt(t *testing.T, fake *signingtest.Service, k int, after bool) bool {
	d := newDesk(t, contract())
	g := newGate(t, fake)
	flags := append(append(d.flags(), at(fake)...), "-url", g.url)
	var r *running
	var reached atomic.Bool
	ready := make(chan struct{})
	kill := func(n int, _ string) bool {
		<-ready
		if n != k {
			return false
		}
		reached.Store(true)
		require.NoError(t, r.cmd.Process.Kill())
		return true
	}
	var linked atomic.Bool
	decided, reads := make(chan struct{}), 0 // closed when the person has signed
	watch := func(operation string) {
		switch operation {
		case "signatureOrder": // who has the link has time to sign between two reads
			if reads++; reads > 1 && linked.Load() {
				<-decided
			}
		case "cleanupSignatureOrder":
			require.FileExists(t, d.out)
			require.FileExists(t, d.out+".evidence.zip")
		}
	}
	g.act(
		func(n int, operation string) bool { watch(operation); return !after && kill(n, operation) },
		func(n int, operation string) bool { return after && kill(n, operation) },
	)
	person, over := signs(t, fake), sync.OnceFunc(func() { close(decided) })
	sign := func(link string) { linked.Store(true); person(link); over() }
	r = start(t, sign, flags...)
	close(ready)
	code := r.end(t)
	if reached.Load() {
		require.Equal(t, -1, code)
		r = start(t, sign, flags...)
		code = r.end(t)
	}
	require.Equal(t, 0, code, r.err.String())
	_, passed, content := g.seen()
	require.Equal(t, 1, passed["createSignatureOrder"], "one order in all")
	require.Equal(t, 1, passed["closeSignatureOrder"], "no second close")
	require.GreaterOrEqual(t, passed["cleanupSignatureOrder"], 1)
	signed, err := os.ReadFile(d.out)
	require.NoError(t, err)
	require.Equal(t, content, signed)
	checkBundle(t, d, fake)
	require.Len(t, d.names(t), 4)
	return reached.Load()
}

// TestKilledBetweenTheFiles rebuilds what a kill leaves between two files.
func TestKilledBetweenTheFiles(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]func(d desk){
		"before the copy":     func(d desk) { remove(t, d.out, d.out+".evidence.zip") },
		"before the evidence": func(d desk) { remove(t, d.out+".evidence.zip") },
		"before the state":    func(desk) {},
		"in the middle of the copy": func(d desk) {
			remove(t, d.out, d.out+".evidence.zip")
			require.NoError(t, os.WriteFile(d.out+".part", []byte("%PDF-1.7 half"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake := signingtest.New(t)
			d := newDesk(t, contract())
			flags := append(d.flags(), at(fake)...)
			var open []byte // the state while the order is open
			require.NoError(t, fake.At("cleanupSignatureOrder", "500"))
			r := start(t, func(link string) {
				var err error
				open, err = os.ReadFile(d.state)
				require.NoError(t, err)
				signs(t, fake)(link)
			}, flags...)
			require.Equal(t, 0, r.end(t), "a failing cleanup keeps the file")
			require.Contains(t, r.err.String(), "warning: ")
			before := digestOf(t, d.out)

			require.NoError(t, os.WriteFile(d.state, open, 0o600))
			left(d)
			r = start(t, nil, flags...)
			require.Equal(t, 0, r.end(t), r.err.String())
			require.Contains(t, r.out.String(), "link ", "once a start")
			require.Contains(t, r.out.String(), "signed by Ditlev Von Testesen")
			require.Equal(t, before, digestOf(t, d.out))
			checkBundle(t, d, fake)
			require.Len(t, d.names(t), 4)
			require.Equal(t, 1, fake.Count("createSignatureOrder"))
			require.Equal(t, 1, fake.Count("closeSignatureOrder"))
		})
	}
}

func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		require.NoError(t, os.Remove(path))
	}
}

// TestInterrupted ends the command as a person does.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	fake := signingtest.New(t)
	d := newDesk(t, contract())
	flags := append(d.flags(), at(fake)...)
	linked := make(chan struct{})
	r := start(t, func(string) { close(linked) }, flags...)
	<-linked
	require.NoError(t, r.cmd.Process.Signal(os.Interrupt))
	require.Equal(t, 3, r.end(t), r.err.String())
	clean(t, r)
	r = start(t, signs(t, fake), flags...)
	require.Equal(t, 0, r.end(t), r.err.String())
	require.Equal(t, 1, fake.Count("createSignatureOrder"))
}
