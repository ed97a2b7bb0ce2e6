// Package fakehttp is the HTTP server that the fakes of this module have in
// common. It knows nothing of logins and letters, and it does not import
// package testing, so that commands can start fakes too.
//
//   - authority.go: a certificate authority that is made when the fake starts
//   - language.go: Danish or English, as the browser asks for
//   - listener.go: the server, on loopback unless it is told otherwise
//   - pages.go, frame.html: pages for humans, in one frame that says FAKE
//   - recorder.go: the latest requests
//   - reply.go: an answer, well-behaved or not
package fakehttp

import (
	"crypto/rand"
	"encoding/hex"
)

// RandomHex returns n random bytes in hexadecimal.
func RandomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
