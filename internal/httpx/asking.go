package httpx

import (
	"net/http"
	"sync"
	"time"
)

// The memory of hosts that know no 100-continue.
const (
	rememberFor   = 10 * time.Minute
	rememberHosts = 64
)

// hosts remembers which hosts never say 100 Continue. A call to one of them sends its
// body at once. The memory fades: a host may have been slow, and not ignorant, and the
// word is what proves that an early success is none.
type hosts struct {
	now  func() time.Time
	mu   sync.Mutex
	till map[string]time.Time
}

func (h *hosts) add(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.till == nil || len(h.till) >= rememberHosts {
		h.till = make(map[string]time.Time)
	}
	h.till[host] = h.now().Add(rememberFor)
}

func (h *hosts) has(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now().Before(h.till[host])
}

// asks reports whether a request with this header asks before its body leaves (RFC 9110
// section 10.1.1).
func asks(h http.Header) bool { return h.Get("Expect") != "" }
