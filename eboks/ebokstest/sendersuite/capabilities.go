package sendersuite

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// capabilities holds what the adapter promises against the interfaces that it has.
func (s *suite) capabilities(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	can := r.can
	assert.NotEmpty(t, can.Name)
	assert.Equal(t, can, r.sender.Capabilities(), "the same at every call")
	assert.Empty(t, r.fake.Requests(), "no call is made for it")
	for _, ability := range []struct {
		name     string
		can, has bool
	}{
		{"Status", can.Status, is[eboks.StatusReader](r.sender)},
		{"Lookup", can.Lookup, is[eboks.Lookup](r.sender)},
		{"Events", can.Events, is[eboks.EventReader](r.sender)},
		{"Recall", can.Recall, is[eboks.Recaller](r.sender)},
	} {
		assert.False(t, ability.can && !ability.has, "%s is promised and not there", ability.name)
		if !ability.can {
			t.Logf("%s: not promised, not tested", ability.name)
		}
	}
	furthest := r.traits.Furthest
	if !can.Status && !can.Events {
		furthest = eboks.Accepted
	}
	assert.True(t, can.Final(furthest), "nobody tells more than %s, so that nothing is overdue after it: Capabilities.Ends", furthest)
	if !can.CertificateExpires.IsZero() {
		assert.True(t, r.fake.Certificate().Leaf.NotAfter.Equal(can.CertificateExpires), "the end of the certificate")
	}
	if can.Certificate != "" {
		sum := sha256.Sum256(r.fake.Certificate().Certificate[0])
		assert.Equal(t, hex.EncodeToString(sum[:]), can.Certificate, "the certificate in use")
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }
