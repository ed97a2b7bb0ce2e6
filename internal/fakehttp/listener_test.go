package fakehttp_test

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

func TestListenOnLoopbackAlone(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "example.org:80", "127.0.0.1", "192.0.2.1:0"} {
		_, err := fakehttp.Listen(fakehttp.Config{Addr: addr})
		assert.ErrorIs(t, err, fakehttp.ErrNotLoopback, addr)
	}
	l, err := fakehttp.Listen(fakehttp.Config{Addr: "0.0.0.0:0", BeyondLoopback: true})
	require.NoError(t, err)
	assert.NoError(t, l.Close(), "without Serve")
	_, err = fakehttp.Listen(fakehttp.Config{Addr: "127.0.0.1", BeyondLoopback: true})
	assert.Error(t, err, "no port")
}

func TestTLS(t *testing.T) {
	authority, err := fakehttp.NewAuthority("fakehttp")
	require.NoError(t, err)
	stranger, err := fakehttp.NewAuthority("fakehttp")
	require.NoError(t, err)
	server, err := authority.IssueServer("fakes")
	require.NoError(t, err)
	l, err := fakehttp.Listen(fakehttp.Config{TLS: &tls.Config{Certificates: []tls.Certificate{server}}})
	require.NoError(t, err)
	l.Serve(http.NotFoundHandler())
	ask := func(trusts *fakehttp.Authority, name string) error {
		c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{RootCAs: trusts.Pool(), ServerName: name})
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	assert.NoError(t, ask(authority, ""), "the address")
	assert.NoError(t, ask(authority, "fakes"))
	assert.Error(t, ask(authority, "localhost"), "another name")
	assert.Error(t, ask(stranger, "fakes"), "another authority of the same name")
	assert.NoError(t, l.Close())
	assert.NoError(t, l.Close(), "again")
	assert.Error(t, ask(authority, "fakes"), "closed")
}
