package httpx_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An answer that came before the body left answers something else.
func TestDoTellsWhetherTheBodyWasTaken(t *testing.T) {
	s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		w.WriteHeader(http.StatusCreated)
	})
	c := httpx.New(patientTransport(hc), httpx.Limits{Timeout: patient})
	for range 3 { // the first on a new connection, the others on a warm one
		resp, err := c.Do(t.Context(), upload(t, s.URL+"/read", 1<<20))
		require.NoError(t, err)
		assert.True(t, resp.Taken)
	}
	for range 3 {
		resp, err := c.Do(t.Context(), upload(t, s.URL+"/unread", 1<<20))
		require.NoError(t, err)
		assert.False(t, resp.Taken)
	}
}

func TestDoAsksOnWarmConnectionsToo(t *testing.T) {
	var asked atomic.Int32
	s, hc := serve(t, false, func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Expect") != "" {
			asked.Add(1)
		}
		_, _ = io.Copy(io.Discard, r.Body)
	})
	c := httpx.New(patientTransport(hc), httpx.Limits{Timeout: patient})
	req := upload(t, s.URL, 10)
	for range 3 {
		req.Body = io.NopCloser(bytes.NewReader(make([]byte, 10)))
		resp, err := c.Do(t.Context(), req)
		require.NoError(t, err)
		require.True(t, resp.Taken)
	}
	assert.EqualValues(t, 3, asked.Load())
	assert.Equal(t, "100-continue", req.Header.Get("Expect"), "the caller's request is not changed")
}

// A mute server reads heads and bodies and never says 100 Continue.
type mute struct {
	early  bool // it answers before it reads the body
	closes bool // it closes the connection behind each answer
	status func(asks bool) string

	mu    sync.Mutex
	asked []bool // by request: there was an Expect
	conns int
}

func (m *mute) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			m.mu.Lock()
			m.conns++
			m.mu.Unlock()
			go m.serve(conn)
		}
	}()
	return "http://" + l.Addr().String()
}

func (m *mute) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		asks := req.Header.Get("Expect") != ""
		m.mu.Lock()
		m.asked = append(m.asked, asks)
		m.mu.Unlock()
		status := "204 No Content"
		if m.status != nil {
			status = m.status(asks)
		}
		end := ""
		if m.closes {
			end = "Connection: close\r\n"
		}
		answer := func() { _, _ = fmt.Fprintf(conn, "HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n", status, end) }
		if m.early {
			answer()
		}
		if n, err := io.Copy(io.Discard, req.Body); err != nil || n < req.ContentLength {
			return
		}
		if !m.early {
			answer()
		}
		if m.closes {
			return
		}
	}
}

func (m *mute) log() []bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked)
}

func hasty(wait time.Duration) *http.Client {
	return &http.Client{Transport: &http.Transport{ExpectContinueTimeout: wait}}
}

func TestServerThatKnowsNoContinueCostsOneWait(t *testing.T) {
	for name, closes := range map[string]bool{"keeps its connections": false, "closes each connection": true} {
		t.Run(name, func(t *testing.T) {
			const wait = 300 * time.Millisecond
			m := &mute{closes: closes}
			address := m.start(t)
			c := httpx.New(hasty(wait), httpx.Limits{Timeout: patient})
			began := time.Now()
			for range 10 {
				resp, err := c.Do(t.Context(), upload(t, address, 10<<10))
				require.NoError(t, err)
				assert.True(t, resp.Taken)
			}
			assert.GreaterOrEqual(t, time.Since(began), wait)
			assert.Equal(t, append([]bool{true}, make([]bool, 9)...), m.log())

			other := new(mute)
			_, err := c.Do(t.Context(), upload(t, other.start(t), 10))
			require.NoError(t, err)
			assert.Equal(t, []bool{true}, other.log(), "another host is asked")
		})
	}
}

func TestHostIsNotTakenForIgnorant(t *testing.T) {
	twice := func(t *testing.T, wait time.Duration, address string) {
		c := httpx.New(hasty(wait), httpx.Limits{Timeout: patient})
		for range 2 {
			_, _ = c.Do(t.Context(), upload(t, address, 10))
		}
	}
	t.Run("because it is overloaded", func(t *testing.T) {
		m := &mute{status: func(bool) string { return "503 Service Unavailable" }}
		twice(t, 50*time.Millisecond, m.start(t))
		assert.Equal(t, []bool{true, true}, m.log())
	})
	t.Run("because it gives no answer", func(t *testing.T) {
		m := &mute{status: func(bool) string { return "" }}
		twice(t, 50*time.Millisecond, m.start(t))
		assert.Equal(t, []bool{true, true}, m.log())
	})
	t.Run("because it answers early", func(t *testing.T) {
		m := &mute{early: true}
		twice(t, patient, m.start(t))
		assert.Equal(t, []bool{true, true}, m.log())
	})
	t.Run("because it is slow after its word", func(t *testing.T) {
		t.Parallel()
		const wait = 2 * time.Second // within which a busy machine says its word
		var asked atomic.Int32
		s, _ := serve(t, false, func(_ http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Expect") != "" {
				asked.Add(1)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			<-time.After(wait + wait/10)
		})
		twice(t, wait, s.URL)
		assert.EqualValues(t, 2, asked.Load())
	})
}

// A success that came before the letter was read is none, on a new connection and on a
// warm one. net/http sends the body all the same, so that it can keep the connection.
func TestEarlySuccessIsNeverTaken(t *testing.T) {
	for size, times := range map[int]int{1: 200, 10: 200, 10 << 10: 200, 1 << 20: 30} {
		m := &mute{early: true}
		address := m.start(t)
		c := httpx.New(hasty(patient), httpx.Limits{Timeout: patient})
		for range times {
			resp, err := c.Do(t.Context(), upload(t, address, size))
			require.NoError(t, err)
			require.Equal(t, http.StatusNoContent, resp.Status)
			require.False(t, resp.Taken)
		}
		m.mu.Lock()
		assert.Less(t, m.conns, times, "most came on a warm connection")
		m.mu.Unlock()
	}
}

func TestServerThatRefusesTheQuestion(t *testing.T) {
	m := &mute{early: true, status: func(asks bool) string {
		if asks {
			return "417 Expectation Failed"
		}
		return "204 No Content"
	}}
	address := m.start(t)
	c := httpx.New(hasty(patient), httpx.Limits{Timeout: patient})
	_, err := c.Do(t.Context(), upload(t, address, 10<<10))
	e := failure(t, err)
	assert.Equal(t, httpx.Unexpecting, e.Reason)
	assert.Equal(t, http.StatusExpectationFailed, e.Status)
	assert.True(t, e.Incomplete())
	assert.False(t, e.NotSent())
	assert.Equal(t, "http: the server knows no Expect: 100-continue", e.Error())
	resp, err := c.Do(t.Context(), upload(t, address, 10<<10))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.Status)
	assert.Equal(t, []bool{true, false}, m.log())
}

// Who has not asked gets an answer like any other.
func TestStatus417WithoutAQuestion(t *testing.T) {
	m := &mute{status: func(bool) string { return "417 Expectation Failed" }}
	resp, err := httpx.New(hasty(patient), httpx.Limits{Timeout: patient, NoContinue: true}).Do(t.Context(), upload(t, m.start(t), 10))
	require.NoError(t, err)
	assert.Equal(t, http.StatusExpectationFailed, resp.Status)
}

func TestNoContinueSendsAtOnce(t *testing.T) {
	m := new(mute)
	c := httpx.New(hasty(patient), httpx.Limits{Timeout: patient, NoContinue: true})
	began := time.Now()
	resp, err := c.Do(t.Context(), upload(t, m.start(t), 10<<10))
	require.NoError(t, err)
	assert.True(t, resp.Taken)
	assert.Less(t, time.Since(began), patient/2)
	assert.Equal(t, []bool{false}, m.log())
}

func TestManyLearnAtOnce(t *testing.T) {
	m := new(mute)
	address := m.start(t)
	c := httpx.New(hasty(50*time.Millisecond), httpx.Limits{Timeout: patient})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				req, err := http.NewRequest(http.MethodPut, address, strings.NewReader("æøå"))
				if !assert.NoError(t, err) {
					return
				}
				req.Header.Set("Expect", "100-continue")
				resp, err := c.Do(t.Context(), req)
				assert.NoError(t, err)
				assert.True(t, resp != nil && resp.Taken)
			}
		})
	}
	wg.Wait()
	asked := 0
	for _, a := range m.log() {
		if a {
			asked++
		}
	}
	assert.LessOrEqual(t, asked, 8, "one wait for each that began at once")
}
