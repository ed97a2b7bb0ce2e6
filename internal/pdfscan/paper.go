package pdfscan

import (
	"bytes"
	"fmt"
	"math"
	"slices"
)

// TailLength is where the end of a PDF is looked for, in bytes before the end of the file,
// and its beginning, in those behind the beginning: as far as Acrobat looks.
const TailLength = 1024

// EndsWell reports whether a file ends as a PDF does, with %%EOF. tail is the file, or at
// least its last kilobyte. A file that was cut does not end so.
func EndsWell(tail []byte) bool {
	return bytes.Contains(tail[max(0, len(tail)-TailLength):], []byte("%%EOF"))
}

// maxActions bounds how many actions may follow each other.
const maxActions = 1000

// A4 in points, with what may be missing or too much: writers round.
const (
	pointsPerMM = 72 / 25.4
	shortSide   = 210 * pointsPerMM
	longSide    = 297 * pointsPerMM
	tolerance   = 3 * pointsPerMM
)

// PaperFault returns why a printer of letters cannot take a PDF, as the end of a sentence
// that begins with the document: " is encrypted; …". It is empty if nothing was found. It
// holds nothing of the file but a page's number and size.
//
// It takes what printers and viewers take, unlike the rest of this package, and looks at
// the end of the file, encryption, the size of each page, scripts that run by themselves,
// and files whose pages a viewer makes up. It does not look into content streams, fonts
// and images.
func PaperFault(pdf []byte) string {
	r, err := openLoose(pdf)
	if err != nil {
		return looseFault(err.(*Error).Reason)
	}
	catalog := r.dict(r.trailer["Root"])
	fault := r.acts(catalog)
	if fault == "" {
		fault = r.sizes(catalog)
	}
	if r.file.budget.values < 0 || r.file.budget.packed < 0 {
		return looseFault(TooLarge)
	}
	return fault
}

func looseFault(reason Reason) string {
	switch reason {
	case Cut:
		return " has no end (%%EOF): it was cut off; make it anew"
	case Encrypted:
		return " is encrypted, and a printer has no password; save it without"
	case TooLarge:
		return " has more objects than are looked at; make it simpler"
	}
	return " is damaged: its table of objects cannot be read; save it anew"
}

// acts looks for what a viewer does with the pages before it shows them.
func (r *loose) acts(catalog dict) string {
	names := r.dict(r.dict(catalog["Names"])["JavaScript"])
	switch {
	case len(r.list(names["Names"])) > 0, len(r.list(names["Kids"])) > 0, r.script(catalog["OpenAction"], map[ref]bool{}), r.triggers(catalog):
		return " runs JavaScript when it is opened, which paper cannot; save it without"
	case r.resolve(catalog["NeedsRendering"]) == true:
		return " is a form that only some viewers draw (XFA); print it into a PDF first"
	case r.dict(catalog["Collection"]) != nil:
		return " is a portfolio of files, and its pages are not theirs; send the files"
	}
	return ""
}

// triggers reports whether something on a page or in the catalog starts a script.
func (r *loose) triggers(d dict) bool {
	for _, action := range r.dict(d["AA"]) {
		if r.script(action, map[ref]bool{}) {
			return true
		}
	}
	return false
}

// script reports whether an action, or one that follows it, is a script. seen are the
// actions that were looked at.
func (r *loose) script(v any, seen map[ref]bool) bool {
	if at, ok := v.(ref); ok {
		if seen[at] {
			return false
		}
		seen[at] = true
	}
	d := r.dict(v)
	if fold(r.resolve(d["S"])) == "javascript" {
		return true
	}
	next := r.list(d["Next"])
	if next == nil && d["Next"] != nil {
		next = array{d["Next"]}
	}
	return len(seen) < maxActions && slices.ContainsFunc(next, func(v any) bool { return r.script(v, seen) })
}

// A sheet is what pages inherit from the nodes above them.
type sheet struct{ media, crop any }

// A node is one of the page tree.
type node struct {
	value any
	sheet sheet
	depth int
}

// sizes looks at all pages.
func (r *loose) sizes(catalog dict) string {
	seen := map[ref]bool{}
	pages := 0
	open := []node{{value: catalog["Pages"]}}
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if at, ok := n.value.(ref); ok {
			if seen[at] {
				continue
			}
			seen[at] = true
		}
		d := r.dict(n.value)
		switch {
		case d == nil:
			return fmt.Sprintf(" is damaged: what follows page %d cannot be read; save it anew", pages)
		case n.depth > maxDepth, pages > maxPages, len(open) > maxPages:
			return looseFault(TooLarge)
		}
		if box := d["MediaBox"]; box != nil {
			n.sheet.media = box
		}
		if box := d["CropBox"]; box != nil {
			n.sheet.crop = box
		}
		if kids := r.list(d["Kids"]); kids != nil && r.resolve(d["Type"]) != name("Page") {
			for i := len(kids) - 1; i >= 0; i-- {
				open = append(open, node{kids[i], n.sheet, n.depth + 1})
			}
			continue
		}
		pages++
		if fault := r.page(d, n.sheet, pages); fault != "" {
			return fault
		}
	}
	if pages == 0 {
		return " has no pages"
	}
	return ""
}

// page looks at one page.
func (r *loose) page(d dict, s sheet, number int) string {
	if r.triggers(d) {
		return " runs JavaScript when it is opened, which paper cannot; save it without"
	}
	box, ok := r.box(s.media)
	if !ok {
		return fmt.Sprintf(" does not say how large page %d is; letters are A4", number)
	}
	if crop, ok := r.box(s.crop); ok {
		for i := range 2 {
			box[i], box[i+2] = max(box[i], crop[i]), min(box[i+2], crop[i+2])
		}
	}
	unit := 1.0
	if u, ok := real(r.resolve(d["UserUnit"])); ok && u > 0 {
		unit = u
	}
	width, height := (box[2]-box[0])*unit, (box[3]-box[1])*unit
	if near(width, shortSide) && near(height, longSide) || near(width, longSide) && near(height, shortSide) {
		return ""
	}
	return fmt.Sprintf(" is not A4: page %d is %.0f × %.0f mm", number, width/pointsPerMM, height/pointsPerMM)
}

// box returns the corners of a rectangle: left, lower, right, upper.
func (r *loose) box(v any) (corners [4]float64, ok bool) {
	a := r.list(v)
	if len(a) != 4 {
		return corners, false
	}
	for i, v := range a {
		if corners[i], ok = real(r.resolve(v)); !ok {
			return corners, false
		}
	}
	for i := range 2 {
		corners[i], corners[i+2] = min(corners[i], corners[i+2]), max(corners[i], corners[i+2])
	}
	return corners, true
}

func real(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func near(a, b float64) bool { return math.Abs(a-b) <= tolerance }
