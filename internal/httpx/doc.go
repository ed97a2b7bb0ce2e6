// Package httpx makes every HTTP call of this module: one request, one answer of
// limited size, and an error that says how far the call came.
//
// [Client.Do] makes the call once. [Client.DoAgain] repeats it while it is certain that
// nothing was sent. Both read the whole answer, within a size limit that counts bytes
// after decompression, and within one time limit for the whole call. [Client.Stream]
// hands the body over while it arrives, within the same limits. A Client follows
// no redirect and keeps no cookie. It writes a request with a body at most once:
// net/http cannot send it again on another connection.
//
// # Errors
//
// Every error is an [*Error] with a [Reason]. [Error.NotSent] says whether a request
// may be sent again: it is true only if it is certain that nothing of the request left
// this machine.
//
// # Personal data
//
// Neither errors nor a printed [Response] show URLs, headers or bodies.
package httpx
