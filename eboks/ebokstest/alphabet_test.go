package ebokstest_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

// The answers in other alphabets say so, and are right in them.
func TestAlphabets(t *testing.T) {
	whole := map[string]string{"iso-8859-1": "\xe6\xf8\xe5", "windows-1252": "\x96 \x80 \xc6", "us-ascii": "??? ???", "utf8": "æøå", "byte-order-mark": "\ufeff<?xml"}
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		for name, want := range whole {
			l := rawpost.To(rawpost.Someone(9000))
			require.NoError(t, s.Fake.Next("refusal-in-"+name))
			status, body := s.Send(l)
			assert.Equal(t, http.StatusBadRequest, status)
			assert.Contains(t, body, want, name)
			dec := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
			dec.CharsetReader = func(label string, from io.Reader) (io.Reader, error) {
				assert.Contains(t, []string{"iso-8859-1", "windows-1252", "us-ascii", "utf8"}, strings.ToLower(label))
				b, err := io.ReadAll(from)
				if label == "UTF8" {
					return strings.NewReader(string(b)), err
				}
				var text strings.Builder
				for _, c := range b {
					text.WriteRune(rune(c))
				}
				return strings.NewReader(text.String()), err
			}
			var fault struct{ FejlKode, FejlTekst string }
			require.NoError(t, dec.Decode(&fault), name)
			assert.Equal(t, ebokstest.CodeExempt, fault.FejlKode)
			if name != "us-ascii" {
				assert.Contains(t, fault.FejlTekst, "på Ærø", name)
			}
			require.NoError(t, s.Fake.Next("answer-in-"+name))
			status, body = s.Send(l)
			assert.Equal(t, http.StatusOK, status, body)
			assert.Equal(t, 1, s.Fake.Count(l.ID))
		}
	})
}
