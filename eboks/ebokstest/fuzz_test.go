package ebokstest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// FuzzShipment: whatever is sent is accepted as one letter or refused with an
// error, and never breaks the fake.
func FuzzShipment(f *testing.F) { fuzzLetter(f, ebokstest.Stralfors) }

// FuzzDispatch is the same for the other wire.
func FuzzDispatch(f *testing.F) { fuzzLetter(f, ebokstest.PostNord) }

func fuzzLetter(f *testing.F, d ebokstest.Dialect) {
	fake := ebokstest.New(f, d, ebokstest.Config{})
	s := dial(f, fake)
	id := eboks.ID{6: 0x40, 8: 0x80, 15: 1}
	l := letterTo(someone(9000))
	l.id = id
	body := l.write(d)
	f.Add(body)
	f.Add(strings.Replace(body, "Data>", "Data/>", 1))
	f.Add(strings.Replace(body, "<", "<![CDATA[", 3))
	f.Add(strings.Replace(body, "Ærø", "&#230;&amp;<!-- -->", 1))
	f.Add(body[:len(body)/2])
	f.Add("")
	f.Add(strings.Repeat("<a>", 5000))
	f.Fuzz(func(t *testing.T, body string) {
		req := httptest.NewRequest(http.MethodPut, s.path(id), strings.NewReader(body))
		req.Header.Set("Content-Type", "application/xml")
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, req)
		taken := w.Code == http.StatusOK || w.Code == http.StatusNoContent
		require.True(t, taken || w.Code >= 400 && w.Code < 500, "%d", w.Code)
		require.LessOrEqual(t, fake.Total(), 1)
		if taken {
			got, ok := fake.Letter(id)
			require.True(t, ok)
			require.NotZero(t, got.Documents[0].Size)
		}
	})
}

// FuzzBatch feeds the reader of several letters.
func FuzzBatch(f *testing.F) {
	fake := ebokstest.New(f, ebokstest.Stralfors, ebokstest.Config{})
	one := func() string {
		_, body, _ := strings.Cut(letterTo(someone(9000)).write(ebokstest.Stralfors), "?>")
		return body
	}
	f.Add(`<ForsendelseISamling xmlns="urn:oio:fjernprint:3.0.0">` + one() + one() + `</ForsendelseISamling>`)
	f.Add(`<ForsendelseISamling xmlns="urn:oio:fjernprint:1.0.0"/>`)
	f.Fuzz(func(t *testing.T, body string) {
		req := httptest.NewRequest(http.MethodPost, "/afsendersystem/4711/forsendelser", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/xml")
		w := httptest.NewRecorder()
		fake.ServeHTTP(w, req)
		require.True(t, w.Code == http.StatusOK || w.Code >= 400 && w.Code < 500, "%d", w.Code)
	})
}
