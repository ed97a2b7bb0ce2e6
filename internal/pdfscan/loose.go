package pdfscan

import "bytes"

// The limits of a loose reading. With them it takes 128 MB beside the file at most, and
// less than one for what writers make.
const (
	maxLooseUnpacked = 32 << 20 // bytes of object and cross-reference streams, and of their directories
	directoryEntry   = 32       // bytes of one object in the directory of an object stream, about
	maxLooseEntries  = 400_000
	maxLooseValues   = 1_000_000
)

// A loose reading takes what printers and viewers take without repairing the file. The
// newest entry of each object holds. It never goes through the whole file: an object is
// read when it is asked for.
type loose struct {
	file    *File // the bytes and the budget
	entries map[int]entry
	trailer dict // the newest one
	packs   map[int]*loosePack
	depth   int // of objects that are being read for each other
}

// A loosePack is an object stream that was unpacked.
type loosePack struct {
	data []byte
	at   map[int32]int32 // where each object is
}

// openLoose reads the cross-reference sections from the last startxref on.
func openLoose(raw []byte) (*loose, error) {
	r := &loose{
		file:    &File{raw: raw, budget: &budget{values: maxLooseValues, packed: maxLooseUnpacked}},
		entries: map[int]entry{}, packs: map[int]*loosePack{},
	}
	from := bytes.LastIndex(raw, []byte("startxref"))
	switch {
	case !EndsWell(raw):
		return nil, fail(Cut, "")
	case from < 0:
		return nil, malformed("no startxref")
	}
	start, ok := r.lexer(from + len("startxref")).number()
	for seen := map[int]bool{}; ok && !seen[start] && len(seen) < maxRevisions; {
		seen[start] = true
		trailer, err := r.section(start)
		if err != nil {
			return nil, err
		}
		if trailer["Encrypt"] != nil {
			return nil, fail(Encrypted, "")
		}
		if r.trailer == nil {
			r.trailer = trailer
		}
		start, ok = r.offset(trailer, "Prev")
	}
	if r.trailer == nil {
		return nil, malformed("no cross-reference section")
	}
	return r, nil
}

func (r *loose) lexer(at int) *lexer {
	return &lexer{buf: r.file.raw, at: min(at, len(r.file.raw)), budget: r.file.budget, loose: true}
}

// offset is the number that d has under key, if it may be a place in the file.
func (r *loose) offset(d dict, key name) (int, bool) {
	n, ok := d[key].(int64)
	return int(n), ok && 0 < n && n < int64(len(r.file.raw))
}

// section reads the cross-reference section at an offset and returns its trailer.
func (r *loose) section(at int) (dict, error) {
	own := map[int]entry{}
	l := r.lexer(at)
	if !l.keyword("xref") {
		trailer, err := r.stream(at, own)
		return trailer, r.enter(own, err)
	}
	for !l.keyword("trailer") {
		if err := table(l, own); err != nil {
			return nil, err
		}
	}
	v, err := l.value(0)
	trailer, ok := v.(dict)
	if err != nil || !ok {
		return nil, malformed("a trailer that cannot be read")
	}
	if at, ok := r.offset(trailer, "XRefStm"); ok {
		_, err = r.stream(at, own)
	}
	return trailer, r.enter(own, err)
}

// table reads a part of a cross-reference table.
func table(l *lexer, own map[int]entry) error {
	first, ok1 := l.number()
	count, ok2 := l.number()
	if !ok1 || !ok2 {
		return malformed("a cross-reference table that cannot be read")
	}
	for i := range count {
		at, ok1 := l.number()
		gen, ok2 := l.number()
		used := l.keyword("n")
		if !ok1 || !ok2 || !used && !l.keyword("f") {
			return malformed("a cross-reference table that cannot be read")
		}
		if i == 0 && first == 1 && !used && gen == 65535 {
			first = 0 // some writers say 1, and begin with object 0
		}
		if used {
			own[first+i] = entry{kind: 'n', at: at}
		} else {
			own[first+i] = entry{kind: 'f'}
		}
		if len(own) > maxLooseEntries {
			return fail(TooLarge, "")
		}
	}
	return nil
}

// stream reads the cross-reference stream at an offset. What a table beside it says
// holds, unless that is that there is no object.
func (r *loose) stream(at int, own map[int]entry) (dict, error) {
	_, v, err := r.at(at)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*stream)
	if !ok {
		return nil, malformed("an offset where no cross-reference section is")
	}
	return s.dict, r.file.packedEntries(s, func(n int, e entry) error {
		if has, there := own[n]; !there || has.kind == 'f' {
			own[n] = e
		}
		if len(own) > maxLooseEntries {
			return fail(TooLarge, "")
		}
		return nil
	})
}

// enter keeps the entries of a section where no newer one has any.
func (r *loose) enter(own map[int]entry, err error) error {
	for n, e := range own {
		if _, newer := r.entries[n]; !newer {
			r.entries[n] = e
		}
	}
	if err == nil && len(r.entries) > maxLooseEntries {
		return fail(TooLarge, "")
	}
	return err
}

// at reads the object at an offset, and its number.
func (r *loose) at(offset int) (int, any, error) {
	l := r.lexer(offset)
	num, ok1 := l.number()
	_, ok2 := l.number()
	if !ok1 || !ok2 || !l.keyword("obj") {
		return 0, nil, malformed("an offset where no object is")
	}
	v, err := l.value(0)
	if err != nil {
		return 0, nil, err
	}
	d, ok := v.(dict)
	if !ok || !l.keyword("stream") {
		return num, v, nil
	}
	l.pass('\r')
	l.pass('\n')
	length, ok := r.resolve(d["Length"]).(int64)
	if !ok || length < 0 || length > int64(len(l.buf)-l.at) {
		return 0, nil, malformed("a stream of impossible length")
	}
	return num, &stream{dict: d, data: l.buf[l.at : l.at+int(length)]}, nil
}

// resolve returns v, or what it refers to; nil for what is not there or cannot be read.
func (r *loose) resolve(v any) any {
	if r.depth++; r.depth > 8 { // lengths of streams that depend on each other
		r.depth--
		return nil
	}
	defer func() { r.depth-- }()
	for range 8 {
		n, ok := v.(ref)
		if !ok {
			return v
		}
		v = r.object(n.num)
	}
	return nil
}

// dict returns the dictionary that v is or refers to; nil for anything else.
func (r *loose) dict(v any) dict { return dictOf(r.resolve(v)) }

// list returns the array that v is or refers to; nil for anything else.
func (r *loose) list(v any) array {
	a, _ := r.resolve(v).(array)
	return a
}

// object returns the object with number n.
func (r *loose) object(n int) any {
	var v any
	var err error
	switch e := r.entries[n]; e.kind {
	case 'n':
		var num int
		if num, v, err = r.at(e.at); num != n {
			return nil
		}
	case 'o':
		p := r.pack(e.at)
		at, ok := p.at[int32(n)]
		if !ok {
			return nil
		}
		v, err = (&lexer{buf: p.data, at: int(at), budget: r.file.budget, loose: true}).value(0)
	}
	if err != nil {
		return nil
	}
	return v
}

// pack unpacks the object stream with number n, once. One that cannot be read is empty.
func (r *loose) pack(n int) *loosePack {
	if p := r.packs[n]; p != nil {
		return p
	}
	p := new(loosePack)
	r.packs[n] = p
	if r.entries[n].kind != 'n' {
		return p
	}
	s, ok := r.resolve(ref{num: n}).(*stream)
	if !ok {
		return p
	}
	data, err := r.file.unpack(s)
	if err != nil {
		if err.(*Error).Reason == TooLarge {
			r.file.budget.packed = -1
		}
		return p
	}
	count, _ := r.resolve(s.dict["N"]).(int64)
	first, _ := r.resolve(s.dict["First"]).(int64)
	if r.file.budget.packed -= int(min(max(count, 0), maxLooseUnpacked)) * directoryEntry; first <= 0 || first > int64(len(data)) || r.file.budget.packed < 0 {
		return p
	}
	head := &lexer{buf: data[:first], budget: r.file.budget}
	p.data, p.at = data, map[int32]int32{}
	for range count {
		num, ok1 := head.number()
		at, ok2 := head.number()
		if !ok1 || !ok2 || num > maxObjects*4 || int(first)+at > len(data) {
			break
		}
		p.at[int32(num)] = int32(int(first) + at)
	}
	return p
}
