package mitidtest

import "sync"

// Switches are the settings of a dialect. Several goroutines may use them.
type Switches[S any] struct {
	mu    sync.Mutex
	value S
}

// NewSwitches returns switches that begin with value.
func NewSwitches[S any](value S) *Switches[S] { return &Switches[S]{value: value} }

// Now returns the switches as they are now.
func (s *Switches[S]) Now() S {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

// Change changes the switches. The function runs under a lock, and must not call the
// Broker.
func (s *Switches[S]) Change(change func(*S)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.value)
}

// Save returns a function that turns the switches back to how they are now. A dialect
// returns it from [Dialect.Save].
func (s *Switches[S]) Save() (restore func()) {
	before := s.Now()
	return func() { s.Change(func(now *S) { *now = before }) }
}
