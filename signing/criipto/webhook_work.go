package criipto

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/dkeid/dkeid/signing"
)

// signatureHeader holds the HMAC-SHA256 of the raw body in base64. It is spelled as
// net/http spells headers.
const signatureHeader = "X-Criipto-Signature"

// authentic returns the secret that signed the body, or nil. It tries all of them,
// whichever it is.
func (h *Webhook) authentic(header []string, body []byte) (secret []byte) {
	if len(header) != 1 {
		return nil
	}
	var room [sha256.Size + 3]byte // what DecodedLen says of 44 characters
	if len(header[0]) != base64.StdEncoding.EncodedLen(sha256.Size) {
		return nil
	}
	n, err := base64.StdEncoding.Strict().Decode(room[:], []byte(header[0]))
	if err != nil || n != sha256.Size {
		return nil
	}
	for _, s := range h.cfg.Secrets {
		mac := hmac.New(sha256.New, s)
		_, _ = mac.Write(body) // a hash takes everything
		if hmac.Equal(mac.Sum(nil), room[:n]) {
			secret = s
		}
	}
	return secret
}

// keyOf is what an event is remembered by: replicas with the same secrets agree on it,
// and it is no signature that the handler would take.
func keyOf(secret, body []byte) Key {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte("dkeid criipto seen\x00"))
	_, _ = mac.Write(body)
	return Key(mac.Sum(nil))
}

// handle gives an authentic event its effect, once.
func (h *Webhook) handle(ctx context.Context, k Key, n *notice) (int, signing.Kind) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return http.StatusServiceUnavailable, signing.Unavailable
	}
	mine, err := h.claim(ctx, k)
	switch {
	case err != nil:
		return http.StatusInternalServerError, signing.StoreFailed
	case !mine:
		h.counts.duplicates.Add(1)
		return http.StatusOK, signing.Duplicate
	}
	effect, err := h.act(ctx, n)
	if err != nil {
		// Whether the store hears of it or not, the event comes again.
		h.settle(ctx, k, false)
		if kind := signing.KindOf(err); kind != 0 {
			return http.StatusInternalServerError, kind
		}
		return http.StatusInternalServerError, signing.StoreFailed
	}
	// The effect is there. If it cannot be remembered, the event has no reason to come again.
	h.settle(ctx, k, true)
	if effect {
		h.counts.handled.Add(1)
	} else {
		h.counts.ignored.Add(1)
	}
	return http.StatusOK, 0
}

var errPanic = errors.New("criipto: a function of the caller panicked")

// claim is Seen.Claim. A panic in it is an error.
func (h *Webhook) claim(ctx context.Context, k Key) (mine bool, err error) {
	defer func() {
		if recover() != nil {
			mine, err = false, errPanic
		}
	}()
	return h.cfg.Seen.Claim(ctx, k)
}

// settle is Seen.Settle, also when the time of the event is over. Its errors change
// nothing about what has happened.
func (h *Webhook) settle(ctx context.Context, k Key, handled bool) {
	defer func() { _ = recover() }()
	_ = h.cfg.Seen.Settle(context.WithoutCancel(ctx), k, handled)
}

// act reads the order, and calls Handle unless the order is gone: an event can be months
// old. A panic in it is an error.
func (h *Webhook) act(ctx context.Context, n *notice) (effect bool, err error) {
	defer func() {
		if recover() != nil {
			effect, err = false, errPanic
		}
	}()
	p, err := h.service.Order(ctx, signing.ID(n.Order))
	switch {
	case signing.KindOf(err) == signing.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case len(p.Documents) == 0 && p.State != signing.OrderOpen: // cleaned up
		return false, nil
	}
	if err := h.cfg.Handle(ctx, n.event(p)); err != nil {
		return false, err
	}
	return true, nil
}
