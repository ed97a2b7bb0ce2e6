package httpx_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patient is a limit that no test reaches unless it means to.
const patient = time.Minute

// hurried is a limit that tests reach. A busy machine needs some of it for TLS.
const hurried = 2 * time.Second

func failure(t *testing.T, err error) *httpx.Error {
	t.Helper()
	var e *httpx.Error
	require.ErrorAs(t, err, &e)
	return e
}

// serve answers with h over HTTP/1.1 or HTTP/2.
func serve(t *testing.T, http2 bool, h http.HandlerFunc) (*httptest.Server, *http.Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = http2
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if http2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	t.Cleanup(s.CloseClientConnections)
	return s, s.Client()
}

func request(t *testing.T, method, address string) *http.Request {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("code=secret-æ")
	}
	req, err := http.NewRequest(method, address, body)
	require.NoError(t, err)
	return req
}

func eachVersion(t *testing.T, f func(t *testing.T, http2 bool)) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%v", http2), func(t *testing.T) { f(t, http2) })
	}
}

func TestDoReadsAnyStatus(t *testing.T) {
	eachVersion(t, func(t *testing.T, http2 bool) {
		s, hc := serve(t, http2, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, http2, r.ProtoMajor == 2)
			w.Header().Set("X-Kind", "æ")
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.Copy(w, r.Body)
		})
		resp, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodPost, s.URL))
		require.NoError(t, err)
		assert.Equal(t, http.StatusTeapot, resp.Status)
		assert.Equal(t, "code=secret-æ", string(resp.Body))
		assert.Equal(t, "æ", resp.Header.Get("X-Kind"))
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			assert.Equal(t, "[http 418]", fmt.Sprintf(verb, resp))
			assert.Equal(t, "[http 418]", fmt.Sprintf(verb, *resp))
		}
		assert.Equal(t, "418", resp.LogValue().String())
	})
}

func TestDoFollowsNoRedirect(t *testing.T) {
	eachVersion(t, func(t *testing.T, http2 bool) {
		other, _ := serve(t, http2, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
		for _, status := range []int{301, 302, 303, 307, 308, 300} {
			for _, location := range []string{other.URL, "/same-host", "", "::not an address"} {
				s, hc := serve(t, http2, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/same-host" {
						t.Error("the redirect was followed")
					}
					w.Header()["Location"] = []string{location}
					w.WriteHeader(status)
				})
				hc.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
				_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodPost, s.URL))
				e := failure(t, err)
				assert.Equal(t, httpx.Redirected, e.Reason, "%d %q", status, location)
				assert.False(t, e.NotSent())
				s.CloseClientConnections()
			}
		}
	})
}

func TestDoStopsAtTheLimit(t *testing.T) {
	const limit = 1 << 20
	zeros := make([]byte, 1<<16)
	for name, h := range map[string]http.HandlerFunc{
		"100 MB": func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < 100<<20 && r.Context().Err() == nil; i += len(zeros) {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		},
		"100 MB announced": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(100<<20))
			_, _ = w.Write(zeros)
		},
		"one byte too many": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), limit+1))
		},
		"gzip bomb": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for i := 0; i < 32<<20 && r.Context().Err() == nil; i += len(zeros) {
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, http2 bool) {
				s, hc := serve(t, http2, h)
				c := httpx.New(hc, httpx.Limits{Timeout: patient, MaxBody: limit})
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := c.Do(t.Context(), request(t, http.MethodGet, s.URL))
				runtime.ReadMemStats(&after)
				assert.Equal(t, httpx.TooLarge, failure(t, err).Reason)
				assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32*limit), "memory stays flat, the server's included")
			})
		})
	}
	t.Run("exactly the limit", func(t *testing.T) {
		s, hc := serve(t, false, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), limit)) })
		resp, err := httpx.New(hc, httpx.Limits{Timeout: patient, MaxBody: limit}).Do(t.Context(), request(t, http.MethodGet, s.URL))
		require.NoError(t, err)
		assert.Len(t, resp.Body, limit)
	})
}

func TestDoGivesUpInTime(t *testing.T) {
	eachVersion(t, func(t *testing.T, http2 bool) {
		t.Run("no answer", func(t *testing.T) {
			t.Parallel()
			s, hc := serve(t, http2, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			})
			_, err := httpx.New(hc, httpx.Limits{Timeout: hurried}).Do(t.Context(), request(t, http.MethodPost, s.URL))
			e := failure(t, err)
			assert.Equal(t, httpx.NoAnswer, e.Reason)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.False(t, e.NotSent())
		})
		t.Run("half an answer", func(t *testing.T) {
			t.Parallel()
			s, hc := serve(t, http2, func(w http.ResponseWriter, r *http.Request) {
				_, _ = w.Write([]byte("{"))
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			})
			_, err := httpx.New(hc, httpx.Limits{Timeout: hurried}).Do(t.Context(), request(t, http.MethodGet, s.URL))
			assert.Equal(t, httpx.Slow, failure(t, err).Reason)
		})
		t.Run("the client's own timeout", func(t *testing.T) {
			t.Parallel()
			s, hc := serve(t, http2, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			hc.Timeout = hurried
			_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodGet, s.URL))
			assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
		})
	})
}

// trickle is a body of one byte a second, without end.
type trickle struct{ ctx context.Context }

func (b trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

func (trickle) Close() error { return nil }

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestDoEndsATrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hc := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: trickle{r.Context()}, ContentLength: -1}, nil
		})}
		began := time.Now()
		_, err := httpx.New(hc, httpx.Limits{}).Do(t.Context(), request(t, http.MethodGet, "https://broker.example"))
		assert.Equal(t, httpx.Slow, failure(t, err).Reason)
		assert.Equal(t, httpx.DefaultTimeout, time.Since(began))
	})
}

// rawServer reads a request, writes answer and closes the connection.
// A server that closes an idle connection just as we write: net/http would send
// the request again on a new one if it could.
func TestDoRefusesAnUnusableRequest(t *testing.T) {
	c := httpx.New(nil, httpx.Limits{})
	for _, req := range []*http.Request{
		{}, request(t, http.MethodPost, "/relative"), request(t, http.MethodPost, "https://user:secret@broker.example"),
	} {
		_, err := c.Do(t.Context(), req)
		assert.True(t, failure(t, err).NotSent())
		assert.Equal(t, "http: not sent: malformed request", err.Error())
	}
	assert.Equal(t, "unknown reason", httpx.Reason(99).String())
}

func TestDoKeepsNoCookies(t *testing.T) {
	var cookies atomic.Int32
	s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		cookies.Add(int32(len(r.Cookies())))
		http.SetCookie(w, &http.Cookie{Name: "tracker", Value: "1"})
	})
	c := httpx.New(hc, httpx.Limits{Timeout: patient})
	for range 2 {
		_, err := c.Do(t.Context(), request(t, http.MethodGet, s.URL))
		require.NoError(t, err)
	}
	assert.Zero(t, cookies.Load())
}

func ExampleClient_Do() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "blåbærgrød")
	}))
	defer s.Close()
	req, err := http.NewRequest(http.MethodGet, s.URL, nil)
	if err != nil {
		panic(err)
	}
	small := httpx.New(nil, httpx.Limits{MaxBody: 5})
	_, err = small.Do(context.Background(), req)
	fmt.Println(err)
	resp, err := httpx.New(nil, httpx.Limits{}).Do(context.Background(), req)
	fmt.Println(string(resp.Body), resp, err)
	// Output:
	// http: answer too large
	// blåbærgrød [http 200] <nil>
}
