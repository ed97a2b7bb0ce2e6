package oidcbroker

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// Admit compares what an ID token says with what a demands. Call it before any
// further call to the broker.
func Admit(a *mitid.Attempt, id *claims.Identity) error {
	return a.Admit(mitid.Facts{Level: id.Levels.LoA, Capacity: id.Capacity, AuthTime: id.AuthTime, Subject: id.Subject})
}

// AdmitTexts compares the texts that the person saw with those of a.
// referenceOptional is Config.ReferenceTextOptional: if true, the answer need not
// repeat the reference text.
func AdmitTexts(a *mitid.Attempt, seen mitid.Texts, referenceOptional bool) error {
	switch {
	case a.Reference == nil || seen.Reference != nil:
	case referenceOptional:
		a.Reference = nil
	default:
		return fault.New(fault.TransactionMismatch, "the answer does not repeat the reference text; set Config.ReferenceTextOptional if this broker's answers never do")
	}
	return a.AdmitTexts(seen)
}
