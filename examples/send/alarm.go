package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/dkeid/dkeid/eboks"
)

// alarms tells a person of each kind of trouble once, until letters are taken in again.
type alarms struct {
	to io.Writer

	mu   sync.Mutex
	told map[eboks.Kind]bool
}

func (a *alarms) raise(_ context.Context, e *eboks.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told[e.Kind] {
		return
	}
	a.told[e.Kind] = true
	word := "Look at this:"
	if e.Kind == eboks.AuthFailed || e.Kind == eboks.ConfigInvalid { // nothing is sent until somebody mends it
		word = "ALARM:"
	}
	fmt.Fprintln(a.to, word, e)
}

// passed means that the distributor takes letters in.
func (a *alarms) passed() {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.told, eboks.AuthFailed)
	delete(a.told, eboks.ConfigInvalid)
}
