package pdfscan

import (
	"bytes"
	"sort"
)

// indirect reads an indirect object: number, generation, obj, a value, endobj. r finds
// the length of a stream if it is a reference; nil if that is not allowed.
func (l *lexer) indirect(f *File, r *reading) (*placed, error) {
	l.skip()
	o := &placed{from: l.at}
	var ok1, ok2 bool
	o.ref.num, ok1 = l.number()
	o.ref.gen, ok2 = l.number()
	if !ok1 || !ok2 || !l.keyword("obj") {
		return nil, malformed("an offset where no object is")
	}
	v, err := l.value(0)
	if err != nil {
		return nil, err
	}
	o.value = v
	if d, ok := v.(dict); ok && l.keyword("stream") {
		data, err := l.data(d, r)
		if err != nil {
			return nil, err
		}
		o.value = &stream{dict: d, data: data}
	}
	if !l.keyword("endobj") {
		return nil, malformed("an object without an end")
	}
	o.to = l.at
	return o, nil
}

// data reads the bytes of a stream, as many as its dictionary says. endstream must
// follow.
func (l *lexer) data(d dict, r *reading) ([]byte, error) {
	switch {
	case bytes.HasPrefix(l.buf[l.at:], []byte("\r\n")):
		l.at += 2
	case bytes.HasPrefix(l.buf[l.at:], []byte("\n")):
		l.at++
	default:
		return nil, malformed("a stream that does not begin on a new line")
	}
	length := d["Length"]
	if _, indirect := length.(ref); indirect {
		if r == nil {
			return nil, malformed("a stream whose length is elsewhere")
		}
		v, err := r.length(length.(ref), l.at)
		if err != nil {
			return nil, err
		}
		length = v
	}
	n, ok := length.(int64)
	if !ok || n < 0 || n > int64(len(l.buf)-l.at) {
		return nil, malformed("a stream of impossible length")
	}
	data := l.buf[l.at : l.at+int(n)]
	l.at += int(n)
	for i := 0; i < 2 && l.at < len(l.buf) && (l.buf[l.at] == '\r' || l.buf[l.at] == '\n'); i++ {
		l.at++
	}
	if !bytes.HasPrefix(l.buf[l.at:], []byte("endstream")) {
		return nil, malformed("a stream of another length than it says")
	}
	l.at += len("endstream")
	return data, nil
}

// A reading sees the objects of a file as they are in one revision.
type reading struct {
	file *File
	rev  int // index in File.revisions
}

// entry returns what the revision says of object n, and in which update it stands.
func (r *reading) entry(n int) (e entry, rev int, ok bool) {
	all := r.file.versions[n]
	behind := sort.Search(len(all), func(i int) bool { return all[i].rev > r.rev })
	if behind == 0 {
		return entry{}, 0, false
	}
	v := all[behind-1]
	return v.entry, v.rev, true
}

// length returns the length of the stream at an offset, which is in another object.
func (r *reading) length(n ref, at int) (any, error) {
	if _, circle := r.file.lengths[at]; circle || len(r.file.lengths) > 4 {
		return nil, malformed("a stream whose length depends on other streams")
	}
	r.file.lengths[at] = struct{}{}
	defer delete(r.file.lengths, at)
	o, err := r.object(n)
	if err != nil || o == nil {
		return nil, err
	}
	return o.value, nil
}

// object returns the object that n refers to; nil if there is none, which is the same as
// null (ISO 32000-1, 7.3.10).
func (r *reading) object(n ref) (*placed, error) {
	e, rev, ok := r.entry(n.num)
	if !ok || e.kind == 'f' {
		return nil, nil
	}
	if e.kind == 'o' {
		if n.gen != 0 {
			return nil, malformed("an object of another generation")
		}
		return r.fromPack(n.num, e)
	}
	if e.gen != n.gen {
		return nil, malformed("an object of another generation")
	}
	return r.file.at(n.num, e, rev)
}

// at reads the object at an offset, once.
func (f *File) at(n int, e entry, rev int) (*placed, error) {
	if o := f.parsed[e.at]; o != nil {
		if o.ref != (ref{n, e.gen}) {
			return nil, malformed("two objects at one place")
		}
		return o, nil
	}
	if isSpace(f.raw[e.at]) || f.raw[e.at] == '%' {
		return nil, malformed("an offset where no object is")
	}
	l := &lexer{buf: f.raw, at: e.at, budget: f.budget}
	o, err := l.indirect(f, &reading{f, rev})
	if err != nil {
		return nil, err
	}
	if o.ref != (ref{n, e.gen}) || o.to > f.revisions[rev].end {
		return nil, malformed("an offset where another object is")
	}
	f.parsed[e.at] = o
	return o, nil
}

// resolve returns v, or what it refers to.
func (r *reading) resolve(v any) (any, error) {
	for range 8 {
		n, ok := v.(ref)
		if !ok {
			return v, nil
		}
		o, err := r.object(n)
		if err != nil || o == nil {
			return nil, err
		}
		v = o.value
	}
	return nil, malformed("references that lead nowhere")
}
