package mitidtest

import (
	"errors"
	"slices"
)

// Rule says how every login of a citizen ends.
type Rule struct {
	Citizen Citizen
	Outcome Outcome
}

// Always makes every login of a citizen end in o, until Forget or Reset: whoever picks
// them on the page, and whatever Walk or Next says that they do. A second rule for the
// same citizen replaces the first. A login that a session answers is none: nobody acts.
//
// Citizens are the same if they have the same MitID ([Citizen.MitIDUUID]). Always returns an
// error if c is not among Citizens, or if o approves as somebody else.
func (b *Broker) Always(c Citizen, o Outcome) error {
	uuid := c.MitIDUUID(nil)
	if o.Act == Approves && o.Citizen.MitIDUUID(nil) != uuid {
		return errors.New("mitidtest: a rule cannot approve as somebody else")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.citizens, func(p Citizen) bool { return p.MitIDUUID(nil) == uuid }) {
		return errors.New("mitidtest: a rule is for one of Citizens")
	}
	if i := b.ruleOf(uuid); i >= 0 {
		b.rules[i] = Rule{c, o}
	} else {
		b.rules = append(b.rules, Rule{c, o})
	}
	return nil
}

// Forget takes the rule of a citizen back, if there is one.
func (b *Broker) Forget(c Citizen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := b.ruleOf(c.MitIDUUID(nil)); i >= 0 {
		b.rules = slices.Delete(b.rules, i, i+1)
	}
}

// Rules returns the rules, oldest first.
func (b *Broker) Rules() []Rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.rules)
}

func (b *Broker) ruleOf(uuid string) int {
	return slices.IndexFunc(b.rules, func(r Rule) bool { return r.Citizen.MitIDUUID(nil) == uuid })
}

// ruled returns what the rule of the person who approves makes of o.
func (b *Broker) ruled(o Outcome) (Outcome, bool) {
	if o.Act != Approves {
		return o, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.ruleOf(o.Citizen.MitIDUUID(nil))
	if i < 0 {
		return o, false
	}
	return b.rules[i].Outcome, true
}
