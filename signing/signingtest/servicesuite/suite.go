package servicesuite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// Test holds an adapter to every promise of signing.Service, signing.Finder and
// signing.Verifier, and completes orders with a signing.Client while calls go wrong.
// open starts an adapter with another side of its own. It is called for each case.
//
// What the adapter's Capabilities leave out is not tried, and the log says so. With a
// demand it is a failure.
func Test(t *testing.T, open func(t *testing.T) Opened, demands ...Demand) {
	s := &suite{open}
	able := s.able(t)
	for _, d := range demands {
		assert.True(t, able[d], "%s is demanded, and not there", d)
	}
	only := func(d Demand, name string, run func(*testing.T)) {
		if !able[d] {
			t.Logf("%s: not promised, not tested", d)
			return
		}
		t.Run(name, run)
	}
	t.Run("capabilities", s.capabilities)
	t.Run("placing", s.placing)
	t.Run("people", s.people)
	t.Run("ending", s.ending)
	t.Run("contexts", s.contexts)
	t.Run("crash", s.crash)
	t.Run("together", s.together)
	only(Find, "searching", s.searching)
	only(Cancel, "cancelling", s.cancelling)
	only(Cleanup, "cleaning", s.cleaning)
	only(Retention, "keeping", s.keeping)
	only(Roles, "roles", s.roles)
	only(Sequence, "sequence", s.sequence)
	only(Scoped, "scoped", s.scoped)
	only(Expires, "expiring", s.expiring)
	only(Rejection, "rejecting", s.rejecting)
	t.Run("faults", func(t *testing.T) { s.faults(t, able[Faults]) })
}

// able says what the adapter and its remote control can do.
func (s *suite) able(t *testing.T) map[Demand]bool {
	r := s.rig(t)
	_, finds := r.Service.(signing.Finder)
	able := map[Demand]bool{
		Links: r.can.Links, Find: r.can.Find && finds, Cancel: r.can.Cancel, Cleanup: r.can.Cleanup, Retention: r.can.Retention > 0,
		Roles: r.can.Roles, Sequence: r.can.Sequence, Scoped: r.can.Scoped, Expires: r.can.Expires, Faults: true,
	}
	ticket := r.place(r.order("probe", 1, 1))
	able[Rejection] = r.Remote.Reject(ticket.ID, ticket.Signatories[0].ID, 0, secretReason) == nil
	for _, op := range ops() {
		for _, f := range allFaults() {
			able[Faults] = able[Faults] && (!r.does(op) || r.Remote.Next(op, f))
		}
	}
	return able
}

// does reports whether the adapter makes such calls.
func (r *rig) does(op Op) bool {
	switch op {
	case Search:
		return r.can.Find
	case CancelIt:
		return r.can.Cancel
	case CleanUp:
		return r.can.Cleanup
	}
	return true
}

// capabilities holds what the adapter says of itself against what it has.
func (s *suite) capabilities(t *testing.T) {
	r := s.rig(t)
	assert.NotEmpty(t, r.can.Name, "an adapter has a name")
	assert.Equal(t, r.can, r.Service.Capabilities(), "Capabilities are the same at every call")
	assert.Zero(t, r.Remote.Calls(), "Capabilities make no call")
	assert.False(t, r.can.Retention < 0 || r.can.Retention > 7, "documents are kept for 7 days at most")
	_, finds := r.Service.(signing.Finder)
	assert.Equal(t, r.can.Find, finds, "Find is promised where there is a Finder, and nowhere else")
	assert.False(t, r.can.Documents < 0 || r.can.Signatories < 0 || r.can.MaxDocument < 0, "limits are not negative")
	require.NotEqual(t, r.Remote.Person(0), r.Remote.Person(1), "the people of the remote control differ")
}
