package signingtest

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// newID returns an opaque id. Nobody can learn from it what stands in signed files.
func newID(kind string) string {
	return kind + ":" + fakehttp.RandomHex(8) + "|" + fakehttp.RandomHex(16)
}

// newGUID returns a random UUID.
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newToken returns a secret for a link.
func newToken() string { return fakehttp.RandomHex(32) }
