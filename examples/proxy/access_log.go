package main

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/cprshape"
)

// logged writes one line for each request: neither who it was, nor from where, nor the
// query. A path that may hold a CPR number is left out.
func logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		answer := &counted{ResponseWriter: w}
		defer func() {
			path := r.URL.EscapedPath()
			if plain, err := url.PathUnescape(path); err != nil || len(path) > maxPath || cprshape.In(plain) {
				path = "(left out)"
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("path", path),
				slog.Int("status", answer.status), slog.Int64("bytes", answer.bytes), slog.Duration("took", time.Since(begun)))
		}()
		next.ServeHTTP(answer, r)
	})
}

// counted notes the status and counts the bytes of an answer.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Hijack notes that the connection goes on as a WebSocket: its answer is not written here.
func (c *counted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Unwrap lets http.ResponseController find what the server can do.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
