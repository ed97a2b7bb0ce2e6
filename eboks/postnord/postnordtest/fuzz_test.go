package postnordtest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
)

// FuzzDispatch: whatever is sent is accepted as one letter or refused with an error, and never
// breaks the fake.
func FuzzDispatch(f *testing.F) {
	fake := postnordtest.New(f)
	s := rawpost.Dial(f, fake)
	id := eboks.ID{6: 0x40, 8: 0x80, 15: 1}
	l := rawpost.To(rawpost.Someone(9000))
	l.ID = id
	body := l.Write(fake.Name())
	f.Add(body)
	f.Add(strings.Replace(body, "Data>", "Data/>", 1))
	f.Add(strings.Replace(body, "<", "<![CDATA[", 3))
	f.Add(strings.Replace(body, "Ærø", "&#230;&amp;<!-- -->", 1))
	f.Add(body[:len(body)/2])
	f.Add("")
	f.Add(strings.Repeat("<a>", 5000))
	f.Fuzz(func(t *testing.T, body string) {
		req := httptest.NewRequest(http.MethodPut, s.Path(id), strings.NewReader(body))
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
