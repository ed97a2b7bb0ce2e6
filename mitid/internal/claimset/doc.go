// Package claimset reads the claims of all brokers' tokens.
//
// A [Dialect] reads the payload of a token into the broker's own struct, in one
// strict pass over a table of claims. The functions of values.go read single values.
// [WithoutCPR] takes every CPR number out of a struct, [NamesPerson] judges claims that
// a dialect does not know, and [CloneUnknown] copies them.
//
// A new dialect brings a struct that holds [claims.Registered], a [State] and a map of
// unknown claims, a [Table] of its claims, and a function that makes a [claims.Identity]
// of the struct.
package claimset
