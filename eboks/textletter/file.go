package textletter

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// fontFamily is the name of the typeface in fpdf, which calls the fonts "utf8" and this.
const fontFamily = "dejavu"

// file is the objects of a PDF of fpdf, to be written anew: fpdf has no way to add to
// the catalogue or to a page. This is no reader of PDFs in general.
type file struct {
	objects []string // by number, without "1 0 obj" and "endobj"; number 0 is not used
	root    int
	info    int
	pages   []int // the numbers of the pages, in order
}

var (
	trailer   = regexp.MustCompile(`\nxref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\n<<\n/Size \d+\n/Root (\d+) 0 R\n/Info (\d+) 0 R\n>>\nstartxref\n(\d+)\n%%EOF\n$`)
	kids      = regexp.MustCompile(`/Kids \[((?:\d+ 0 R )+)\]`)
	errLayout = errors.New("textletter: fpdf wrote a file that is not laid out as expected; use the version of fpdf that go.mod names")
)

func readFile(pdf []byte) (*file, error) {
	m := trailer.FindSubmatch(pdf[max(0, len(pdf)-1<<16):])
	if m == nil {
		return nil, errLayout
	}
	number := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n }
	f := &file{objects: make([]string, number(m[1])), root: number(m[3]), info: number(m[4])}
	table, end := m[2], number(m[5])
	offset := func(i int) int { return number(table[20*i : 20*i+10]) }
	if len(table) != 20*len(f.objects) || f.root >= len(f.objects) || f.info >= len(f.objects) {
		return nil, errLayout
	}
	for i := 1; i < len(f.objects); i++ {
		next := end
		for j := 1; j < len(f.objects); j++ {
			if o := offset(j); o > offset(i) && o < next {
				next = o
			}
		}
		begin := fmt.Sprintf("%d 0 obj\n", i)
		if offset(i) > next || next > len(pdf) {
			return nil, errLayout
		}
		o, starts := strings.CutPrefix(string(pdf[offset(i):next]), begin)
		o, ends := strings.CutSuffix(strings.TrimRight(o, "\n"), "\nendobj")
		if !starts || !ends {
			return nil, errLayout
		}
		f.objects[i] = o
	}
	for n := range strings.FieldsSeq(strings.ReplaceAll(string(kidsOf(f.objects[1])), " 0 R", "")) {
		f.pages = append(f.pages, number([]byte(n)))
	}
	f.nameFonts()
	return f, nil
}

func kidsOf(pages string) []byte {
	if m := kids.FindStringSubmatch(pages); m != nil {
		return []byte(m[1])
	}
	return nil
}

// nameFonts gives the fonts their names, with a tag that says that each is a part of
// the whole font, and that differs from letter to letter.
func (f *file) nameFonts() {
	sum := sha256.New()
	for _, o := range f.objects {
		sum.Write([]byte(o))
	}
	tag := make([]byte, 6)
	for i, b := range sum.Sum(nil)[:6] {
		tag[i] = 'A' + b%26
	}
	names := strings.NewReplacer(
		"/utf8"+fontFamily+"B\n", "/"+string(tag)+"+DejaVuSansCondensed-Bold\n",
		"/utf8"+fontFamily+"\n", "/"+string(tag)+"+DejaVuSansCondensed\n")
	for i, o := range f.objects {
		if strings.HasPrefix(o, "<</Type /Font") {
			f.objects[i] = names.Replace(o)
		}
	}
}

// add makes room for one more object and returns its number.
func (f *file) add() int {
	f.objects = append(f.objects, "")
	return len(f.objects) - 1
}

// extend adds entries to an object that is a dictionary.
func (f *file) extend(n int, entries string) {
	f.objects[n] = strings.TrimSuffix(f.objects[n], ">>") + "\n" + entries + "\n>>"
}

func (f *file) write() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xc2\xb5\xc2\xb6\n")
	offsets := make([]int, len(f.objects))
	for i, o := range f.objects[1:] {
		offsets[i+1] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	id := sha256.Sum256(b.Bytes())
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(f.objects))
	for _, o := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.objects), f.root, f.info, id[:16], id[:16], start)
	return b.Bytes()
}
