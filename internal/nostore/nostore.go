// Package nostore keeps the pages of one person out of caches, however the handler
// that writes them treats its headers.
package nostore

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// Wrap sets Cache-Control: no-store, and sets it again where it is gone when the
// answer begins. The header alone is not enough: http.ServeContent and others take
// Cache-Control away when they answer with an error, and that page too is one
// person's. A handler may set another value.
func Wrap(w http.ResponseWriter) http.ResponseWriter {
	w.Header().Set("Cache-Control", "no-store")
	return &writer{ResponseWriter: w}
}

type writer struct {
	http.ResponseWriter
	begun bool
}

func (w *writer) begin() {
	if w.begun {
		return
	}
	w.begun = true
	if h := w.Header(); h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

func (w *writer) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols { // others are not the answer yet
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(b)
}

// ReadFrom lets io.Copy use what the server can do with a file.
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	return io.Copy(w.ResponseWriter, r)
}

// Flush is for handlers that look for http.Flusher instead of asking
// http.ResponseController.
func (w *writer) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Hijack is for handlers that look for http.Hijacker, such as WebSocket ones.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Push is for handlers that look for http.Pusher.
func (w *writer) Push(target string, o *http.PushOptions) error {
	if p, ok := w.ResponseWriter.(http.Pusher); ok {
		return p.Push(target, o)
	}
	return http.ErrNotSupported
}

// Unwrap lets http.ResponseController find the rest.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
