package textletter

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
)

type guarded = private.Value

// The limits of a letter.
const (
	MaxTitle      = eboks.DefaultTitle // characters of the title, and of a heading
	MaxParagraphs = 1_000
	MaxText       = 100_000 // characters of all headings, texts and addresses together
	MaxURL        = 2_000   // bytes of an address
	MaxPages      = 50
	MaxTo         = 6       // lines of the recipient's address
	MaxFrom       = 8       // lines of the sender beside the name
	MaxReference  = 60      // characters
	MaxLogo       = 1 << 20 // bytes of the PNG
	MaxLogoSide   = 4_000   // pixels
	MaxLogoArea   = 2 << 20 // pixels
)

// Language is the language of a letter. It decides how the date and the page numbers
// are written, and how a screen reader pronounces the text. The zero Language is
// Danish.
type Language string

// The languages.
const (
	Danish  Language = "da"
	English Language = "en"
)

// Letter is a letter to one recipient. It prints as a placeholder and refuses to
// marshal. The zero Letter is refused: Title, Paragraphs, From.Name and Date must be
// there.
type Letter struct {
	guarded
	// Title is the first line of the text and the title of the file: one line of at
	// most MaxTitle characters, without a CPR number.
	Title string
	// Paragraphs are the text, 1 to MaxParagraphs of them.
	Paragraphs []Paragraph
	// From is who writes.
	From Sender
	// To is the recipient's name and address as the window shows it, at most MaxTo
	// lines of at most 80 mm, without a CPR number. If empty, the place stays free:
	// that is right for digital post, and where the distributor prints the address.
	To []string
	// Date is the date of the letter. Its day in its own time zone is shown; the time
	// is not.
	Date time.Time
	// Language is the language of the text. If empty, it is Danish.
	Language Language
	// Reference is the sender's own mark, one line of at most MaxReference characters.
	// It stands under the date and at the bottom of every page. If empty, there is none.
	Reference string
}

// Paragraph is a heading, a text and an address, in that order. At least one of them
// must be there. Line breaks (\n) in Text stay; tabs become blanks.
type Paragraph struct {
	guarded
	// Heading is one line of at most MaxTitle characters.
	Heading string
	// Text is any number of lines. If URL is there, Text is the link's text.
	Text string
	// URL is an address with https, or one of this machine with http (localhost, or a
	// loopback IP address), of at most MaxURL bytes of ASCII. It is written out
	// below Text, for those who read on paper.
	URL string
}

// Sender is who writes a letter.
type Sender struct {
	guarded
	// Name is the sender's name, one line of at most 100 characters.
	Name string
	// Lines are address, telephone and the like: at most MaxFrom lines of at most 100
	// characters each.
	Lines []string
	// Logo is a PNG of at most MaxLogo bytes, with sides of at most MaxLogoSide and an
	// area of at most MaxLogoArea pixels. It becomes at most 80 mm wide and 17 mm high.
	// What is transparent becomes white. If empty, there is none.
	Logo []byte
}

// PDF writes the letter. The same letter gives the same bytes. See the package's
// comment for the limits and the errors.
func (l Letter) PDF() ([]byte, error) {
	l, err := l.checked()
	if err != nil {
		return nil, err
	}
	return l.write()
}

// refused is the error of this package. why is ours alone.
func refused(why string) error {
	return &eboks.Error{Kind: eboks.InputInvalid, Op: "textletter", Why: why, Then: eboks.Stop}
}
