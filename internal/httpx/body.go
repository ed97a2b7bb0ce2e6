package httpx

import (
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"reflect"
	"sync/atomic"
	"time"
)

// provenFor is how long a connection counts as proven after an answer.
const provenFor = time.Second

// proven reports whether a connection has just carried an answer. The other side has
// then accepted our certificate and will not close the connection for idleness, so
// Expect: 100-continue is not needed before the body.
func proven(c httptrace.GotConnInfo) bool { return c.Reused && c.IdleTime < provenFor }

// watchedBody is the body of a request. It records how much the transport has read.
type watchedBody struct {
	io.ReadCloser
	state  atomic.Uint32
	taken  atomic.Int64 // bytes
	failed atomic.Pointer[error]
}

const (
	untouched = iota
	begun     // the transport has begun to read
	sealed    // the transport can no longer read
)

var errSealed = errors.New("http: the call is over")

func (w *watchedBody) Read(p []byte) (int, error) {
	if !w.state.CompareAndSwap(untouched, begun) && w.state.Load() == sealed {
		return 0, errSealed
	}
	n, err := w.ReadCloser.Read(p)
	w.taken.Add(int64(n))
	if err != nil && err != io.EOF {
		w.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// seal forbids reading a body that the transport has not begun to read, and reports
// whether that succeeded. The transport may go on reading after its call has failed.
func (w *watchedBody) seal() bool { return w.state.CompareAndSwap(untouched, sealed) }

// broken returns the error of reading the body, or nil.
func (w *watchedBody) broken() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// certificateRefused reports whether the other side ended the connection because
// of the certificate that we showed, or did not show (RFC 8446 section 6.2).
func certificateRefused(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return false
	}
	// The type of an alert in crypto/tls is unexported. It is a number of one byte.
	alert := reflect.ValueOf(op.Err)
	if alert.Kind() != reflect.Uint8 {
		return false
	}
	switch code := alert.Uint(); code {
	case alertAccessDenied, alertCertificateRequired, alertUnknownCA:
		return true
	default:
		return code >= alertBadCertificate && code <= alertCertificateUnknown
	}
}

// The alerts about a certificate (RFC 8446 section 6).
const (
	alertBadCertificate      = 42
	alertCertificateUnknown  = 46
	alertUnknownCA           = 48
	alertAccessDenied        = 49
	alertCertificateRequired = 116
)
