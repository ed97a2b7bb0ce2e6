// Package cprtest makes CPR numbers for tests that belong to nobody. They are
// synthetic, and the same i gives the same number in every process and release.
//
// [Number], [WithChecksum] and [WithoutChecksum] give ordinary numbers of people
// born from 2050 to 2057. CPR gives a number at birth or later, so before 2050
// nobody can have one of these. They look like any other number to your code and
// to the systems it talks to, except that the birth date lies ahead; a system
// that asks for an adult refuses them.
//
// [Replacement] and [Born] give replacement numbers, with 60 added to the day.
// CPR never gives such numbers. Companies and authorities do make them up for
// people without a CPR number, inside their own systems; so keep those of Born,
// whose birth dates may be anybody's, away from a system that holds such people.
// Package cpr refuses replacement numbers where something is sent or matched
// ([cpr.Number.RequireOrdinary]).
//
// "Safe" means that no real person is hit by accident. Test systems of brokers
// and authorities still want their own test persons. Nothing here is meant for
// production.
package cprtest
