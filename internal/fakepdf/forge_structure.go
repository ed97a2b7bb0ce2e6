package fakepdf

import (
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
)

// structureForgeries append a revision that readers read in different ways, or without an end.
func structureForgeries() []Forgery {
	broken := func(title, what string, f func(j *job) ([]byte, error)) Forgery {
		return Forgery{Name: title, What: what, Is: Broken, make: f}
	}
	// trailer appends a revision whose trailer says something else.
	trailer := func(title, what string, members func(j *job, start int) string) Forgery {
		return broken(title, what, func(j *job) ([]byte, error) {
			return j.raw("", func(start int) string { return members(j, start) }), nil
		})
	}
	pages := func(title, what string, f func(j *job, u *update, tree dict, num int) object) Forgery {
		return broken(title, what, func(j *job) ([]byte, error) {
			return j.append(func(j *job, u *update, first page) error {
				tree, num, _, err := treeOf(j, first)
				if err == nil {
					u.set(num, f(j, u, tree, num))
				}
				return err
			})
		})
	}
	return []Forgery{
		trailer("sections-in-a-circle", "Prev names the section that it stands in", func(_ *job, start int) string {
			return fmt.Sprintf("/Prev %d", start)
		}),
		trailer("sections-in-a-wide-circle", "Prev names a section behind it, which names it", func(_ *job, start int) string {
			return fmt.Sprintf("/Prev %d", start+1)
		}),
		trailer("section-nowhere", "Prev lies behind the end of the file", func(*job, int) string { return "/Prev 99999999" }),
		trailer("section-negative", "Prev is negative", func(*job, int) string { return "/Prev -1" }),
		trailer("hybrid-in-a-circle", "XRefStm names the section that it stands in", func(j *job, start int) string {
			return fmt.Sprintf("/Prev %d/XRefStm %d", j.file.startxref, start)
		}),
		trailer("encryption-claimed", "the trailer says that the file is encrypted", func(j *job, _ int) string {
			return fmt.Sprintf("/Prev %d/Encrypt<</Filter/Standard/V 1/R 2/O(%032d)/U(%032d)/P -4>>", j.file.startxref, 0, 0)
		}),
		pages("pages-in-a-circle", "the tree of pages is below itself", func(_ *job, _ *update, tree dict, num int) object {
			return tree.with(dict{"Kids": array{ref{num: num}}})
		}),
		pages("pages-too-deep", "the first page lies below a thousand nodes", func(_ *job, u *update, tree dict, num int) object {
			kids := tree["Kids"]
			for range 1000 {
				kids = array{u.add(dict{"Type": name("Pages"), "Kids": kids, "Count": tree["Count"], "Parent": ref{num: num}})}
			}
			return tree.with(dict{"Kids": kids})
		}),
		pages("values-too-deep", "100,000 arrays lie in each other", func(_ *job, _ *update, tree dict, _ int) object {
			return tree.with(dict{"Kids": written(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000))})
		}),
		broken("object-outside-the-file", "an object stands behind the end of the file", func(j *job) ([]byte, error) {
			return j.append(func(_ *job, u *update, first page) error {
				u.named = map[int]int{first.num: 1 << 30}
				return nil
			})
		}),
		broken("two-objects-at-one-place", "two numbers stand for one object", func(j *job) ([]byte, error) {
			return j.append(func(j *job, u *update, first page) error {
				u.named = map[int]int{first.num: j.file.places[j.num].offset}
				return nil
			})
		}),
		broken("hybrid-that-hides", "a table calls the signature free, and a stream beside it does not", func(j *job) ([]byte, error) {
			out := bytes.Clone(j.file.data)
			hidden := len(out)
			row := []byte{1, 0, 0, 0, 0, 0}
			at := j.file.places[j.num].offset
			row[1], row[2], row[3], row[4] = byte(at>>24), byte(at>>16), byte(at>>8), byte(at)
			s := &stream{dict: dict{
				"Type": name("XRef"), "Size": integer(j.file.size + 1), "W": array{number("1"), number("4"), number("1")},
				"Index": array{integer(j.num), number("1")}, "Root": j.file.trailer["Root"],
			}, data: row}
			out = append(appendObject(fmt.Appendf(out, "%d 0 obj\n", j.file.size), s), "\nendobj\n"...)
			start := len(out)
			out = fmt.Appendf(out, "xref\n%d 1\n0000000000 00001 f \n", j.num)
			end := dict{"Root": j.file.trailer["Root"], "Size": integer(j.file.size + 1), "Prev": integer(j.file.startxref), "XRefStm": integer(hidden)}
			return fmt.Appendf(append(out, "trailer\n"...), "%s\nstartxref\n%d\n%%%%EOF\n", appendObject(nil, end), start), nil
		}),
		broken("updates-too-many", "five thousand empty revisions", func(j *job) ([]byte, error) {
			out := bytes.Clone(j.file.data)
			root, last := string(appendObject(nil, j.file.trailer["Root"])), j.file.startxref
			for range 5000 {
				start := len(out)
				out = fmt.Appendf(out, "xref\n0 0\ntrailer\n<</Root %s/Size %d/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", root, j.file.size, last, start)
				last = start
			}
			return out, nil
		}),
	}
}

// raw appends objects as they are given, and an empty section whose trailer has more members.
func (j *job) raw(objects string, more func(start int) string) []byte {
	out := append(bytes.Clone(j.file.data), objects...)
	start := len(out)
	return fmt.Appendf(out, "xref\n0 0\ntrailer\n<</Root %s/Size %d%s>>\nstartxref\n%d\n%%%%EOF\n",
		appendObject(nil, j.file.trailer["Root"]), j.file.size, more(start), start)
}

// bombForgeries append streams that unpack to 256 MB.
func bombForgeries() []Forgery {
	bomb := func(title, what string, f func(j *job, u *update, big *stream) error) Forgery {
		return Forgery{Name: title, What: what, Is: Broken, make: func(j *job) ([]byte, error) {
			big, err := swollen(256)
			if err != nil {
				return nil, err
			}
			return j.append(func(j *job, u *update, _ page) error { return f(j, u, big) })
		}}
	}
	return []Forgery{
		{Name: "bomb-in-section", What: "the cross-reference stream unpacks to 256 MB", Is: Broken, make: func(j *job) ([]byte, error) {
			big, err := swollen(256)
			if err != nil {
				return nil, err
			}
			big.dict = big.dict.with(dict{
				"Type": name("XRef"), "Size": integer(j.file.size + 1), "W": array{number("1"), number("4"), number("2")},
				"Root": j.file.trailer["Root"], "Prev": integer(j.file.startxref),
			})
			start := len(j.file.data)
			out := append(appendObject(fmt.Appendf(bytes.Clone(j.file.data), "%d 0 obj\n", j.file.size), big), "\nendobj\n"...)
			return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", start), nil
		}},
		bomb("bomb-in-objects", "an object stream unpacks to 256 MB, and the catalog lies in it", func(j *job, u *update, big *stream) error {
			big.dict = big.dict.with(dict{"Type": name("ObjStm"), "N": number("1"), "First": number("8")})
			_, num, err := j.file.catalog()
			if err != nil {
				return err
			}
			u.file.streamed = true
			u.packed = map[int]int{num: u.add(big).num}
			return nil
		}),
	}
}

// swollen is a stream of so many megabytes of zeros. Its parts are the same, and each stands by itself, so
// that it is made quickly; its checksum is wrong, and a reader has unpacked all of it before it can tell.
func swollen(megabytes int) (*stream, error) {
	var part bytes.Buffer
	w, err := flate.NewWriter(&part, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	data := append([]byte{0x78, 0x01}, bytes.Repeat(part.Bytes(), megabytes)...)
	data = append(data, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1)
	return &stream{dict: dict{"Filter": name("FlateDecode")}, data: data}, nil
}
