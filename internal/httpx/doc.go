// Package httpx is the one way in which this module calls a remote party: one
// request, one bounded answer, and an error that says how far it came.
//
// [Client.Do] makes the call once; [Client.DoAgain] repeats it while it is certain
// that nothing left. Both read the whole answer within a limit of bytes, counted after
// unpacking, and a limit of time for everything together. It follows no
// redirect, keeps no cookie, and writes a request that has a body at most once:
// net/http gets no means to send it again on another connection.
//
// # Errors
//
// Every error is an [*Error] with a [Reason]. The question that matters for
// sending again is [Error.NotSent]: whether it is certain that nothing of the
// request left this machine. Where it is not certain, the answer is no.
//
// # Personal data
//
// Neither errors nor a printed [Response] show URLs, headers or bodies.
package httpx
