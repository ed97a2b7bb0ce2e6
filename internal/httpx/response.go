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
	// Taken says that the whole body of the request had been sent when the answer came.
	// It is true only for requests with a ContentLength.
	Taken bool
}

// Format writes the status under every verb.
func (r Response) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[http %d]", r.Status) }

// LogValue returns the status.
func (r Response) LogValue() slog.Value { return slog.IntValue(r.Status) }
