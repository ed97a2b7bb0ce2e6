package signingtest

import (
	"errors"
	"slices"

	"github.com/dkeid/dkeid/internal/didyoumean"
)

// script says how the fake is to misbehave.
type script struct {
	next   map[Occasion][]*Misbehaviour
	at     map[string][]*Misbehaviour // by operation
	always map[Occasion]*Misbehaviour
}

// take returns the misbehaviour of an occasion that has come, or nil. The caller holds the
// lock.
func (p *script) take(o Occasion) *Misbehaviour {
	if queue := p.next[o]; len(queue) > 0 {
		p.next[o] = queue[1:]
		return queue[0]
	}
	return p.always[o]
}

// planned returns what At has planned for a request with these operations, or nil.
func (p *script) planned(operations []string) *Misbehaviour {
	for _, op := range operations {
		if queue := p.at[op]; len(queue) > 0 {
			p.at[op] = queue[1:]
			return queue[0]
		}
	}
	return nil
}

// request returns what a request of the application is to play, or nil.
func (p *script) request(operations []string) *Misbehaviour {
	if m := p.planned(operations); m != nil {
		return m
	}
	return p.take(AtRequest)
}

// Next queues misbehaviours. Each waits for its occasion, and is played once; those of one
// occasion come in the order in which they were named. "" is a request of the application
// that is answered well. An unknown name is an error that says which names are near, queues
// nothing, and fails the test that owns the fake.
func (s *Service) Next(names ...string) error {
	ms, err := s.find(names)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play.next == nil {
		s.play.next = make(map[Occasion][]*Misbehaviour)
	}
	for _, m := range ms {
		s.play.next[m.Occasion] = append(s.play.next[m.Occasion], m)
	}
	return nil
}

// At queues misbehaviours for the next requests that ask for an operation, such as
// closeSignatureOrder, on either side. They must be of the occasion AtRequest.
func (s *Service) At(operation string, names ...string) error {
	ms, err := s.find(names)
	if err != nil {
		return err
	}
	if _, known := s.operations[operation]; !known {
		return s.mistake(didyoumean.Text("operation", operation, s.operationNames()))
	}
	for _, m := range ms {
		if m.Occasion != AtRequest {
			return s.mistake(m.Name + " is not played by a request: use Next")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play.at == nil {
		s.play.at = make(map[string][]*Misbehaviour)
	}
	s.play.at[operation] = append(s.play.at[operation], ms...)
	return nil
}

// Always plays a misbehaviour at each of its occasions, from when the queue of Next is
// empty until Behave. There is one for each occasion.
func (s *Service) Always(name string) error {
	ms, err := s.find([]string{name})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.play.always == nil {
		s.play.always = make(map[Occasion]*Misbehaviour)
	}
	s.play.always[ms[0].Occasion] = ms[0]
	return nil
}

// Behave forgets what Next, At and Always have asked for. What they have done to files and
// signatures stays.
func (s *Service) Behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.play = script{}
}

// Planned returns the names of the misbehaviours that wait: those of Next and At, and those
// of Always, each in the order of the occasions.
func (s *Service) Planned() (next, always []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range s.operationNames() {
		for _, m := range s.play.at[op] {
			next = append(next, m.Name)
		}
	}
	for _, o := range []Occasion{AtRequest, AtAnswer, AtSigning, AtClosing, AtWebhook} {
		for _, m := range s.play.next[o] {
			next = append(next, m.Name)
		}
		if m := s.play.always[o]; m != nil {
			always = append(always, m.Name)
		}
	}
	return next, always
}

func (s *Service) operationNames() []string {
	var names []string
	for name := range s.operations {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *Service) mistake(why string) error {
	if s.cfg.complains != nil {
		s.cfg.complains(why)
	}
	return errors.New("signingtest: " + why)
}

// find returns misbehaviours by their names.
func (s *Service) find(names []string) ([]*Misbehaviour, error) {
	all := Misbehaviours()
	var found []*Misbehaviour
	for _, name := range names {
		if name == "" {
			found = append(found, &Misbehaviour{Occasion: AtRequest})
			continue
		}
		i := slices.IndexFunc(all, func(m Misbehaviour) bool { return m.Name == name })
		if i < 0 {
			known := make([]string, len(all))
			for i := range all {
				known[i] = all[i].Name
			}
			return nil, s.mistake(didyoumean.Text("misbehaviour", name, known))
		}
		found = append(found, &all[i])
	}
	return found, nil
}
