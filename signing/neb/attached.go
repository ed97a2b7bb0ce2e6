package neb

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
)

// The limits of reading the streams of a sealed PDF.
const (
	maxStreams  = 20_000
	maxAttached = 64 << 10 // bytes of one, unpacked
	maxUnpacked = 64 << 20 // bytes of all
)

// attachedTokens returns what may be tokens, and OCSP answers in base64, among the streams
// of a PDF: the broker attaches the workflow token and the OCSP answer about its key to what
// it seals. The seal covers every byte of the file, so that it does not matter in which
// object a stream stands.
func attachedTokens(pdf []byte) (tokens, statuses []string) {
	left := maxUnpacked
	for range maxStreams {
		_, rest, ok := bytes.Cut(pdf, []byte("stream"))
		if !ok || left <= 0 {
			break
		}
		pdf = rest
		body := bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
		raw := body[:min(len(body), maxAttached)]
		if end := bytes.Index(raw, []byte("endstream")); end >= 0 {
			raw = raw[:end]
		}
		if z, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
			raw, _ = io.ReadAll(io.LimitReader(z, maxAttached)) // what is not whole is no token
			left -= len(raw)
		}
		switch text := strings.TrimSpace(string(raw)); {
		case strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2:
			tokens = append(tokens, text)
		case strings.HasPrefix(text, "MI"): // DER of more than 127 bytes
			statuses = append(statuses, text)
		}
	}
	return tokens, statuses
}
