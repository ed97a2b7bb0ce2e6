// Package claims is what a login says about a person: one [Identity], the same whichever
// broker vouched for it, and the values in it.
//
// Most users meet it in mitid.Login.Identity and need three things. Check Capacity and
// Levels for what was achieved. Key the account on Subject. Ask whether a part is there
// (CPR.IsZero, Name == nil) before you use it. People without a CPR number and people with
// a protected name are normal users, so a type says that something is absent, never an
// empty text.
//
// An Identity holds a [Name], an [Address], an [Organisation] with its [CVR], [PNumber] and
// [SENumber], a [UUID], [Levels], a [CPRStatus], a [Protection] and the [Authenticator]s.
// [Level], [UUID], [CVR], [PNumber], [SENumber], [CPRStatus] and [Capacity] compare with ==
// and have a zero value that stands for none. Their Parse functions read exactly the forms
// that they name.
//
// The broker's own words are elsewhere: mitid.Login.Claims is a *criipto.Claims, a
// *neb.Claims or a *eident.Claims, each beside its adapter. [Registered], the claims that
// decide whether a token is to be believed, is part of all three. Names as passports write
// them, and the rules for MitID user IDs, are in claims/nameform.
//
// # Errors
//
// Each Parse function has an error of its own (ErrUUID, ErrCVR …). [ErrClaimInvalid] says
// that an identity cannot be used, and [ErrStored] that a stored one cannot be read.
// errors.Is finds one of these in every error. No error holds any of its input.
//
// # Personal data
//
// Identity and everything personal in it print and log which parts are there and nothing
// of what is in them. That holds under every verb that fmt lets a type decide on (not %p
// and a misplaced %w, which go vet refuses) and every slog handler. They refuse to marshal
// to JSON, text and XML, so that a struct that reaches a log or a response by accident fails
// loudly. [Plain] is the way out where an identity is meant to be stored. Printers that walk
// values by reflection (spew, go-cmp, the diffs of test libraries) still see names and
// addresses. The CPR number is noise even to them. A field that you take out is a string
// without protection.
//
// No text of an Identity holds what may be a CPR number: such a text is no fact about a
// person and is left out, as [Identity.Cleared] says.
//
// A UUID is a pseudonym of a person. It prints in clear on its own, since accounts are found
// by it, and not as part of an Identity. CVR, P- and SE-numbers are public.
//
// # Testing
//
// Identities are plain structs: make them by hand in a test, with numbers from cpr/cprtest.
// Package mitid/mitidtest gives whole logins.
package claims
