package ebokstest_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

// A server that knows no 100-continue is silent until it has the body, and answers then.
func TestNoContinue(t *testing.T) {
	for _, closes := range []bool{false, true} {
		each(t, ebokstest.Config{Settings: ebokstest.Settings{NoContinue: true, CloseEach: closes}}, func(t *testing.T, s *rawpost.Sender) {
			address := strings.TrimPrefix(s.Fake.URL(), "https://")
			conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: s.Fake.Roots(), Certificates: []tls.Certificate{s.Fake.Certificate()}})
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			answers := bufio.NewReader(conn)
			for i := range 2 {
				l := rawpost.To(rawpost.Someone(9000))
				body := l.Write(s.Fake.Name())
				_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/xml\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", s.Path(l.ID), address, len(body))
				if closes && i == 1 {
					break
				}
				require.NoError(t, err)
				require.NoError(t, conn.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
				_, err = answers.Peek(1)
				require.Error(t, err, "it said something before the body came")
				require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
				_, err = io.WriteString(conn, body)
				require.NoError(t, err)
				res, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)
				_, _ = io.Copy(io.Discard, res.Body)
				assert.True(t, rawpost.IsTaken(res.StatusCode))
				assert.Equal(t, closes, res.Close)
				assert.Equal(t, 1, s.Fake.Count(l.ID))
			}
			// With the setting off again it says "100 Continue".
			s.Fake.Configure(func(set *ebokstest.Settings) { set.NoContinue, set.CloseEach = false, false })
			again, err := tls.Dial("tcp", address, &tls.Config{RootCAs: s.Fake.Roots(), Certificates: []tls.Certificate{s.Fake.Certificate()}})
			require.NoError(t, err)
			defer func() { _ = again.Close() }()
			_, err = fmt.Fprintf(again, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/xml\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n", s.Path(rawpost.To(rawpost.Someone(1)).ID), address)
			require.NoError(t, err)
			require.NoError(t, again.SetReadDeadline(time.Now().Add(10*time.Second)))
			line, err := bufio.NewReader(again).ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
		})
	}
}
