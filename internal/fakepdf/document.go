package fakepdf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fileHead is the first line, and one that says that the file is not text.
const fileHead = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

// A Page is lines of text.
type Page struct {
	Lines []string
}

// A Plant is something that a document to be signed must not have: the first half of
// an attack whose second half comes after signing, or what acts by itself.
type Plant string

// The plants.
const (
	JavaScriptAtOpening Plant = "javascript-at-opening" // /OpenAction of the catalog
	JavaScriptNamed     Plant = "javascript-named"      // /Names /JavaScript of the catalog
	JavaScriptOnPage    Plant = "javascript-on-page"    // /AA of the first page
	JavaScriptInLink    Plant = "javascript-in-link"    // /A of an annotation
	JavaScriptEscaped   Plant = "javascript-escaped"    // at opening, the name written /J#61vaScript
	LaunchAtOpening     Plant = "launch-at-opening"     // /OpenAction starts a program
	HiddenLayer         Plant = "hidden-layer"          // optional content that is off
	FormOverlay         Plant = "form-overlay"          // a text field whose looks lie over the page
	EarlierUpdate       Plant = "earlier-update"        // a second revision, which changes the text
	EncryptionMarker    Plant = "encryption-marker"     // /Encrypt in the trailer
	EmbeddedFile        Plant = "embedded-file"         // an attachment
	DynamicForm         Plant = "dynamic-form"          // /XFA of the form
	UnsignedField       Plant = "unsigned-field"        // a signature field without a value
)

// Plants returns all plants.
func Plants() []Plant {
	return []Plant{
		JavaScriptAtOpening, JavaScriptNamed, JavaScriptOnPage, JavaScriptInLink, JavaScriptEscaped, LaunchAtOpening,
		HiddenLayer, FormOverlay, EarlierUpdate, EncryptionMarker, EmbeddedFile, DynamicForm, UnsignedField,
	}
}

// A Document is a small PDF for tests.
type Document struct {
	Title string // in the document's information; if empty, there is none
	Pages []Page // if empty, there is one page without text

	// Streamed puts the cross-reference section and the objects that may into streams,
	// as newer writers do.
	Streamed bool

	Plants []Plant
}

// New returns a PDF with pages of text. The same pages make the same bytes.
func New(pages ...Page) []byte { return Document{Pages: pages}.Bytes() }

// Bytes returns the PDF. The same document makes the same bytes.
func (d Document) Bytes() []byte {
	f := &file{places: map[int]place{}, read: map[int]object{}, trailer: dict{}}
	u := newUpdate(f)
	root, tree, font := u.reserve(), u.reserve(), u.add(helvetica())
	b := &builder{update: u, root: dict{"Type": name("Catalog"), "Pages": tree}, font: font}
	for _, p := range d.pages() {
		b.page(tree, p)
	}
	f.trailer = dict{"Root": root, "ID": array{text("fakepdf fakepdf!"), text("fakepdf fakepdf!")}}
	if d.Title != "" {
		f.trailer["Info"] = u.add(dict{"Title": textOf(d.Title), "Producer": text("fakepdf")})
	}
	for _, p := range d.Plants {
		b.plant(p)
	}
	kids := array{}
	for i, r := range b.kids {
		u.set(r.num, b.pages[i])
		kids = append(kids, r)
	}
	u.set(tree.num, dict{"Type": name("Pages"), "Kids": kids, "Count": integer(len(kids))})
	u.set(root.num, b.root)
	out := []byte(fileHead)
	if d.Streamed {
		out = u.writePacked(out)
	} else {
		out = u.write(out, nil, false)
	}
	if slices.Contains(d.Plants, EarlierUpdate) {
		if changed, err := earlierUpdate(out); err == nil { // what is written here can be read here
			return changed
		}
	}
	return out
}

func (d Document) pages() []Page {
	if len(d.Pages) == 0 {
		return []Page{{}}
	}
	return d.Pages
}

// A builder gathers the parts of a document that plants change.
type builder struct {
	*update
	root  dict
	font  ref
	kids  []ref
	pages []dict
}

func (b *builder) page(tree ref, p Page) {
	zero := number("0")
	b.kids = append(b.kids, b.reserve())
	b.pages = append(b.pages, dict{
		"Type": name("Page"), "Parent": tree, "MediaBox": array{zero, zero, number("595"), number("842")},
		"Resources": dict{"Font": dict{"F1": b.font}}, "Contents": b.add(pageText(p.Lines)),
	})
}

// pageText is a content stream with lines of text.
func pageText(lines []string) *stream {
	var s strings.Builder
	s.WriteString("BT /F1 12 Tf 16 TL 56 770 Td")
	for _, l := range lines {
		s.WriteString("\n")
		s.Write(appendText(nil, winAnsi(l)))
		s.WriteString(" Tj T*")
	}
	s.WriteString(" ET")
	return &stream{dict: dict{}, data: []byte(s.String())}
}

// writePacked writes a file of one revision whose objects lie in an object stream,
// and whose cross-reference section is a stream.
func (u *update) writePacked(out []byte) []byte {
	var head, body []byte
	var inside []int
	for num := 1; num < u.next; num++ {
		o, ok := u.changed[num]
		if _, isStream := o.(*stream); isStream || !ok {
			continue
		}
		head = fmt.Appendf(head, "%d %d ", num, len(body))
		body = append(appendObject(body, o), '\n')
		inside = append(inside, num)
		delete(u.changed, num)
	}
	holder := u.add(packedObjects(head, body, len(inside)))
	offsets := map[int]int{}
	for num := 1; num < u.next; num++ {
		if o, ok := u.changed[num]; ok {
			offsets[num] = len(out)
			out = fmt.Appendf(out, "%d 0 obj\n", num)
			out = append(appendObject(out, o), "\nendobj\n"...)
		}
	}
	index := map[int]int{}
	for i, num := range inside {
		index[num] = i
	}
	start, rows := len(out), []byte{0, 0, 0, 0, 0, 255, 255}
	for num := 1; num <= u.next; num++ {
		kind, at, last := 1, offsets[num], 0
		if i, ok := index[num]; ok {
			kind, at, last = 2, holder.num, i
		} else if num == u.next {
			at = start
		}
		rows = append(rows, byte(kind), byte(at>>24), byte(at>>16), byte(at>>8), byte(at), byte(last>>8), byte(last))
	}
	table := packed(rows)
	for k, v := range u.file.trailer {
		table.dict[k] = v
	}
	table.dict["Type"], table.dict["Size"] = name("XRef"), integer(u.next+1)
	table.dict["W"] = array{number("1"), number("4"), number("2")}
	out = fmt.Appendf(out, "%d 0 obj\n", u.next)
	out = append(appendObject(out, table), "\nendobj\n"...)
	return append(out, "startxref\n"+strconv.Itoa(start)+"\n%%EOF\n"...)
}

func packedObjects(head, body []byte, n int) *stream {
	s := packed(append(head, body...))
	s.dict["Type"], s.dict["N"], s.dict["First"] = name("ObjStm"), integer(n), integer(len(head))
	return s
}
