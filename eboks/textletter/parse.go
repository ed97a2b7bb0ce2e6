package textletter

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const maxFile = 4*MaxText + 4096 // bytes of a text file

// Parse reads title, paragraphs and links of a letter from a text in UTF-8. The
// first line that is not blank is the title. Blank lines separate paragraphs; line
// breaks within a paragraph stay. A line that is an address with https and nothing else
// is a link, and the paragraph goes on behind it. From, Date and the rest are for the
// caller to fill in; [Letter.PDF] checks the whole.
//
// A text that is longer than 404,096 bytes, is not UTF-8 or has no title and no
// paragraph is an error of the kind eboks.InputInvalid. An error of r is returned as
// it is.
func Parse(r io.Reader) (Letter, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return Letter{}, err
	case len(raw) > maxFile:
		return Letter{}, refused(fmt.Sprintf("the text is longer than %d bytes", maxFile))
	case !utf8.Valid(raw):
		return Letter{}, refused("the text is not UTF-8; save it as UTF-8")
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n", "\n")
	title, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	l := Letter{Title: strings.TrimSpace(title)}
	var lines []string
	end := func() {
		if len(lines) > 0 {
			l.Paragraphs = append(l.Paragraphs, Paragraph{Text: strings.Join(lines, "\n")})
			lines = nil
		}
	}
	for line := range strings.SplitSeq(rest, "\n") {
		line = strings.TrimRight(line, " \t")
		bare := strings.TrimSpace(line)
		switch {
		case bare == "":
			end()
		case strings.HasPrefix(bare, "https://") && isAddress(bare):
			end()
			l.Paragraphs = append(l.Paragraphs, Paragraph{URL: bare})
		default:
			lines = append(lines, line)
		}
	}
	end()
	if l.Title == "" || len(l.Paragraphs) == 0 {
		return Letter{}, refused("the text must have a title and a paragraph: the first line is the title")
	}
	return l, nil
}
