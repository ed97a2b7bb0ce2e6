package ebokstest

import (
	"errors"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/didyoumean"
)

// script says how the fake is to misbehave.
type script struct {
	next    []*Misbehaviour
	always  *Misbehaviour
	letters map[eboks.ID]*Misbehaviour
}

// maxPlans is how many letters can have a misbehaviour of their own.
const maxPlans = 1024

func newScript() script { return script{letters: make(map[eboks.ID]*Misbehaviour)} }

// Next queues misbehaviours: each of the next requests plays one. An unknown
// name is an error that says which names are near, queues nothing, and fails the test that owns the fake. "" is
// a request that is answered well.
func (d *Distributor) Next(names ...string) error {
	var ms []*Misbehaviour
	for _, name := range names {
		m, err := d.misbehaviour(name)
		if err != nil {
			return err
		}
		ms = append(ms, m)
	}
	d.mu.Lock()
	d.play.next = append(d.play.next, ms...)
	d.mu.Unlock()
	d.door(ms...)
	return nil
}

// Always makes every request play a misbehaviour, from when the queue of Next is
// empty until Behave.
func (d *Distributor) Always(name string) error {
	m, err := d.misbehaviour(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.play.always = m
	d.mu.Unlock()
	d.door(m)
	return nil
}

// For makes every request whose address names a letter play a misbehaviour,
// before all others: a poison letter. "" ends it. For returns an error if 1024 letters have one
// already, and Behave forgets them.
func (d *Distributor) For(id eboks.ID, name string) error {
	m, err := d.misbehaviour(name)
	if err != nil {
		return err
	}
	if m != nil && m.atDoor {
		d.cfg.complains("a connection that is refused names no letter")
		return errors.New("ebokstest: a connection that is refused names no letter")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if m == nil {
		delete(d.play.letters, id)
		return nil
	}
	if _, there := d.play.letters[id]; !there && len(d.play.letters) >= maxPlans {
		why := strconv.Itoa(maxPlans) + " letters have a misbehaviour of their own already; forget them first"
		d.cfg.complains(why)
		return errors.New("ebokstest: " + why)
	}
	d.play.letters[id] = m
	return nil
}

// Behave forgets what Next, Always and For have asked for.
func (d *Distributor) Behave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.play.next, d.play.always = nil, nil
	clear(d.play.letters)
}

// Planned returns the names of the misbehaviours that wait: those of Next, in order, and that
// of Always, or "".
func (d *Distributor) Planned() (next []string, always string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.play.next {
		next = append(next, m.name())
	}
	return next, d.play.always.name()
}

// name returns the name, or "" if m is nil.
func (m *Misbehaviour) name() string {
	if m == nil {
		return ""
	}
	return m.Name
}

// misbehaviour finds one by its name; nil for "".
func (d *Distributor) misbehaviour(name string) (*Misbehaviour, error) {
	if name == "" {
		return nil, nil
	}
	all := Misbehaviours()
	i := slices.IndexFunc(all, func(m Misbehaviour) bool { return m.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i := range all {
			names[i] = all[i].Name
		}
		why := didyoumean.Text("misbehaviour", name, names)
		d.cfg.complains(why)
		return nil, errors.New("ebokstest: " + why)
	}
	return &all[i], nil
}

// door closes the connections that are open when one at the door is planned:
// otherwise nobody would come by it.
func (d *Distributor) door(ms ...*Misbehaviour) {
	if slices.ContainsFunc(ms, func(m *Misbehaviour) bool { return m != nil && m.atDoor }) {
		d.listener.idle.close()
	}
}

// turnsAway reports whether a connection is to be refused.
func (d *Distributor) turnsAway() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.play.next) > 0 {
		m := d.play.next[0]
		if m == nil || !m.atDoor {
			return false
		}
		d.play.next = d.play.next[1:]
		return true
	}
	return d.play.always != nil && d.play.always.atDoor
}

// misbehaves returns what a request is to play, or nil for nothing.
func (d *Distributor) misbehaves(op *Operation) *Misbehaviour {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m := d.play.letters[op.Letter]; m != nil {
		return m
	}
	if len(d.play.next) == 0 {
		if d.play.always == nil || d.play.always.atDoor {
			return nil
		}
		return d.play.always
	}
	m := d.play.next[0]
	if m != nil && m.atDoor { // this connection was open before
		return nil
	}
	d.play.next = d.play.next[1:]
	return m
}
