// Package claims is what a login says about a person: one [Identity], the same
// whichever broker vouched for it, and the values in it.
//
// Most users meet it in mitid.Login.Identity and need three things. Check Capacity
// and Levels for what was achieved; key the account on Subject; ask for
// the presence of what they need (CPR.IsZero, Name == nil) before they use it.
// People without a CPR number and people with a protected name are normal users,
// so absence is a type here, never an empty text in a field that looks filled.
//
// An adapter reads its broker's own terms first, in one strict pass, and turns
// them into ours: [ParseCriipto] and [Criipto.Identity] for Criipto Verify,
// [ParseEIdent] and [EIdent.Identity] for Nets E-Ident. A login through Nets eID
// Broker is told in up to three parts ([ParseNEBIDToken], [ParseNEBUserInfo],
// [ParseNEBTransaction]); [NEB.Identity] joins them, and refuses parts that
// contradict each other. Claims that this package does not know are kept.
//
// The values stand on their own too: [Level], [UUID], [CVR], [PNumber],
// [SENumber] and [CPRStatus] compare with ==, have a zero value that stands for
// none, and read exactly the forms that their Parse functions name. Names as passports
// write them and the rules for MitID user IDs are in claims/nameform.
//
// # Errors
//
// Each Parse function has an error of its own (ErrUUID, ErrCVR …). What is wrong with a login is told in the vocabulary of
// package mitid: [ErrTokenInvalid] when there are no claims at all, [ErrClaimInvalid]
// for a claim that cannot be used, [ErrClaimMissing] for one that must not be absent.
// errors.Is finds one of these in every error, and no error holds any of its input.
//
// # Personal data
//
// Identity and everything personal in it print and log which parts are there and
// nothing of what is in them, under every verb that fmt lets a type decide on
// (not %p and a misplaced %w, which go vet refuses) and every slog handler, and
// refuse to marshal to JSON, text and XML, so that a struct that reaches a log or
// a response by accident fails loudly. [Plain] is the way out where an identity is
// meant to be stored. Printers that walk values by reflection (spew, go-cmp, the
// diffs of test libraries) still see names and addresses; the CPR number is noise
// even to them. Taking a field out takes the protection off: it is a string.
//
// No text of an Identity holds what may be a CPR number: such a text is no fact about
// a person and is left out, as [Identity.Cleared] says. The WithoutCPR methods do the
// same to all claims of a dialect, for logins that asked for no number; mitid.Client
// calls them. Texts are judged by their shape, and by the number and birth date that
// the claims themselves tell. Fields with a form of their own (P numbers, RID, UUIDs)
// stay.
//
// A UUID is a pseudonym of a person. It prints in clear on its own, since
// accounts are found by it, and not as part of an Identity. CVR, P- and
// SE-numbers are public.
//
// # Testing
//
// Identities are plain structs: make them by hand in a test, with numbers from
// cpr/cprtest. Package mitid/mitidtest gives whole logins.
package claims
