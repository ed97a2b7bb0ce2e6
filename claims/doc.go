// Package claims holds what a login says about a person: one [Identity], in the same form
// for every broker, and the values in it.
//
// Most users get an Identity from mitid.Login.Identity and do three things. They check
// Capacity and Levels. They key the account on Subject. They check whether a part is there
// (CPR.IsZero, Name == nil) before they use it. People without a CPR number and people with
// a protected name are normal users, so an absent part is nil or zero and never an empty
// text.
//
// An Identity holds a [Name], an [Address], an [Organisation] with its [CVR], [PNumber] and
// [SENumber], a [UUID], [Levels], a [CPRStatus], a [Protection] and the [Authenticator]s.
// [Level], [UUID], [CVR], [PNumber], [SENumber], [CPRStatus] and [Capacity] compare with ==
// and have a zero value that stands for none. Their Parse functions read exactly the forms
// that they name.
//
// mitid.Login.Claims holds the broker's own claims: a *criipto.Claims, a *neb.Claims or a
// *eident.Claims, from the package of the adapter. [Registered], the claims that decide
// whether a token is valid, is part of all three. After a login at NemLog-in it holds an
// *[OIOSAML], which [ParseOIOSAML] reads from [SAMLAttribute]s. Names as passports write
// them, and the rules for MitID user IDs, are in claims/nameform.
//
// # Privileges
//
// NemLog-in tells what a person may do as [PrivilegeGroup]s, each with a [PrivilegeScope].
// A scope may be another organisation than the person's own: a delegation. So ask
// [OIOSAML.PrivilegesFor] with the CVR number of the organisation that matters, and do not
// look for a privilege in all groups. A [PrivilegeConstraint] that you do not understand
// means that its group grants nothing.
//
// # Errors
//
// Each Parse function of a value has an error of its own (ErrUUID, ErrCVR …).
// [ErrClaimInvalid] says that an identity, attributes or privileges cannot be used, and
// [ErrStored] that a stored identity cannot be read. errors.Is finds one of these in every
// error, but for a missing CVR number or name of an organisation: that error is
// mitid.ErrClaimMissing. No error holds any of its input.
//
// # Personal data
//
// Identity and the personal values in it print and log only which parts they have. That
// holds for every slog handler and for every verb that fmt lets a type decide on (all but %p
// and a misplaced %w, which go vet refuses). They refuse to marshal to JSON, text and XML,
// so a struct that gets into a log or a response by accident causes an error. Convert an
// identity that is meant to be stored to [Plain]. Printers that use reflection (spew, go-cmp,
// the diffs of test libraries) still show names and addresses, but not the CPR number. A
// string that you take out of an Identity is not protected.
//
// No text of an Identity may hold a CPR number: such texts are left out, as
// [Identity.Cleared] says.
//
// A UUID is a pseudonym of a person. On its own it prints in clear, because accounts are
// found by it. An Identity does not print it. CVR, P- and SE-numbers are public.
//
// # Testing
//
// Identities are plain structs: make them by hand in a test, with numbers from cpr/cprtest.
// Package mitid/mitidtest makes whole logins.
//
// # Files
//
//   - identity.go, identity_clone.go, cleared.go, plain.go: the person, copies, texts that
//     may hold a CPR number, and the stored form.
//   - name.go, address.go, organisation.go, authenticator.go: the parts of an Identity.
//   - level.go, capacity.go, cpr_status.go, protection.go, enum.go: values from a list.
//   - uuid.go, cvr.go, p_number.go, se_number.go, column.go: identifiers and numbers, also
//     as columns of a database.
//   - oiosaml.go, oiosaml_attributes.go, oiosaml_parse.go, oiosaml_identity.go,
//     oiosaml_without_cpr.go: the attributes of NemLog-in, and the person behind them.
//   - privilege.go, privilege_parse.go: what a person may do for whom, according to NemLog-in.
//   - registered.go: the claims that decide whether a token is valid.
//   - errors.go: the errors that belong to no single type.
package claims
