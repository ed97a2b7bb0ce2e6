package mitidtest

import "sync"

// Switches are the settings of a dialect. Several goroutines may use them.
type Switches[S any] struct {
	mu    sync.Mutex
	value S
}

// NewSwitches returns switches that stand as value says.
func NewSwitches[S any](value S) *Switches[S] { return &Switches[S]{value: value} }

// Now returns the switches as they are now.
func (s *Switches[S]) Now() S {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// Change changes them. The function runs under a lock: it must not call the Broker.
func (s *Switches[S]) Change(change func(*S)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.value)
}

// Save returns what turns the switches back to how they are now. It is a dialect's
// Dialect.Save.
func (s *Switches[S]) Save() (restore func()) {
	before := s.Now()
	return func() { s.Change(func(now *S) { *now = before }) }
}
