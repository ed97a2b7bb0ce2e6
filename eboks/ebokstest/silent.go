package ebokstest

import (
	"bytes"
	"crypto/tls"
	"net"
	"sync/atomic"
)

// withoutContinue returns ln as one whose connections can hide from the server that a
// client waits for "100 Continue", because package net/http always says it.
func (d *Distributor) withoutContinue(ln net.Listener) net.Listener {
	return &silentListener{ln, &d.listener.silent}
}

type silentListener struct {
	net.Listener
	silent *atomic.Bool
}

func (l *silentListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if secure, ok := c.(*tls.Conn); ok && err == nil {
		return &silentConn{secure, l.silent}, nil
	}
	return c, err
}

type silentConn struct {
	*tls.Conn
	silent *atomic.Bool
}

// Read writes another name of the same length over the header Expect. A client writes
// the head of a request in one piece.
func (c *silentConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.silent.Load() {
		const head, expect = "\r\n", "Expect: 100-continue\r\n"
		if i := bytes.Index(p[:n], []byte(head+expect)); i >= 0 {
			copy(p[i+len(head):], "Hidden")
		}
	}
	return n, err
}
