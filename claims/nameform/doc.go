// Package nameform writes and compares names as passports do, and knows the rules for
// MitID user IDs. Most logins need none of it. Administrators of MitID Erhverv need it
// for employees from abroad, and forms that ask for a user ID need it too.
//
// [MachineReadable] writes a name in the letters A to Z, as in the code line of a
// passport. [SameMachineReadable] reports whether two spellings may be one name.
// [ValidateUserID] reports whether a person could choose a text as their user ID, and
// [UserIDLooksLikeCPR] whether the text is a CPR number.
//
// # Errors
//
// The errors are [*NameError] and [*UserIDError]. Their Reason can be shown to the
// person who typed the text, and they hold nothing of it. errors.Is finds [ErrName] and
// [ErrUserID] in them.
//
// The tables of letters are those of ICAO Doc 9303, part 3, section 6.
package nameform
