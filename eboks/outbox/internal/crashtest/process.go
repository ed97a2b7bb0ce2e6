// Package crashtest makes a process die at any step of its I/O, inside a test.
//
// A [Process] counts steps: what its database connections ([Process.Connector]) do, and
// whatever else is run by [Process.Step]. At the step of its [Plan] it dies: from then on
// nothing it does reaches anybody, its connections are cut without a commit, and every
// call returns [ErrDead]. Another Process on the same database is the one that is started
// after it.
package crashtest

import (
	"errors"
	"slices"
	"sync"
)

// ErrDead is what every call of a dead process returns.
var ErrDead = errors.New("crashtest: the process is dead")

// Plan says what goes wrong in a process, and when. The zero Plan is a process that lives.
type Plan struct {
	// Step is the step that goes wrong, counted from 1; if zero, none.
	Step int
	// After lets the step do its work first: the process dies before it hears of that.
	After bool
	// Err is what the step fails with, once and without doing its work; the process lives
	// on. If nil, it dies.
	Err error
}

// Process is one process that does I/O. It is safe for concurrent use.
type Process struct {
	plan Plan

	mu    sync.Mutex
	steps []string
	sick  func(step string) error
	dead  bool
	died  chan struct{}
	cut   sync.WaitGroup // connections on their way to be closed
	conns map[*conn]bool
	busy  int // steps and transactions under way
}

// New starts a process.
func New(plan Plan) *Process {
	return &Process{plan: plan, died: make(chan struct{}), conns: map[*conn]bool{}}
}

// Step does one step of I/O. what names it.
func (p *Process) Step(what string, do func() error) error {
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return ErrDead
	}
	p.steps = append(p.steps, what)
	p.busy++
	defer p.ended()
	mine, sick := len(p.steps) == p.plan.Step, p.sick
	p.mu.Unlock()
	switch {
	case mine && p.plan.Err != nil:
		return p.plan.Err
	case mine && p.plan.After:
		_ = do()
		p.Kill()
		return ErrDead
	case mine:
		p.Kill()
		return ErrDead
	}
	if sick != nil {
		if err := sick(what); err != nil {
			return err
		}
	}
	err := do()
	if p.Dead() { // it ended too late to be heard of
		return ErrDead
	}
	return err
}

// Sicken makes every step fail, without doing its work, for which fault returns an
// error. If fault is nil, the process is well again.
func (p *Process) Sicken(fault func(step string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sick = fault
}

// Kill ends the process now. Work that is under way is broken off.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return
	}
	p.dead = true
	close(p.died)
	for c := range p.conns {
		p.cut.Go(c.cut)
	}
}

// Dead reports whether the process has died.
func (p *Process) Dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// Died is closed when the process dies.
func (p *Process) Died() <-chan struct{} { return p.died }

// Bury waits until nothing of a dead process is left: its locks are gone then.
func (p *Process) Bury() { p.cut.Wait() }

// Steps returns what the process did, in order.
func (p *Process) Steps() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.steps)
}

// begun is the beginning of a transaction.
func (p *Process) begun() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy++
}

// ended is the end of a step, or of a transaction.
func (p *Process) ended() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy--
}

// Idle reports whether no step and no transaction is under way.
func (p *Process) Idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.busy == 0
}

// Count is how many steps the process did so far.
func (p *Process) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.steps)
}
