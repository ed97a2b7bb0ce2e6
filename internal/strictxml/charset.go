package strictxml

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// The marks that may stand before a document (XML 1.0 section 4.3.3). .NET likes to put
// that of UTF-8 there.
const (
	markUTF8  = "\xef\xbb\xbf"
	markUTF16 = "\xfe\xff"
	markTurn  = "\xff\xfe" // of UTF-16 in the other byte order
)

// isUTF8 and the others know the labels of an encoding, in small letters. A document
// that says it is UTF-16, and can be read as far as that, is UTF-8: its writer had it as
// a text in memory.
func isUTF8(label string) bool {
	return slices.Contains([]string{"utf-8", "utf8", "utf-16", "utf16"}, label)
}

func isASCII(label string) bool {
	return slices.Contains([]string{"us-ascii", "ascii", "iso646-us"}, label)
}

func isLatin1(label string) bool {
	return slices.Contains([]string{"iso-8859-1", "iso8859-1", "iso_8859-1", "iso88591", "latin1", "latin-1", "l1"}, label)
}

func isWindows1252(label string) bool {
	return slices.Contains([]string{"windows-1252", "windows1252", "cp1252", "cp-1252"}, label)
}

// decoder reads data in the encoding that it is declared to have. A mark of UTF-8 counts
// for more than a declaration.
func decoder(data []byte) (*xml.Decoder, error) {
	if bytes.HasPrefix(data, []byte(markUTF16)) || bytes.HasPrefix(data, []byte(markTurn)) || bytes.IndexByte(data[:min(4, len(data))], 0) >= 0 {
		return nil, ErrCharset // the zero is half a character of UTF-16 without its mark
	}
	text, marked := bytes.CutPrefix(data, []byte(markUTF8))
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = true
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		label = strings.ToLower(strings.TrimSpace(label))
		switch {
		case marked || isUTF8(label):
			return in, nil
		case isLatin1(label):
			return charmap.ISO8859_1.NewDecoder().Reader(in), nil
		case isWindows1252(label):
			return charmap.Windows1252.NewDecoder().Reader(in), nil
		case isASCII(label) && bytes.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }):
			return nil, ErrSyntax
		case isASCII(label):
			return in, nil
		}
		return nil, ErrCharset
	}
	return d, nil
}
