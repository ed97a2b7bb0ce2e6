package criipto_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

func documentSays(blob string) string {
	return `{"data":{"document":{"__typename":"PdfDocument","id":"d1","blob":` + blob + `}}}`
}

func quoted(content []byte) string { return `"` + base64.StdEncoding.EncodeToString(content) + `"` }

func fetched(tb testing.TB, body string) ([]byte, error) {
	tb.Helper()
	cfg := config("http://localhost/")
	cfg.HTTPClient = answering([]byte(body))
	s, err := criipto.New(cfg)
	require.NoError(tb, err)
	var got bytes.Buffer
	err = s.Fetch(tb.Context(), theOrder, "d1", &got)
	return got.Bytes(), err
}

func TestFetch(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, documentSays(quoted(lease))))
	var got bytes.Buffer
	require.NoError(t, r.service(t).Fetch(t.Context(), theOrder, "d1", &got))
	assert.Equal(t, lease, got.Bytes())
	assert.JSONEq(t, `{"id":"d1"}`, string(r.all()[0].Variables))
}

// The same content, as different writers of JSON write it.
func TestFetchOfManyForms(t *testing.T) {
	content := bytes.Repeat([]byte{0xfb, 0xef, 0xbe, 0xff, 0xfe, 1, 2}, 9000) // + and / in base64
	text := quoted(content)
	require.Contains(t, text, "+")
	for name, body := range map[string]string{
		"plain":                  documentSays(text),
		"blob first":             `{"data":{"document":{"blob":` + text + `,"id":"d1","__typename":"PdfDocument"}}}`,
		"type left out":          `{"data":{"document":{"id":"d1","blob":` + text + `}}}`,
		"slashes escaped":        documentSays(strings.ReplaceAll(text, "/", `\/`)),
		"plus escaped":           documentSays(strings.ReplaceAll(text, "+", `\u002B`)),
		"plus escaped, lower":    documentSays(strings.ReplaceAll(text, "+", `\u002b`)),
		"all of it":              documentSays(strings.NewReplacer("+", `\u002B`, "/", `\u002F`, "=", `\u003D`, "A", `\u0041`).Replace(text)),
		"white space":            strings.NewReplacer(":", " \n:\t ", ",", "\r\n, ", "{", "{ ").Replace(documentSays("@")),
		"members that are new":   `{"extensions":{"a":["\"blob\\\":",{"blobs":"x"}]},"data":{"document":{"new":"\u0062","__typename":"PdfDocument","id":"d1","blob":` + text + `,"z":[null]}}}`,
		"no errors at all":       `{"errors":null,` + documentSays(text)[1:],
		"named blob, not a text": `{"extensions":{"blob":null,"x":{"blob":{"blob":[]}}},` + documentSays(text)[1:],
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fetched(t, strings.ReplaceAll(body, "@", text))
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, got))
		})
	}
}

// What is not there, did not come whole or is something else.
func TestFetchOfWhatIsNotTheDocument(t *testing.T) {
	whole := documentSays(quoted(lease))
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"deleted":                 {documentSays("null"), signing.ErrDocumentPending},
		"empty":                   {documentSays(`""`), signing.ErrDocumentPending},
		"no document":             {`{"data":{"document":null}}`, signing.ErrDocumentPending},
		"no data":                 {`{"data":{}}`, signing.ErrResponseInvalid},
		"another document":        {replacing(whole, `"d1"`, `"d12"`), signing.ErrResponseInvalid},
		"another type":            {replacing(whole, "PdfDocument", "XmlDocument"), signing.ErrResponseInvalid},
		"two contents":            {replacing(whole, `"id":"d1"`, `"id":"d1","blob":`+quoted(annex)), signing.ErrResponseInvalid},
		"content elsewhere":       {`{"x":{"blob":` + quoted(lease) + `},"data":{"document":{"__typename":"PdfDocument","id":"d1","blob":null}}}`, signing.ErrDocumentPending},
		"content under an escape": {replacing(whole, `"blob"`, `"\u0062lob"`), signing.ErrDocumentPending},
		"our own mark":            {replacing(whole, `"blob":`+quoted(lease), `"\u0062lob":"taken"`), signing.ErrDocumentPending},
		"content of another case": {replacing(whole, `"blob"`, `"Blob"`), signing.ErrResponseInvalid},
		"content is a number":     {documentSays("17"), signing.ErrResponseInvalid},
		"cut in the content":      {whole[:len(whole)-10], signing.ErrDocumentPending},
		"cut behind the content":  {whole[:len(whole)-2], signing.ErrDocumentPending},
		"cut in an escape":        {documentSays(`"AAAA\u00`)[:75], signing.ErrDocumentPending},
		"not base64":              {documentSays(`"%PDF"`), signing.ErrDocumentPending},
		"base64 of URLs":          {documentSays(`"-_-_"`), signing.ErrDocumentPending},
		"base64 without its end":  {documentSays(`"AAA"`), signing.ErrDocumentPending},
		"base64 behind its end":   {documentSays(`"QQ==QQ=="`), signing.ErrDocumentPending},
		"base64 with loose bits":  {documentSays(`"QR=="`), signing.ErrDocumentPending},
		"a line break":            {documentSays(`"AAAA\nAAAA"`), signing.ErrDocumentPending},
		"a character beyond":      {documentSays(`"AAAA\u00e6AAA"`), signing.ErrDocumentPending},
		"an error":                {`{"errors":[{"message":"` + canary + `"}],"data":{}}`, signing.ErrUnavailable},
		"an error and content":    {`{"errors":[{"message":"` + canary + `"}],` + whole[1:], signing.ErrUnavailable},
		"HTML":                    {`<html lang="da">` + canary, signing.ErrUnavailable},
		"a large frame":           {`{"x":"` + strings.Repeat("x", 70_000) + `",` + whole[1:], signing.ErrResponseInvalid},
		"trailing data":           {whole + "{}", signing.ErrDocumentPending},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fetched(t, c.body)
			require.ErrorIs(t, err, c.want)
			silent(t, err)
			var e *signing.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, theOrder, e.Order)
		})
	}
}

// Base64 goes on behind its padding, wherever a reader takes a breath.
func TestFetchOfTwoTextsInOne(t *testing.T) {
	for groups := range 1100 {
		_, err := fetched(t, documentSays(`"`+strings.Repeat("AAAA", groups)+`QQ==`+strings.Repeat("AAAA", 300)+`"`))
		require.ErrorIs(t, err, signing.ErrDocumentPending, groups)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestFetchIntoAWriterThatFails(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, documentSays(quoted(lease))))
	s := r.service(t)
	own := &signing.Error{Kind: signing.ResponseInvalid, Why: "larger than the client takes"}
	require.ErrorIs(t, s.Fetch(t.Context(), theOrder, "d1", brokenWriter{own}), own)
	err := s.Fetch(t.Context(), theOrder, "d1", brokenWriter{errors.New(canary)})
	require.ErrorIs(t, err, signing.ErrStoreFailed)
	silent(t, err)
}

func TestFetchOfADocumentThatIsTooLarge(t *testing.T) {
	for _, size := range []int{1001, 1_000_000} {
		r := newRemote(t, says(http.StatusOK, documentSays(quoted(make([]byte, size)))))
		var got bytes.Buffer
		err := r.service(t, func(cfg *criipto.Config) { cfg.MaxDocument = 1000 }).Fetch(t.Context(), theOrder, "d1", &got)
		require.ErrorIs(t, err, signing.ErrResponseInvalid)
		assert.LessOrEqual(t, got.Len(), 1000)
	}
}

// A connection that breaks in the middle.
func TestFetchThatBreaks(t *testing.T) {
	whole := documentSays(quoted(make([]byte, 100_000)))
	r := newRemote(t, func(w http.ResponseWriter, _ call) {
		w.Header().Set("Content-Length", "200000")
		_, _ = io.WriteString(w, whole[:50_000])
	})
	err := r.service(t).Fetch(t.Context(), theOrder, "d1", io.Discard)
	require.ErrorIs(t, err, signing.ErrDocumentPending)
	silent(t, err)
}

// large is a document of n bytes that is in no memory.
type large struct{ left int }

func (l *large) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), l.left)
	clear(p[:n])
	l.left -= n
	return n, nil
}

func (l *large) Close() error { return nil }

const twentyMB = 20 << 20

// Neither way holds a document: 20 MB come and go with less than 1 MB of allocations.
func TestADocumentIsNeverHeld(t *testing.T) {
	const most = 1 << 20
	answer := documentSays(quoted(make([]byte, twentyMB)))
	cfg := config("http://localhost/")
	cfg.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return nil, err
		}
		said := answer
		if n > twentyMB {
			said = created(openOrder)
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(said)), Request: r}, nil
	})}
	s, err := criipto.New(cfg)
	require.NoError(t, err)
	o := newOrder()
	o.Documents[0].Open = func() (io.ReadCloser, error) { return &large{twentyMB}, nil }
	d := []signing.Digest{digest(make([]byte, twentyMB))}
	for name, f := range map[string]func() error{
		"create": func() error { _, err := s.CreateOrder(t.Context(), o, d); return err },
		"fetch":  func() error { return s.Fetch(t.Context(), theOrder, "d1", io.Discard) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, f(), name)
		runtime.ReadMemStats(&after)
		took := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s of 20 MB allocates %d kB", name, took>>10)
		assert.Less(t, took, uint64(most), name)
	}
}
