package signingtest

import (
	"context"
	"slices"
	"strings"
)

// Misbehaviour is one way in which the service, or what it hands out, is wrong. Next, At and
// Always ask for it by its name.
type Misbehaviour struct {
	Name     string
	Doc      string
	Occasion Occasion
	// Done means, for AtRequest, that the service has done what the request asked for.
	Done bool

	play    func(*exchange)
	field   string // that an answer is spoilt in, such as Signatory.status
	value   func(s *Service, v any) any
	signing func(*sealing)
	contact func(w *sealing, evidence string) string
	file    func(s *Service, o *order, d *document) []byte
	post    func(s *Service, l *letter)
	deliver func(ctx context.Context, s *Service, l *letter) *invocation
}

// Occasion says when a misbehaviour is played.
type Occasion string

// The occasions.
const (
	AtRequest Occasion = "request" // the next request of the application
	AtAnswer  Occasion = "answer"  // the next answer to the application that holds what is spoilt
	AtSigning Occasion = "signing" // the next signature, in the file and in answers
	AtClosing Occasion = "closing" // the files of the next order that is closed
	AtWebhook Occasion = "webhook" // the next event
)

// Misbehaviours returns all of them, ordered by occasion and name.
func Misbehaviours() []Misbehaviour {
	all := slices.Concat(transportMisbehaviours(), replyMisbehaviours(), answerMisbehaviours(), tokenMisbehaviours(),
		evidenceMisbehaviours(), fileMisbehaviours(), webhookMisbehaviours())
	slices.SortFunc(all, func(a, b Misbehaviour) int {
		if a.Occasion != b.Occasion {
			return strings.Compare(string(a.Occasion), string(b.Occasion))
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}

// answerSpoil is the misbehaviour of one answer.
type answerSpoil struct {
	m    *Misbehaviour // nil if there is none
	used bool
}

// spoil returns what a field of an answer is to hold. The caller holds the lock.
func (x *exchange) spoil(kind, field string, v any) any {
	if x.as.m == nil || x.as.m.field != kind+"."+field {
		return v
	}
	x.as.used = true
	return x.as.m.value(x.s, v)
}

// answer carries the request out, well or as the script says.
func (x *exchange) answer() {
	s := x.s
	var m *Misbehaviour
	s.mu.Lock()
	if x.caller.side == ApplicationSide {
		m = s.play.request(roots(x.op))
		if queue := s.play.next[AtAnswer]; len(queue) > 0 {
			x.as.m = queue[0]
		} else {
			x.as.m = s.play.always[AtAnswer]
		}
	} else {
		m = s.play.planned(roots(x.op))
	}
	s.mu.Unlock()
	if m != nil && m.play != nil {
		x.played(m)
		m.play(x)
		return
	}
	x.send(x.execute())
}

func (x *exchange) played(m *Misbehaviour) {
	x.s.records.Change(x.to, func(q *Request) { q.Misbehaviours = append(q.Misbehaviours, m.Name) })
}

// consume takes the misbehaviour of an answer off the queue once an answer has shown it.
func (x *exchange) consume() {
	if !x.as.used {
		return
	}
	x.played(x.as.m)
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if queue := x.s.play.next[AtAnswer]; len(queue) > 0 && queue[0] == x.as.m {
		x.s.play.next[AtAnswer] = queue[1:]
	}
}
