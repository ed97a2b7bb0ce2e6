package mtls

import (
	"context"
	"net"
)

// Dial opens a connection as t does.
func Dial(ctx context.Context, t *Transport, address string) (net.Conn, error) {
	return t.shown.Load().DialTLSContext(ctx, "tcp", address)
}
