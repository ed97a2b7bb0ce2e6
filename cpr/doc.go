// Package cpr holds Danish CPR numbers (personnumre) in a type that protects
// itself: a [Number] is read strictly, prints as a mask, refuses to marshal, and
// gives its digits only through a method whose name shows in review.
//
// [Parse] reads DDMMYYXXXX and DDMMYY-XXXX. [Number.BirthDate], [Number.Sex],
// [Number.Kind] and [Number.ChecksumOK] say what the digits say.
// [Number.RequireOrdinary] is the one check before a number leaves for another
// system. [Number.Pseudonym] makes a key for look-ups, [Plain] writes and reads
// the digits in JSON, XML, SQL and the like, [Number.Reveal] returns them.
//
// You do not need this package to know people again: a MitID UUID does that, for
// everybody, and without the rules that Databeskyttelsesloven § 11 has for CPR
// numbers. It does not find numbers in a text either, and it cannot tell whether
// somebody has the number or is who they say: only a CPR look-up or a CPR match
// at a MitID broker can.
//
// # What a number means
//
// A number that this package accepts keeps the rules of the register; it need
// not have been given to anybody. Modulus 11 is an answer ([Number.ChecksumOK])
// and never validity: since 1 October 2007 numbers that fail it are given.
// Births may lie ahead, up to 2057, because nothing here asks a clock
// ([Number.RequireBornBy] takes the day from you). People get new numbers, after
// a correction or a legal change of sex, so a number is no permanent key and two
// numbers need not be two people. It proves no identity: it is a name, not a
// password.
//
// The rules are those of CPR-kontoret, "Personnummeret i CPR-systemet", 1 July
// 2008, and its page on replacement numbers (erstatningspersonnumre), at
// https://www.cpr.dk/cpr-systemet. The temporary numbers with letters of
// hospitals (eCPR) and schools are recognised and refused with [ReasonLetters];
// a person stands behind them, so offer another way.
//
// # Errors
//
// What is wrong with an input is an [*Error] with a typed [Reason], and matches
// [ErrInputInvalid]. It never holds any of the input. A Number that meets a
// marshaller or scanner answers with an error that names [Plain]; that is a
// mistake in the program and matches no class.
//
// # Personal data
//
// No verb of fmt, no log handler, no marshaller, no template and no panic shows
// a digit of a Number. Printers that walk values by reflection find it scrambled
// with a key of this process. That is a seat belt against accidents and not
// encryption. Strings that you parse from, and strings from Reveal, are ordinary
// strings: keep them short-lived. Never put a number into a URL, a file name, a
// subject line or a metric. A plain hash of a number hides nothing; see
// [Number.Pseudonym].
//
// # Testing
//
// Package cprtest makes numbers that belong to nobody. Use them instead of
// numbers found on the web, which are often real.
package cpr
