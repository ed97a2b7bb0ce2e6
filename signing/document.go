package signing

import (
	"bytes"
	"io"
	"io/fs"
	"os"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded keeps a value out of everything that prints by accident.
type guarded = private.Value

// Document is a PDF to be signed. It is read more than once: to check and measure it, to
// send it, and to compare the signed copy with it. It prints as a placeholder.
type Document struct {
	guarded
	// Title is shown to the people who sign, 1–255 characters.
	Title string
	// Open returns the content from its beginning. It may be called several times, and
	// must give the same bytes each time.
	Open func() (io.ReadCloser, error)
}

// File is the PDF at path.
func File(title, path string) Document {
	return Document{Title: title, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// FS is the PDF called name in fsys.
func FS(title string, fsys fs.FS, name string) Document {
	return Document{Title: title, Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
}

// Bytes is the PDF in b, which must not change.
func Bytes(title string, b []byte) Document {
	return Document{Title: title, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}
