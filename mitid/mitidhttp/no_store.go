package mitidhttp

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// noStore keeps the pages behind Require out of caches. The header alone is not
// enough: http.ServeContent and others take Cache-Control away when they answer
// with an error, and that page too is one person's.
type noStore struct {
	http.ResponseWriter
	begun bool
}

func (w *noStore) begin() {
	if w.begun {
		return
	}
	w.begun = true
	if h := w.Header(); h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

func (w *noStore) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // others are not the answer yet
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *noStore) Write(b []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(b)
}

// ReadFrom lets io.Copy use what the server can do with a file.
func (w *noStore) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	return io.Copy(w.ResponseWriter, r)
}

// Flush is for handlers that look for http.Flusher instead of asking
// http.ResponseController.
func (w *noStore) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack is for handlers that look for http.Hijacker, such as WebSocket ones.
func (w *noStore) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Push is for handlers that look for http.Pusher.
func (w *noStore) Push(target string, o *http.PushOptions) error {
	if p, ok := w.ResponseWriter.(http.Pusher); ok {
		return p.Push(target, o)
	}
	return http.ErrNotSupported
}

// Unwrap lets http.ResponseController find the rest.
func (w *noStore) Unwrap() http.ResponseWriter { return w.ResponseWriter }
