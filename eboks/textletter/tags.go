package textletter

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// fpdf writes no tags. It lets content be marked, so the sheet marks what belongs to
// which element, and the tree of elements is added to the file that fpdf wrote.

// An element is a part of the letter as a screen reader knows it: a heading, a
// paragraph, a link, a picture.
type element struct {
	role   string // of PDF 1.7, table 333 and following
	alt    string // what is read for a picture
	parent *element
	kids   []kid
	object int // its number in the file
}

// A kid of an element is another element, marked content of a page, or a link.
type kid struct {
	element *element
	page    int
	mark    int
	link    *annotation
}

// An annotation is a place on a page that can be pressed.
type annotation struct {
	page   int
	rect   [4]float64 // in points from the lower left corner
	url    string
	text   string
	of     *element
	object int
}

func (e *element) add(role string) *element {
	child := &element{role: role, parent: e}
	e.kids = append(e.kids, kid{element: child})
	return child
}

// tags are the elements of a letter.
type tags struct {
	root  *element
	marks [][]*element // for each page, whose the marked contents are
	links []*annotation
}

// mark returns the number of the next marked content of a page, which belongs to e.
// Pages count from 1.
func (t *tags) mark(page int, e *element) int {
	for len(t.marks) < page {
		t.marks = append(t.marks, nil)
	}
	id := len(t.marks[page-1])
	t.marks[page-1] = append(t.marks[page-1], e)
	e.kids = append(e.kids, kid{page: page, mark: id})
	return id
}

// link makes a line that was written at x and y into a link. Millimetres.
func (t *tags) link(page int, l line, x, y, width float64) {
	const points = 72 / 25.4
	a := &annotation{
		page: page, url: l.url, text: strings.TrimSuffix(l.text, " "), of: l.of,
		rect: [4]float64{x * points, (paperHeight - y - l.lead) * points, (x + width) * points, (paperHeight - y) * points},
	}
	t.links = append(t.links, a)
	l.of.kids = append(l.of.kids, kid{link: a})
}

// each calls f for e and everything below it, from top to bottom.
func (e *element) each(f func(*element)) {
	f(e)
	for _, k := range e.kids {
		if k.element != nil {
			k.element.each(f)
		}
	}
}

// addTo adds the tags, the links and what else fpdf does not write to its file.
func (t *tags) addTo(pdf []byte, pages int) ([]byte, error) {
	f, err := readFile(pdf)
	if err != nil {
		return nil, err
	}
	tree := f.add()
	t.root.each(func(e *element) { e.object = f.add() })
	for _, a := range t.links {
		a.object = f.add()
	}
	parents := f.add()
	f.objects[tree] = fmt.Sprintf("<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>", t.root.object, parents, pages+len(t.links))
	t.root.each(func(e *element) { f.objects[e.object] = e.write(tree, f.pages) })
	for i, a := range t.links {
		f.objects[a.object] = a.write(pages + i)
	}
	f.objects[parents] = t.parentTree()
	for i := range pages {
		var annots strings.Builder
		for _, a := range t.links {
			if a.page == i+1 {
				fmt.Fprintf(&annots, " %d 0 R", a.object)
			}
		}
		f.extend(f.pages[i], fmt.Sprintf("/StructParents %d /Tabs /S /Annots [%s]", i, strings.TrimSpace(annots.String())))
	}
	f.objects[f.root], _, _ = strings.Cut(f.objects[f.root], "/Names <<") // a list of attached files, which is empty
	f.extend(f.root, fmt.Sprintf("/MarkInfo <</Marked true>> /StructTreeRoot %d 0 R /ViewerPreferences <</DisplayDocTitle true>>", tree))
	return f.write(), nil
}

// write returns e as an object of the file. Pages are the numbers of their objects.
func (e *element) write(tree int, pages []int) string {
	var b strings.Builder
	parent := tree
	if e.parent != nil {
		parent = e.parent.object
	}
	fmt.Fprintf(&b, "<</Type /StructElem /S /%s /P %d 0 R", e.role, parent)
	if e.alt != "" {
		b.WriteString(" /Alt " + textString(e.alt))
	}
	b.WriteString(" /K [")
	for i, k := range e.kids {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case k.element != nil:
			fmt.Fprintf(&b, "%d 0 R", k.element.object)
		case k.link != nil:
			fmt.Fprintf(&b, "<</Type /OBJR /Pg %d 0 R /Obj %d 0 R>>", pages[k.link.page-1], k.link.object)
		default:
			fmt.Fprintf(&b, "<</Type /MCR /Pg %d 0 R /MCID %d>>", pages[k.page-1], k.mark)
		}
	}
	b.WriteString("]>>")
	return b.String()
}

func (a *annotation) write(key int) string {
	return fmt.Sprintf("<</Type /Annot /Subtype /Link /F 4 /Rect [%.2f %.2f %.2f %.2f] /Border [0 0 0] /Contents %s /StructParent %d /A <</S /URI /URI %s>>>>",
		a.rect[0], a.rect[1], a.rect[2], a.rect[3], textString(a.text), key, byteString(a.url))
}

// parentTree says for each marked content and each link whose it is.
func (t *tags) parentTree() string {
	var b strings.Builder
	b.WriteString("<</Nums [")
	for page, marks := range t.marks {
		fmt.Fprintf(&b, "%d [", page)
		for _, e := range marks {
			fmt.Fprintf(&b, "%d 0 R ", e.object)
		}
		b.WriteString("] ")
	}
	for i, a := range t.links {
		fmt.Fprintf(&b, "%d %d 0 R ", len(t.marks)+i, a.of.object)
	}
	b.WriteString("]>>")
	return b.String()
}

// textString writes s as PDF writes text.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteByte('>')
	return b.String()
}

// byteString writes bytes of ASCII.
func byteString(s string) string {
	return "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(s) + ")"
}
