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
// this machine. [Error.Incomplete] is true also if less than the whole body left, which
// the other side then cannot have taken in.
//
// # Asking before the body leaves
//
// A request with the header Expect: 100-continue sends its head, and its body when the
// other side has said 100 Continue. A certificate that is refused, and a connection that
// died in the pool, are seen while the body is still here, and an answer that comes
// before the body was asked for has not seen it. How long to wait for the word is a
// setting of the transport (ExpectContinueTimeout); then the body leaves all the same. A
// server that never says it costs one such wait: the [Client] remembers it for ten minutes.
//
// # Personal data
//
// Neither errors nor a printed [Response] show URLs, headers or bodies.
package httpx
