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
	// Taken says that the whole body of the request had been sent when the answer began.
	// It is true only for requests with a ContentLength. It says more if the request asked
	// before its body left (Expect: 100-continue): then the other side has sent for the
	// body, or has been waited for. A body that leaves at once may lie unread on the way.
	Taken bool
	// Unasked is a sentence if the connection could show a client certificate and the
	// other side has not asked for it. It says what to do. Together with a refusal it is
	// the likely reason.
	Unasked string
}

// Format writes the status under every verb.
func (r Response) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[http %d]", r.Status) }

// LogValue returns the status.
func (r Response) LogValue() slog.Value { return slog.IntValue(r.Status) }
