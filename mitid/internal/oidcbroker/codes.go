package oidcbroker

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Codes are the error codes that a broker has beside those of the standards, by
// what they mean: each code with the reason that an error gives for it.
type Codes map[fault.Class]map[string]string

// Find returns what code means.
func (c Codes) Find(code string) (class fault.Class, why string, ok bool) {
	for class, codes := range c {
		if why, ok := codes[code]; ok {
			return class, why, true
		}
	}
	return 0, "", false
}

// Declined turns an error answer into an error of ours. code is the broker's own,
// wherever in the answer it stands. If it is not in the table, the answer's
// standard code decides. Nothing else of the answer gets into the error's text.
func (c Codes) Declined(answer *oidcrp.Answer, code string) *mitid.Error {
	e := &mitid.Error{Kind: mitid.Kind(oidcrp.ClassOf(answer.Error)), Detail: mitid.NewSecret(answer.Said())}
	if class, why, ok := c.Find(code); ok {
		e.Kind, e.Code, e.Why = mitid.Kind(class), code, why
	}
	return e
}
