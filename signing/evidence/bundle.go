package evidence

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// About says what a bundle proves.
type About string

// What a bundle may be about.
const (
	AboutLogin     About = "login"     // a login, with or without a text that the person approved
	AboutSignature About = "signature" // documents that were signed
)

// Bundle is what proves one login or one signature, before it is written. It prints as a
// placeholder. FromLogin and FromSignature fill one.
type Bundle struct {
	guarded

	About About
	// Reference is the caller's own name for the case, 1 to 200 characters. It stands in
	// the manifest in clear, so it must not name a person.
	Reference string
	// Parts are written in this order. The texts that were shown, the tokens and the keys
	// are required as Policy says.
	Parts []Part
}

// Part is one thing in a bundle. It prints as a placeholder.
type Part struct {
	guarded

	Kind PartKind
	// MediaType is the type of the content, such as "text/html". If empty, it is the usual
	// one of the kind.
	MediaType string
	// Open returns the content from its beginning. It is called twice for documents, and
	// must give the same bytes each time; anything else ends in ErrInputInvalid.
	Open func() (io.ReadCloser, error)
	// URL is where a document was fetched; empty if it was not. It must not name a person.
	URL string
	// Fetched is when; zero if it was not.
	Fetched time.Time
}

// Bytes is a part that holds b, which must not change until the bundle is written.
func Bytes(k PartKind, mediaType string, b []byte) Part {
	return Part{Kind: k, MediaType: mediaType, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// Text is a part that holds s.
func Text(k PartKind, mediaType, s string) Part { return Bytes(k, mediaType, []byte(s)) }

// File is a part that holds the file at path.
func File(k PartKind, mediaType, path string) Part {
	return Part{Kind: k, MediaType: mediaType, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// FS is a part that holds the file called name in fsys.
func FS(k PartKind, mediaType string, fsys fs.FS, name string) Part {
	return Part{Kind: k, MediaType: mediaType, Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
}

const (
	maxReference = 200  // characters
	maxURL       = 2000 // bytes
)

// validate checks what the caller passed and returns the parts with their media types
// filled in.
func (b *Bundle) validate() ([]Part, error) {
	invalid := func(why string) ([]Part, error) { return nil, failed(signing.InputInvalid, "", why) }
	switch {
	case b.About != AboutLogin && b.About != AboutSignature:
		return invalid("Bundle.About is neither login nor signature")
	case !isReference(b.Reference):
		return invalid("Bundle.Reference must have 1 to 200 printable characters")
	case len(b.Parts) == 0:
		return invalid("Bundle.Parts is empty")
	case len(b.Parts) > MaxParts-2:
		return invalid("Bundle.Parts has too many parts")
	}
	all := make([]Part, len(b.Parts))
	for i, p := range b.Parts {
		if p.MediaType == "" {
			p.MediaType = mediaTypes[p.Kind]
		}
		switch {
		case !p.Kind.known() || p.Kind == PartReadme:
			return invalid("Part.Kind is none that a caller may add")
		case !isMediaType(p.MediaType):
			return invalid("Part.MediaType is malformed")
		case p.Open == nil:
			return invalid("Part.Open is missing")
		case !isURL(p.URL):
			return invalid("Part.URL is malformed or longer than 2000 bytes")
		case p.Fetched.Year() < 0 || p.Fetched.Year() > 9999:
			return invalid("Part.Fetched is out of range")
		}
		all[i] = p
	}
	return all, nil
}

func isReference(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxReference && isPrintable(s)
}

func isURL(s string) bool { return len(s) <= maxURL && utf8.ValidString(s) && isPrintable(s) }

func isPrintable(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
