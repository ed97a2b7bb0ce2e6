package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// echoes is an app that sends back what comes over a WebSocket.
func echoes(h *house) {
	ws := websocket.Server{Handler: func(c *websocket.Conn) { _, _ = io.Copy(c, c) }} // without a check of its own
	h.app = ws.ServeHTTP
}

// dial opens a WebSocket for a page of origin.
func (h *house) dial(path, cookies, origin string) (*websocket.Conn, error) {
	h.t.Helper()
	return h.dialAt(h.server.Listener.Addr().String(), path, cookies, origin)
}

// dialAt is dial at an address of another server.
func (h *house) dialAt(address, path, cookies, origin string) (*websocket.Conn, error) {
	h.t.Helper()
	at, err := url.Parse("ws://" + address + path)
	require.NoError(h.t, err)
	cfg := &websocket.Config{Location: at, Version: websocket.ProtocolVersionHybi13, Header: http.Header{}}
	cfg.Origin, err = url.Parse(origin)
	require.NoError(h.t, err)
	if cookies != "" {
		cfg.Header.Set("Cookie", cookies)
	}
	return cfg.DialContext(h.t.Context())
}

const handshake = "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

func TestWebSocketPassesThrough(t *testing.T) {
	h := newHouse(t, echoes)
	b := h.browser()
	b.logInAs(t, "/.dkeid/login")
	c, err := h.dial("/x", b.cookies(), h.url)
	require.NoError(t, err)
	defer c.Close()
	for range 3 {
		require.NoError(t, websocket.Message.Send(c, "blåbær"))
		var got string
		require.NoError(t, websocket.Message.Receive(c, &got))
		require.Equal(t, "blåbær", got)
	}
	require.Equal(t, "Ditlev Von Testesen", h.told()["name"])
	require.NoError(t, c.Close())
	require.Eventually(t, func() bool { return strings.Contains(h.logs.String(), "method=GET path=/x status=101") }, time.Minute, time.Millisecond)
}

// Not a redirect, which no WebSocket can follow.
func TestWebSocketWithoutASessionIsRefused(t *testing.T) {
	h := newHouse(t, echoes)
	res := h.raw("GET /x HTTP/1.1\r\nHost: x\r\nOrigin: " + h.url + "\r\n" + handshake + "\r\n")
	require.Contains(t, res, "HTTP/1.1 401")
	require.NotContains(t, res, "Location")
	require.Zero(t, h.count())
}

func TestWebSocketOfAnotherSiteIsRefused(t *testing.T) {
	h := newHouse(t, echoes, func(h *house) { h.set.Upstream.WebSocketOrigins = []string{"https://ven.example"} })
	b := h.browser()
	b.logInAs(t, "/.dkeid/login")
	for origin, status := range map[string]string{
		h.url: "101", "https://ven.example": "101", "https://evil.example": "403", "null": "403", "https://ven.example.evil.example": "403",
		h.url + ".evil.example": "403", strings.ToUpper(h.url): "403", "https://ven.example\r\nOrigin: https://evil.example": "403",
	} {
		n := h.count()
		c, err := net.Dial("tcp", h.server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(c, "GET /x HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nOrigin: %s\r\n%s\r\n", b.cookies(), origin, handshake)
		require.NoError(t, err)
		line, err := bufio.NewReader(c).ReadString('\n')
		require.NoError(t, err)
		require.NoError(t, c.Close())
		require.Contains(t, line, status, origin)
		require.Equal(t, status == "101", h.count() == n+1, origin)
	}
}

// Whoever speaks HTTP/2 with the app past the proxy is anybody. The app here would.
func TestNoProtocolButWebSocketPasses(t *testing.T) {
	for name, h := range map[string]*house{"by itself": newHouse(t), "behind nginx": behindNginx(t), "behind Caddy": behindCaddy(t)} {
		t.Run(name, func(t *testing.T) {
			h.app = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Upgrade") == "" {
					_, _ = io.WriteString(w, "plain")
					return
				}
				w.Header().Set("Connection", "Upgrade")
				w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
				w.WriteHeader(http.StatusSwitchingProtocols)
			}
			for _, protocol := range []string{"h2c", "websocket, h2c", "h2c\r\nUpgrade: websocket", "TLS/1.0", "websocket/13"} {
				if name == "behind Caddy" && !strings.Contains(strings.ToLower(protocol), "h2c") {
					continue // the guide's settings keep h2c out, and no other protocol can carry a request
				}
				c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
				require.NoError(t, err)
				_, err = fmt.Fprintf(c, "GET /open HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nUpgrade: %s\r\n\r\n",
					strings.TrimPrefix(h.url, "http://"), protocol)
				require.NoError(t, err)
				line, err := bufio.NewReader(c).ReadString('\n')
				require.NoError(t, err)
				require.NoError(t, c.Close())
				require.NotContains(t, line, "101", protocol)
			}
		})
	}
}

// logInAs logs Ditlev in without a page of the app.
func (b *browser) logInAs(t *testing.T, path string) {
	t.Helper()
	app := b.h.app
	b.h.app = nil
	b.logIn(path)
	b.h.app = app
}

func TestOpenExchangesEndWithTheSession(t *testing.T) {
	type end func(h *house, b *browser)
	for name, c := range map[string]struct {
		cookie, kept bool
		end          end
	}{
		"by time":                    {end: func(h *house, _ *browser) { h.fake.Advance(2 * time.Hour); h.proxy.exchanges.sweep() }},
		"by logout":                  {end: func(_ *house, b *browser) { b.logOut() }},
		"by logout, with cookies":    {cookie: true, end: func(_ *house, b *browser) { b.logOut() }},
		"by time, with cookies":      {cookie: true, end: func(h *house, _ *browser) { h.fake.Advance(2 * time.Hour); h.proxy.exchanges.sweep() }},
		"not if the settings say so": {kept: true, end: func(h *house, b *browser) { b.logOut(); h.proxy.exchanges.sweep() }},
		"not by a logout of another": {end: func(h *house, b *browser) {
			other := h.browser()
			other.logInAs(h.t.(*testing.T), "/.dkeid/login")
			other.logOut()
		}, kept: true},
		"not by a sweep in good time": {end: func(h *house, _ *browser) { h.fake.Advance(time.Minute); h.proxy.exchanges.sweep() }, kept: true},
		"not by another site's logout": {end: func(h *house, b *browser) {
			b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", "https://evil.example")
		}, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, echoes, func(h *house) {
				h.set.Session.KeepOpen = name == "not if the settings say so"
				if c.cookie {
					h.set.Session.Store, h.material.sessionKeys = true, [][]byte{[]byte(strings.Repeat("å", 16))}
				}
			})
			b := h.browser()
			b.logInAs(t, "/.dkeid/login")
			ws, err := h.dial("/x", b.cookies(), h.url)
			require.NoError(t, err)
			defer ws.Close()
			var got string
			require.NoError(t, websocket.Message.Send(ws, "æ"))
			require.NoError(t, websocket.Message.Receive(ws, &got))
			c.end(h, b)
			if c.kept {
				require.NoError(t, websocket.Message.Send(ws, "ø"))
				require.NoError(t, websocket.Message.Receive(ws, &got))
				require.Equal(t, "ø", got)
				return
			}
			require.Error(t, websocket.Message.Receive(ws, &got), "the connection has ended")
		})
	}
}

func (b *browser) logOut() { b.do(http.MethodPost, "/.dkeid/logout", nil, "Origin", b.h.url) }

// Events arrive one by one, while the app goes on.
func TestStreamArrivesPieceByPieceAndEndsWithTheSession(t *testing.T) {
	next := make(chan string)
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	gone := make(chan struct{})
	h.app = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case s := <-next:
				_, _ = fmt.Fprintf(w, "data: %s\n\n", s)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				close(gone)
				return
			}
		}
	}
	r, err := http.NewRequest(http.MethodGet, h.url+"/x", nil)
	require.NoError(t, err)
	r.Header.Set("Accept", "text/event-stream")
	first := make(chan string, 1)
	go func() { next <- "blåbær"; first <- "sent" }()
	res, err := b.client.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	for _, s := range []string{"blåbær", "jordbær", "hyldebær"} {
		if s != "blåbær" {
			next <- s
		}
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "data: "+s+"\n", line)
		_, err = lines.ReadString('\n')
		require.NoError(t, err)
	}
	h.fake.Advance(2 * time.Hour)
	h.proxy.exchanges.sweep()
	_, err = lines.ReadString('\n')
	require.Error(t, err)
	require.NotErrorIs(t, err, io.EOF, "cut, and not ended as if it were whole")
	<-gone
}

func TestTrailersOfTheAnswerPassThrough(t *testing.T) {
	h := newHouse(t)
	h.app = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		_, _ = io.WriteString(w, "æ")
		_ = http.NewResponseController(w).Flush()
		w.Header().Set("X-Sum", "1")
	}
	p := h.browser().do(http.MethodGet, "/open", nil)
	require.Equal(t, "æ", p.body)
	require.Equal(t, "1", p.Trailer.Get("X-Sum"))
}

// The upload waits until the app wants it, and nothing is kept on the way: the app has
// read the first part before the second is sent.
func TestLargeUploadIsNotKeptOnTheWay(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	const part = 8 << 20
	read := make(chan int64)
	h.app = func(w http.ResponseWriter, r *http.Request) {
		for range 2 {
			n, _ := io.CopyN(io.Discard, r.Body, part)
			read <- n
		}
		_, _ = io.WriteString(w, r.Header.Get("Expect"))
	}
	body, upload := io.Pipe()
	r, err := http.NewRequest(http.MethodPut, h.url+"/x", body)
	require.NoError(t, err)
	r.ContentLength = 2 * part
	r.Header.Set("Expect", "100-continue")
	done := make(chan error, 1)
	go func() {
		res, err := b.client.Do(r)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	chunk := []byte(strings.Repeat("x", 1<<20))
	for range 2 {
		for range part / len(chunk) {
			_, err := upload.Write(chunk)
			require.NoError(t, err)
		}
		require.EqualValues(t, part, <-read)
	}
	require.NoError(t, upload.Close())
	require.NoError(t, <-done)
}

// An app that refuses an upload says so before the upload leaves.
func TestRefusedUploadStaysWhereItIs(t *testing.T) {
	h := newHouse(t)
	h.app = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) }
	c, err := net.Dial("tcp", h.server.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "PUT /open HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(c).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "413", "no 100 Continue before it")
}

// Whoever sends a body and never ends it holds a connection. What is not for the app does
// not wait for long, and what is for the app takes the time that it takes.
func TestBodyThatDoesNotEndHoldsNoConnection(t *testing.T) {
	h := newHouse(t)
	h.proxy.bodyTime = 50 * time.Millisecond
	for _, path := range []string{"/x", "/x/../y", "/.dkeid/logout", "/.dkeid/callback", "/.dkeid/broker-logout", "/.dkeid/health", "/.dkeid/nowhere"} {
		h.raw("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=æ")
		h.raw("POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na")
	}
	require.Zero(t, h.count())

	h.proxy.bodyTime = -time.Second
	begun := make(chan struct{})
	h.app = func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		_, _ = io.Copy(w, r.Body)
	}
	c, err := net.Dial("tcp", h.server.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "POST /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n")
	require.NoError(t, err)
	<-begun
	_, err = io.WriteString(c, "brød")
	require.NoError(t, err)
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	require.Contains(t, string(all), "brød")
}
