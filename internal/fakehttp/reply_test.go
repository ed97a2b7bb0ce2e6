package fakehttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// get asks a fake that answers with p.
func get(t *testing.T, ctx context.Context, p fakehttp.Reply) (*http.Response, []byte, error) {
	t.Helper()
	l, err := fakehttp.Listen(fakehttp.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	l.Serve(http.HandlerFunc(p.Write))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL(), nil) // a POST is not sent again
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

func TestReply(t *testing.T) {
	ok := *fakehttp.NewReply(http.StatusAccepted, "text/plain", []byte("answer"))
	t.Run("plain", func(t *testing.T) {
		res, body, err := get(t, t.Context(), ok)
		require.NoError(t, err)
		assert.Equal(t, http.StatusAccepted, res.StatusCode)
		assert.Equal(t, "text/plain", res.Header.Get("Content-Type"))
		assert.Equal(t, "answer", string(body))
		assert.EqualValues(t, 6, res.ContentLength)
	})
	t.Run("no body", func(t *testing.T) {
		res, body, err := get(t, t.Context(), *fakehttp.NewReply(http.StatusNoContent, "", nil))
		require.NoError(t, err)
		assert.Empty(t, body)
		assert.NotContains(t, res.Header, "Content-Type")
	})
	t.Run("blanks", func(t *testing.T) {
		p := ok
		p.Blanks = 100_001
		res, body, err := get(t, t.Context(), p)
		require.NoError(t, err)
		assert.Len(t, body, 100_007)
		assert.EqualValues(t, -1, res.ContentLength, "not announced")
	})
	t.Run("cut", func(t *testing.T) {
		p := ok
		p.Cut = true
		_, body, err := get(t, t.Context(), p)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, "ans", string(body))
	})
	t.Run("hang up", func(t *testing.T) {
		p := ok
		p.HangUp = true
		_, _, err := get(t, t.Context(), p)
		assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
	})
	t.Run("drip", func(t *testing.T) {
		p := ok
		p.Drip = true
		l, err := fakehttp.Listen(fakehttp.Config{})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, l.Close()) })
		l.Serve(http.HandlerFunc(p.Write))
		res, err := http.Get(l.URL())
		require.NoError(t, err)
		first := make([]byte, 10)
		n, err := res.Body.Read(first)
		require.NoError(t, err)
		assert.Equal(t, "a", string(first[:n]), "the next comes in a second")
		require.NoError(t, res.Body.Close())

		gone, leave := context.WithCancel(t.Context())
		leave()
		r := httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil)
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() { p.Write(httptest.NewRecorder(), r) }, "half an answer would end as a whole one")
	})
}
