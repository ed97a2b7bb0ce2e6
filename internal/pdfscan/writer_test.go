package pdfscan_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A writer makes PDFs by hand, byte by byte, also such as no sensible program would.
type writer struct {
	bytes.Buffer
	entries map[int]int // offsets
	trailer string
	prev    int // offset of the section before; 0 if there is none
}

// plain is a document of one page with more objects, from number 4 on.
func plain(objects ...string) *writer {
	w := new(writer)
	w.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	w.begin()
	w.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	w.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	w.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>")
	for i, o := range objects {
		w.object(4+i, o)
	}
	return w
}

// begin begins an update.
func (w *writer) begin() {
	w.entries, w.trailer = map[int]int{}, "/Root 1 0 R/Size 100"
}

func (w *writer) object(n int, value string) {
	w.entries[n] = w.Len()
	fmt.Fprintf(w, "%d 0 obj\n%s\nendobj\n", n, value)
}

// stream is an object with data.
func stream(dict, data string) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data)
}

// table writes a cross-reference table and the end of the update.
func (w *writer) table() []byte {
	start := w.Len()
	w.WriteString("xref\n")
	if w.prev == 0 {
		w.WriteString("0 1\n0000000000 65535 f \n")
	}
	for _, n := range slices.Sorted(maps.Keys(w.entries)) {
		fmt.Fprintf(w, "%d 1\n%010d 00000 n \n", n, w.entries[n])
	}
	fmt.Fprintf(w, "trailer\n<<%s", w.trailer)
	if w.prev > 0 {
		fmt.Fprintf(w, "/Prev %d", w.prev)
	}
	fmt.Fprintf(w, ">>\nstartxref\n%d\n%%%%EOF\n", start)
	w.prev = start
	return slices.Clone(w.Bytes())
}

// packed packs objects into an object stream with number n, and writes a cross-reference
// stream with number n+1.
func (w *writer) packed(n int, objects map[int]string) []byte {
	head, body := "", ""
	nums := slices.Sorted(maps.Keys(objects))
	for _, num := range nums {
		head += fmt.Sprintf("%d %d ", num, len(body))
		body += objects[num] + " "
	}
	w.object(n, stream(fmt.Sprintf("/Type/ObjStm/Filter/FlateDecode/N %d/First %d", len(nums), len(head)), deflated(head+body)))
	start := w.Len()
	w.entries[n+1] = start
	index, rows := "", ""
	for _, num := range slices.Sorted(maps.Keys(w.entries)) {
		index += fmt.Sprintf("%d 1 ", num)
		rows += row(1, w.entries[num], 0)
	}
	for i, num := range nums {
		index += fmt.Sprintf("%d 1 ", num)
		rows += row(2, n, i)
	}
	prev := ""
	if w.prev > 0 {
		prev = fmt.Sprintf("/Prev %d", w.prev)
	}
	fmt.Fprintf(w, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", n+1,
		stream(fmt.Sprintf("/Type/XRef/W[1 4 2]/Index[%s]/Filter/FlateDecode%s%s", index, w.trailer, prev), deflated(rows)), start)
	w.prev = start
	return slices.Clone(w.Bytes())
}

func row(kind, second, third int) string {
	return string([]byte{byte(kind), byte(second >> 24), byte(second >> 16), byte(second >> 8), byte(second), byte(third >> 8), byte(third)})
}

func deflated(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

// predicted filters rows as PNG does, each with the next of the five filters.
func predicted(s string, columns int) string {
	var out strings.Builder
	above := make([]byte, columns)
	for i := 0; i < len(s); i += columns {
		row, kind := []byte(s[i:i+columns]), i/columns%5
		out.WriteByte(byte(kind))
		for j, c := range row {
			var left, corner byte
			if j > 0 {
				left, corner = row[j-1], above[j-1]
			}
			p := int(left) + int(above[j]) - int(corner)
			guess := []byte{0, left, above[j], byte((int(left) + int(above[j])) / 2), 0}
			switch a, b, c := dist(p, left), dist(p, above[j]), dist(p, corner); {
			case a <= b && a <= c:
				guess[4] = left
			case b <= c:
				guess[4] = above[j]
			default:
				guess[4] = corner
			}
			out.WriteByte(c - guess[kind])
		}
		above = row
	}
	return out.String()
}

func dist(p int, c byte) int { return max(p-int(c), int(c)-p) }
