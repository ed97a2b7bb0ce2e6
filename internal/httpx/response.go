package httpx

import (
	"fmt"
	"log/slog"
	"net/http"
)

// Response is an answer, read whole. It prints as its status alone.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// Taken: the whole body of the request had left when the answer came. An
	// answer to half a request promises nothing. It needs a ContentLength.
	Taken bool
}

// Format writes the status under every verb.
func (r Response) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[http %d]", r.Status) }

// LogValue returns the status.
func (r Response) LogValue() slog.Value { return slog.IntValue(r.Status) }
