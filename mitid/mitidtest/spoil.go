package mitidtest

// Spoil lets the tampering that waits at a stage change value, and uses it up. A
// dialect calls it with each value that it is about to send: *Reply, *Draft, *Answer,
// or a type of its own.
func Spoil[T any](b *Broker, at Stage, value *T) {
	if spoil := TakeSpoiler[T](b, at); spoil != nil {
		spoil(b, value)
	}
}

// TakeSpoiler returns what the tampering that waits at a stage does, and uses it
// up. It returns nil if none waits.
func TakeSpoiler[T any](b *Broker, at Stage) func(*Broker, *T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting, ok := b.waiting[at]
	if !ok {
		return nil
	}
	delete(b.waiting, at)
	return waiting.(func(*Broker, *T)) // of On, for a stage of this type
}

// Waits reports whether a tampering waits at a stage.
func (b *Broker) Waits(at Stage) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting[at] != nil
}

// takeJourney returns how the callback travels to the app, once.
func (b *Broker) takeJourney() Journey {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.journey
	b.journey = Straight
	return j
}
