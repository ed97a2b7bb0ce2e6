package mitidtest

import (
	"maps"
	"slices"
)

// start is what Reset brings back.
type start struct {
	citizens  []Citizen
	redirects map[string]bool
	id        string
	secret    string
	switches  func()
}

// RememberStart makes the citizens, the application, its redirect URIs and the switches,
// as they are now, what Reset brings back. Call it when a fake is set up. If it is never
// called, Reset brings back what the fake started with. A tampering that waits is forgotten.
func (b *Broker) RememberStart() {
	b.Untamper()
	b.mu.Lock()
	b.start = start{slices.Clone(b.citizens), maps.Clone(b.redirects), b.cfg.ClientID, b.cfg.ClientSecret, b.dialect.Save()}
	remember := b.remembering
	b.mu.Unlock()
	for _, f := range remember {
		f()
	}
}

// Reset brings the fake back to its start, between two tests. It forgets added citizens,
// rules, the queue of Next, the tampering that waits, requests, logins, codes, tokens,
// sessions and rotations of keys, and turns the clock back. See RememberStart for the
// application and the switches.
func (b *Broker) Reset() {
	b.Untamper()
	b.mu.Lock()
	b.citizens, b.redirects = slices.Clone(b.start.citizens), maps.Clone(b.start.redirects)
	b.cfg.ClientID, b.cfg.ClientSecret = b.start.id, b.start.secret
	b.start.switches()
	b.ahead, b.rules, b.script.queue, b.nonces, b.spoilt = 0, nil, nil, [2]string{}, ""
	resetting := b.resetting
	b.mu.Unlock()
	b.keys.rewind()
	for _, f := range resetting {
		f()
	}
	b.ResetRequests()
	b.journal.forget()
}

// OnReset makes Reset call reset, and RememberStart remember. A dialect calls it before the
// fake listens, for what it keeps beside Switches and Stores. remember may be nil. The
// functions may call the Broker.
func (b *Broker) OnReset(reset, remember func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resetting = append(b.resetting, reset)
	if remember != nil {
		b.remembering = append(b.remembering, remember)
	}
}
