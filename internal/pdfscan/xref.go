package pdfscan

import "bytes"

// A section is one cross-reference section: a table, a stream, or a table with a stream
// beside it (a hybrid file).
type section struct {
	at, end int // from xref, or the stream's number, to behind %%EOF
	start   int // what its startxref says; 0 if there is none
	entries map[int]entry
	trailer dict
	hidden  []int // objects that the table calls free and the stream beside it does not
}

// chain reads the sections from start on, newest first, each named by the one before it
// (Prev).
func (f *File) chain(start int) ([]*section, error) {
	var all []*section
	seen := map[int]bool{}
	for {
		if seen[start] {
			return nil, malformed("cross-reference sections that follow each other in a circle")
		}
		seen[start] = true
		if len(all) >= 2*maxRevisions {
			return nil, fail(TooLarge, "too many updates")
		}
		s, err := f.section(start)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
		prev, there := s.trailer["Prev"]
		n, ok := prev.(int64)
		if !there || ok && n == 0 { // where the header is; some writers mean that there is none
			return all, nil
		}
		if !ok || n <= 0 || n >= int64(len(f.raw)) {
			return nil, malformed("Prev is no offset")
		}
		start = int(n)
	}
}

func (f *File) section(at int) (*section, error) {
	if at <= 0 || at >= len(f.raw) || isSpace(f.raw[at]) || f.raw[at] == '%' {
		return nil, malformed("an offset where no cross-reference section is")
	}
	l := &lexer{buf: f.raw, at: at, budget: f.budget}
	s := &section{at: at, entries: map[int]entry{}}
	var err error
	if l.keyword("xref") {
		err = f.table(l, s)
	} else {
		err = f.xrefStream(l, s.entries, &s.trailer)
	}
	if err != nil {
		return nil, err
	}
	if s.trailer["Encrypt"] != nil {
		return nil, fail(Encrypted, "")
	}
	if err := f.tail(l, s); err != nil {
		return nil, err
	}
	f.spans = append(f.spans, span{at, s.end})
	return s, nil
}

// tail passes startxref, its number and %%EOF behind a section. The first section of a
// linearised file may lack them.
func (f *File) tail(l *lexer, s *section) error {
	s.end = l.at
	if !l.keyword("startxref") {
		return nil
	}
	var ok bool
	s.start, ok = l.number()
	for l.at < len(f.raw) && isSpace(f.raw[l.at]) {
		l.at++
	}
	if !ok || !bytes.HasPrefix(f.raw[l.at:], []byte("%%EOF")) {
		return malformed("a cross-reference section without startxref and %%EOF")
	}
	s.end = l.at + len("%%EOF")
	return nil
}

// table reads a cross-reference table and its trailer (ISO 32000-1, 7.5.4).
func (f *File) table(l *lexer, s *section) error {
	for !l.keyword("trailer") {
		first, ok1 := l.number()
		count, ok2 := l.number()
		if !ok1 || !ok2 {
			return malformed("a cross-reference table that cannot be read")
		}
		if first > maxObjects*4 || count > maxObjects {
			return fail(TooLarge, "too many objects")
		}
		for n := first; n < first+count; n++ {
			at, ok1 := l.number()
			gen, ok2 := l.number()
			e := entry{at: at, gen: gen}
			switch {
			case ok1 && ok2 && l.keyword("n"):
				e.kind = 'n'
			case ok1 && ok2 && l.keyword("f"):
				e.kind = 'f'
			default:
				return malformed("a cross-reference table that cannot be read")
			}
			if err := f.enter(s.entries, n, e); err != nil {
				return err
			}
		}
	}
	v, err := l.value(0)
	if err != nil {
		return err
	}
	d, ok := v.(dict)
	if !ok {
		return malformed("a trailer that is no dictionary")
	}
	s.trailer = d
	return f.hybrid(s)
}

// hybrid adds the entries of the cross-reference stream beside a table (ISO 32000-1,
// 7.5.8.4). Readers differ on which of the two they use, so the stream must not say
// anything else of an object that the table has.
func (f *File) hybrid(s *section) error {
	v, there := s.trailer["XRefStm"]
	if !there {
		return nil
	}
	at, ok := v.(int64)
	if !ok || at <= 0 || at >= int64(s.at) {
		return malformed("XRefStm is no offset")
	}
	l := &lexer{buf: f.raw, at: int(at), budget: f.budget}
	extra, trailer := map[int]entry{}, dict(nil)
	if err := f.xrefStream(l, extra, &trailer); err != nil {
		return err
	}
	if trailer["Encrypt"] != nil {
		return fail(Encrypted, "")
	}
	f.spans = append(f.spans, span{int(at), l.at})
	for n, e := range extra {
		has, there := s.entries[n]
		if there && has.kind != 'f' && has != e {
			return malformed("two cross-reference sections that do not agree")
		}
		if there && has.kind == 'f' && e.kind != 'f' {
			s.hidden = append(s.hidden, n)
		}
		s.entries[n] = e
	}
	return nil
}

// enter puts an entry into a section.
func (f *File) enter(entries map[int]entry, n int, e entry) error {
	if f.budget.values--; f.budget.values < 0 || len(entries) > maxObjects {
		return fail(TooLarge, "too many objects")
	}
	if _, twice := entries[n]; twice {
		return malformed("an object twice in one cross-reference section")
	}
	if e.kind == 'n' && (e.at <= 0 || e.at >= len(f.raw)) {
		return malformed("an object outside the file")
	}
	entries[n] = e
	return nil
}

// xrefStream reads a cross-reference stream (ISO 32000-1, 7.5.8).
func (f *File) xrefStream(l *lexer, entries map[int]entry, trailer *dict) error {
	o, err := l.indirect(f, nil)
	if err != nil {
		return err
	}
	s, ok := o.value.(*stream)
	if !ok || s.dict["Type"] != name("XRef") {
		return malformed("an offset where no cross-reference section is")
	}
	*trailer = s.dict
	return f.packedEntries(s, func(n int, e entry) error { return f.enter(entries, n, e) })
}

// packedEntries hands the entries of a cross-reference stream to enter.
func (f *File) packedEntries(s *stream, enter func(n int, e entry) error) error {
	data, err := f.unpack(s)
	if err != nil {
		return err
	}
	widths, ok := integers(s.dict["W"])
	if !ok || len(widths) != 3 || widths[0] > 8 || widths[1] > 8 || widths[2] > 8 {
		return malformed("a cross-reference stream without widths")
	}
	index, ok := integers(s.dict["Index"])
	if s.dict["Index"] == nil {
		size, isInt := s.dict["Size"].(int64)
		index, ok = []int{0, int(size)}, isInt && 0 <= size && size <= maxObjects
	}
	if !ok || len(index)%2 != 0 {
		return malformed("a cross-reference stream without numbers")
	}
	width := widths[0] + widths[1] + widths[2]
	for i := 0; i < len(index); i += 2 {
		first, count := index[i], index[i+1]
		if first > maxObjects*4 || count > maxObjects {
			return fail(TooLarge, "too many objects")
		}
		if width == 0 || count*width > len(data) {
			return malformed("a cross-reference stream that is too short")
		}
		for n := first; n < first+count; n++ {
			e, ok := packedEntry(data[:width], widths)
			if !ok {
				return malformed("a cross-reference stream that cannot be read")
			}
			data = data[width:]
			if err := enter(n, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func packedEntry(b []byte, widths []int) (entry, bool) {
	var fields [3]int
	for i, w := range widths {
		for _, c := range b[:w] {
			if fields[i] > 1<<40 {
				return entry{}, false
			}
			fields[i] = fields[i]<<8 | int(c)
		}
		b = b[w:]
	}
	if widths[0] == 0 {
		fields[0] = 1
	}
	switch fields[0] {
	case 0:
		return entry{kind: 'f'}, true
	case 1:
		return entry{kind: 'n', at: fields[1], gen: fields[2]}, true
	case 2:
		return entry{kind: 'o', at: fields[1], index: fields[2]}, true
	}
	return entry{}, false
}

// integers returns the elements of an array of integers from 0 to 2³¹.
func integers(v any) ([]int, bool) {
	a, ok := v.(array)
	if !ok || len(a) > 1<<16 {
		return nil, false
	}
	out := make([]int, len(a))
	for i, v := range a {
		n, ok := v.(int64)
		if !ok || n < 0 || n > 1<<31 {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, true
}
