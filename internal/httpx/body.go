package httpx

import (
	"errors"
	"io"
	"sync"
)

// watchedBody is the body of a request. It counts what the transport gets.
type watchedBody struct {
	io.ReadCloser
	over func() error // if not nil, the time of the call is over

	mu     sync.Mutex
	taken  int64 // bytes that the transport has got
	ended  bool  // the transport has seen the end
	sealed bool  // the transport gets no more
	failed error // of reading
}

var errSealed = errors.New("http: the call is over")

func (w *watchedBody) Read(p []byte) (int, error) {
	if w.isOver() {
		return 0, errSealed
	}
	n, err := w.ReadCloser.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealed || w.over() != nil { // meanwhile; the transport sends nothing of p
		return 0, errSealed
	}
	w.taken += int64(n)
	if err == io.EOF {
		w.ended = true
	} else if err != nil && w.failed == nil {
		w.failed = err
	}
	return n, err
}

func (w *watchedBody) isOver() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sealed || w.over() != nil
}

// count returns how many bytes the transport has got.
func (w *watchedBody) count() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.taken
}

// seal ends reading: the transport may go on after its call has failed. It returns what
// the transport had got until then: too little means less than length, or nothing at all
// if length is not known.
func (w *watchedBody) seal(length int64) (tooLittle bool, failed error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sealed = true
	return w.taken < length || w.taken == 0 && !w.ended, w.failed
}
