package xmlbody_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dkeid/dkeid/internal/xmlbody"
	"github.com/stretchr/testify/require"
)

func document(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func letter(t *testing.T, title string, documents ...[]byte) *xmlbody.Body {
	t.Helper()
	b := xmlbody.New()
	b.Open("Brev", "xmlns:d", "urn:d")
	b.Text("d:Titel", title)
	b.TextIf("Tom", "")
	for _, d := range documents {
		b.Base64("d:Data", int64(len(d)), document(d))
	}
	b.Close()
	return b.Body()
}

// Whatever the sizes of documents and reads, the bytes are the same.
func TestBodyIsTheSameInEveryStride(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 5, 100, 24<<10 - 1, 24 << 10, 24<<10 + 1, 100_001} {
		doc := bytes.Repeat([]byte("blåbær"), size/7+1)[:size]
		want := `<?xml version="1.0" encoding="UTF-8"?><Brev xmlns:d="urn:d"><d:Titel>Æ &lt;&amp; å</d:Titel><d:Data>` +
			base64.StdEncoding.EncodeToString(doc) + `</d:Data><d:Data>` + base64.StdEncoding.EncodeToString([]byte("kort")) + `</d:Data></Brev>`
		for name, stride := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r },
			"one":   iotest.OneByteReader,
			"half":  iotest.HalfReader,
			"three": func(r io.Reader) io.Reader { return limited{r, 3} },
			"odd":   func(r io.Reader) io.Reader { return limited{r, 4099} },
		} {
			body := letter(t, "Æ <& å", doc, []byte("kort"))
			require.EqualValues(t, len(want), body.Len())
			got, err := io.ReadAll(stride(body))
			require.NoError(t, err)
			require.True(t, want == string(got), "%d %s", size, name)
			require.NoError(t, xml.Unmarshal(got, new(struct{})))
		}
	}
}

// limited reads n bytes at most at a time.
type limited struct {
	r io.Reader
	n int
}

func (l limited) Read(p []byte) (int, error) { return l.r.Read(p[:min(len(p), l.n)]) }

func TestBodyRefusesAnotherDocument(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		open func() (io.ReadCloser, error)
		err  error
	}{
		"shorter":    {document([]byte("fire")), xmlbody.ErrLength},
		"empty":      {document(nil), xmlbody.ErrLength},
		"longer":     {document([]byte("seks seks")), xmlbody.ErrLength},
		"unreadable": {func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(broken)), nil }, broken},
		"absent":     {func() (io.ReadCloser, error) { return nil, broken }, broken},
	} {
		t.Run(name, func(t *testing.T) {
			b := xmlbody.New()
			b.Open("Brev")
			b.Base64("Data", 5, c.open)
			b.Close()
			body := b.Body()
			got, err := io.ReadAll(body)
			require.ErrorIs(t, err, c.err)
			require.Less(t, int64(len(got)), body.Len())
			require.NotContains(t, string(got), "</Brev>")
			_, err = body.Read(make([]byte, 9))
			require.ErrorIs(t, err, c.err, "it stays broken")
		})
	}
}

// Body closes what is open.
func TestBodyClosesElements(t *testing.T) {
	b := xmlbody.New()
	b.Open("A")
	b.Open("Å", "b", `"<&`)
	text, err := io.ReadAll(b.Body())
	require.NoError(t, err)
	require.Equal(t, `<?xml version="1.0" encoding="UTF-8"?><A><Å b="&#34;&lt;&amp;"></Å></A>`, string(text))
}

// A document of any size needs little memory.
func TestBodyHoldsOneChunk(t *testing.T) {
	const size = 20 << 20
	b := xmlbody.New()
	b.Open("A")
	b.Base64("D", size, func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil })
	body := b.Body()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := io.Copy(io.Discard, body)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, body.Len(), n)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<10))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestBodyClosesItsDocuments(t *testing.T) {
	closed := 0
	b := xmlbody.New()
	b.Open("A")
	for range 2 {
		b.Base64("D", 4, func() (io.ReadCloser, error) { return closer{strings.NewReader("fire"), &closed}, nil })
	}
	b.Close()
	body := b.Body()
	_, err := io.Copy(io.Discard, body)
	require.NoError(t, err)
	require.Equal(t, 2, closed)
	require.NoError(t, body.Close())
	_, err = body.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestBodyClosedHalfway(t *testing.T) {
	closed := 0
	b := xmlbody.New()
	b.Open("A")
	b.Base64("D", 9, func() (io.ReadCloser, error) { return closer{strings.NewReader("ni tegn!!"), &closed}, nil })
	b.Close()
	body := b.Body()
	_, err := io.ReadFull(body, make([]byte, body.Len()-12))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, 1, closed)
	_, err = body.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// HTTP/2 closes a body while it is read.
func TestBodyClosedWhileItIsRead(t *testing.T) {
	for range 20 {
		opened, closed := 0, 0
		begun := make(chan struct{})
		b := xmlbody.New()
		b.Open("A")
		for i := range 50 {
			b.Base64("D", int64(len("brev på Ærø")), func() (io.ReadCloser, error) {
				if opened++; i == 0 {
					close(begun)
				}
				return closer{iotest.OneByteReader(strings.NewReader("brev på Ærø")), &closed}, nil
			})
		}
		b.Close()
		body := b.Body()
		read := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, iotest.OneByteReader(body))
			read <- err
		}()
		<-begun
		require.NoError(t, body.Close())
		if err := <-read; err != nil {
			require.ErrorIs(t, err, io.ErrClosedPipe)
		}
		require.NoError(t, body.Close())
		require.Equal(t, opened, closed)
	}
}

type closer struct {
	io.Reader
	closed *int
}

func (c closer) Close() error { *c.closed++; return nil }

func ExampleBuilder() {
	b := xmlbody.New()
	b.Open("Brev")
	b.Text("Titel", "Påmindelse")
	b.Base64("Data", 4, document([]byte("%PDF")))
	b.Close()
	body := b.Body()
	text, err := io.ReadAll(body)
	fmt.Println(string(text), err)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Brev><Titel>Påmindelse</Titel><Data>JVBERg==</Data></Brev> <nil>
}
