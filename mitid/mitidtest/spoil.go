package mitidtest

import "fmt"

// Spoil lets the tampering that waits at a stage change value. The tampering is used up
// then. A dialect calls Spoil with each value that it is about to send: *Reply, *Token,
// *Answer, or a pointer to a type of its own. If the tampering is for another type, it
// changes nothing, and the test that owns the fake fails.
func Spoil[T any](b *Broker, at Stage, value *T) {
	if spoil := TakeSpoiler[T](b, at); spoil != nil {
		spoil(b, value)
	}
}

// TakeSpoiler is Spoil for a value that is made later: it returns the change that the
// tampering at a stage makes, and uses the tampering up. It returns nil if none waits.
func TakeSpoiler[T any](b *Broker, at Stage) func(*Broker, *T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting, ok := b.waiting[at]
	if !ok {
		return nil
	}
	delete(b.waiting, at)
	if b.tampering != "" && !at.early() {
		b.spoilt = "the tampering " + b.tampering + " spoilt the " + at.words()
	}
	spoil, ok := waiting.(func(*Broker, *T))
	if !ok {
		b.cfg.complain(fmt.Sprintf("the tampering at stage %q is a %T, and the dialect passes a %T to Spoil", at, waiting, (*T)(nil)))
	}
	return spoil
}

// Waiting returns the name of the tampering that has not spoilt everything yet that it is
// about, or "" if there is none. One that turns switches stays until the next one, Untamper
// or Reset.
func (b *Broker) Waiting() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 && b.delivery == DeliverAtOnce && b.restoring == nil {
		return ""
	}
	return b.tampering
}

// takeSpoilt returns what a tampering has spoilt since the last call.
func (b *Broker) takeSpoilt() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	why := b.spoilt
	b.spoilt = ""
	return why
}

// HasTampering reports whether a tampering waits at a stage.
func (b *Broker) HasTampering(at Stage) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting[at] != nil
}

// takeDelivery returns how the callback travels to the app, once.
func (b *Broker) takeDelivery() Delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.delivery
	b.delivery = DeliverAtOnce
	return j
}
