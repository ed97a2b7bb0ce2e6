package claimset

import (
	"bytes"
	"encoding/json"
)

// CloneUnknown returns a deep copy.
func CloneUnknown(unknown map[string]json.RawMessage) map[string]json.RawMessage {
	if unknown == nil {
		return nil
	}
	c := make(map[string]json.RawMessage, len(unknown))
	for name, value := range unknown {
		c[name] = bytes.Clone(value)
	}
	return c
}

// ClonePointer returns a pointer to a copy of what p points to; nil if p is nil.
func ClonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
