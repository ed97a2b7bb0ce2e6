package eboks

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Document is a PDF that can be read more than once: a Client reads it first to
// measure it, then to send it. It prints as a placeholder.
//
// It begins with %PDF- and has %%EOF in its last kilobyte. A file without is no PDF, or
// was cut off, and is refused.
//
// A letter that may be printed ([Channel.MayPrint]) needs more of each document, because
// nobody sees the paper before it is posted: no password, a table of objects that can be
// read, pages of A4 (give or take 3 mm, upright or across), no JavaScript that runs by
// itself, and pages of its own (no XFA form that a viewer draws, no portfolio). Fonts and
// pictures are not looked at. Digitally, a document with a password is sent: many are
// only locked against changes, and the recipient may know the password.
//
// Letter.Unchecked lifts all of this. Then %PDF- must stand in the first kilobyte.
//
// This package never holds more than 24 kB of a document, but for one that may be
// printed: while it is looked at, it is held whole (7 MiB unless Limits.PrintTotal says
// otherwise), with less than 1 MB beside it, and 128 MB if it was made to cost.
type Document struct {
	guarded
	// Name is shown to the recipient for an attachment; the main document has none.
	Name string
	// Open returns the content from its beginning. It may be called several times,
	// also at once, and must give the same bytes each time.
	Open func() (io.ReadCloser, error)

	measured *measure
}

// File is the PDF at path.
func File(path string) Document {
	return Document{Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// FS is the PDF called name in fsys.
func FS(fsys fs.FS, name string) Document {
	return Document{Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
}

// Bytes is the PDF in b, which must not change until the letter is sent.
func Bytes(b []byte) Document {
	return Document{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// Named returns d with the name that the recipient sees on an attachment.
func (d Document) Named(name string) Document {
	d.Name = name
	return d
}

// measure is what the first reading of a document told.
type measure struct {
	size   int64
	digest [sha256.Size]byte
	whole  []byte // the content, if it is small: then it is read once
}

// keepWhole is how large a document may be to be kept between measuring and
// sending, in bytes: what sending holds of a larger one at any time.
const keepWhole = 24 << 10

// Size returns the length in bytes. It is known in a letter that a Client hands
// to a [Sender], and zero before.
func (d Document) Size() int64 {
	if d.measured == nil {
		return 0
	}
	return d.measured.size
}

// SHA256 returns the digest of the content; zero before a Client has read it.
func (d Document) SHA256() [sha256.Size]byte {
	if d.measured == nil {
		return [sha256.Size]byte{}
	}
	return d.measured.digest
}

// ErrChanged is what reading a document ends with when it is not what the Client
// measured. A request whose body ends so is incomplete, and nobody accepts it.
var ErrChanged = errors.New("eboks: the document changed between two readings")

// ErrUnread is what a document that this program cannot read ends with. The
// cause is not repeated: it tends to name files.
var ErrUnread = errors.New("eboks: the document could not be read")

// Content opens the document for sending. For use by a [Sender]: what it reads is
// what was measured; anything else ends in [ErrChanged] before the last byte.
func (d Document) Content() (io.ReadCloser, error) {
	if d.measured == nil || d.Open == nil {
		return nil, ErrChanged
	}
	if d.measured.whole != nil {
		return &held{d.measured.whole}, nil
	}
	r, err := d.Open()
	if err != nil || r == nil {
		return nil, ErrUnread
	}
	return &content{from: &steady{ReadCloser: r}, want: d.measured, left: d.measured.size, digest: sha256.New()}, nil
}
