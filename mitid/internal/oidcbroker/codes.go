package oidcbroker

import (
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Codes maps the error codes of a broker, beside those of the standards, to classes.
// The value of each code is the reason in the error's text.
type Codes map[fault.Class]map[string]string

// Find returns the class and the reason of code.
func (c Codes) Find(code string) (class fault.Class, why string, ok bool) {
	for class, codes := range c {
		if why, ok := codes[code]; ok {
			return class, why, true
		}
	}
	return 0, "", false
}

// Declined returns the error for an error answer. code is the broker's own code, from
// whatever parameter has it. If it is not in the table, the answer's standard code
// decides. The error's text holds nothing else of the answer.
func (c Codes) Declined(answer *oidcrp.Answer, code string) *mitid.Error {
	e := &mitid.Error{Kind: mitid.Kind(oidcrp.ClassOf(answer.Error)), Detail: mitid.NewSecret(answer.Said())}
	if class, why, ok := c.Find(code); ok {
		e.Kind, e.Code, e.Why = mitid.Kind(class), code, why
	}
	return e
}
