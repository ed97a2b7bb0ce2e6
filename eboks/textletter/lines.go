package textletter

import "strings"

// A face is how text looks.
type face struct {
	style string  // "" or "B"
	size  float64 // points
	lead  float64 // millimetres from one line to the next
	blue  bool    // the colour of links
}

// A line is text that fits into one line, and what it belongs to.
type line struct {
	face
	text   string
	of     *element
	url    string  // where it leads
	before float64 // millimetres that stay free above it, unless a page begins
	held   bool    // it stands on the same page as the next one
}

// wrap breaks text into lines of at most width, which is in the unit of measure. A line
// ends in a blank, which does not count, unless it ends within a word: what reads one
// line after the other finds the words apart.
func wrap(text string, width float64, measure func(string) float64) []string {
	var lines []string
	blank := measure(" ")
	for whole := range strings.SplitSeq(text, "\n") {
		var b strings.Builder
		used := 0.0
		for word := range strings.FieldsFuncSeq(whole, func(r rune) bool { return r == ' ' }) {
			w := measure(word)
			if b.Len() > 0 && used+blank+w > width {
				lines = append(lines, b.String()+" ")
				b.Reset()
				used = 0
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
				used += blank
			}
			for w > width {
				n := cut(word, width, measure)
				lines = append(lines, word[:n])
				w -= measure(word[:n])
				word = word[n:]
			}
			b.WriteString(word)
			used += w
		}
		lines = append(lines, b.String()+" ")
	}
	return lines
}

// cut returns how many bytes of a word fit into width, at least one character. It
// prefers to end behind a sign that separates the parts of an address.
func cut(word string, width float64, measure func(string) float64) int {
	end, good, used := 0, 0, 0.0
	for i, r := range word {
		used += measure(string(r))
		if i > 0 && used > width {
			break
		}
		end = i + len(string(r))
		if strings.ContainsRune("/?&=-._", r) {
			good = end
		}
	}
	if good > end/2 {
		return good
	}
	return end
}

// hold keeps the lines of a paragraph from standing alone on a page: the first two
// stay together, and the last two.
func hold(lines []line) []line {
	if n := len(lines); n > 1 {
		lines[0].held, lines[n-2].held = true, true
	}
	return lines
}

// paginate divides lines among pages with room for first and for next millimetres.
func paginate(lines []line, first, next float64) [][]line {
	var pages [][]line
	left := first
	var page []line
	for i, l := range lines {
		before := l.before
		if len(page) == 0 {
			before = 0
		}
		begins := i == 0 || !lines[i-1].held
		if need := before + together(lines[i:]); len(page) > 0 && (begins && need > left && need <= next || before+l.lead > left) {
			pages = append(pages, page)
			page, before, left = nil, 0, next
		}
		page = append(page, l)
		left -= before + l.lead
	}
	return append(pages, page)
}

// together returns the height of a line and those that it is held with.
func together(lines []line) float64 {
	height := lines[0].lead
	for i := 0; i+1 < len(lines) && lines[i].held; i++ {
		height += lines[i+1].before + lines[i+1].lead
	}
	return height
}
