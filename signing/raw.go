package signing

import "slices"

// Raw is something that came from outside, byte by byte. It may name a person, so it
// prints as a placeholder and refuses to marshal.
type Raw struct {
	guarded
	reveal func() []byte // behind a function: printers by reflection find an address
}

// NewRaw keeps b, which must not change.
func NewRaw(b []byte) Raw {
	if len(b) == 0 {
		return Raw{}
	}
	return Raw{reveal: func() []byte { return b }}
}

// IsZero reports whether there is nothing.
func (r Raw) IsZero() bool { return r.reveal == nil }

// Reveal returns a copy of the bytes. Encrypt what you store.
func (r Raw) Reveal() []byte {
	if r.reveal == nil {
		return nil
	}
	return slices.Clone(r.reveal())
}
