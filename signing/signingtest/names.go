package signingtest

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// newID returns an opaque id.
func newID(kind string) string {
	return kind + ":" + fakehttp.RandomHex(8) + "|" + newGUID()
}

// evidenceID returns the GUID by which signed files name what has this id.
func (s *Settings) evidenceID(id string) string {
	if s.OtherIDs {
		return newGUID()
	}
	return id[strings.LastIndexByte(id, '|')+1:]
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
