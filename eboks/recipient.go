package eboks

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Recipient is whose mailbox a letter goes to: a person by CPR number or a company
// by CVR number. It prints as a placeholder and refuses to marshal. == compares.
// The zero Recipient is nobody and is refused.
type Recipient struct {
	guarded
	person  cpr.Number
	company claims.CVR
}

// Person is the recipient with that CPR number. Whether the number can be sent to
// is checked by [Client.Send]: replacement numbers and the zero number cannot.
//
// Take the number from the verified login or from your register, never from a
// form field.
func Person(n cpr.Number) Recipient { return Recipient{person: n} }

// Company is the recipient with that CVR number.
func Company(n claims.CVR) Recipient { return Recipient{company: n} }

// IsZero reports whether r is nobody.
func (r Recipient) IsZero() bool { return r == Recipient{} }

// CPR returns the person's number, zero for a company.
func (r Recipient) CPR() cpr.Number { return r.person }

// CVR returns the company's number, zero for a person.
func (r Recipient) CVR() claims.CVR { return r.company }

// check refuses whom no letter may go to: nobody, and replacement numbers.
func (r Recipient) check() error {
	switch {
	case r.IsZero():
		return inputInvalid("the letter has no recipient; set To to eboks.Person or eboks.Company")
	case r.person.IsZero():
		return nil
	}
	if err := r.person.RequireOrdinary(); err != nil {
		return &Error{Kind: InputInvalid, Why: "this number is no address", Err: err, Then: Stop}
	}
	return nil
}
