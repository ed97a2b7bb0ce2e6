package fakepdf

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// Limits on an input.
const (
	maxFile     = 64 << 20 // bytes
	maxSections = 2000     // cross-reference sections
	maxObjects  = 200_000
	maxPages    = 20_000
	maxEntries  = 2_000_000 // of all sections
	maxInflated = 64 << 20  // bytes of all packed streams that are read
)

// A place says where an object is: at an offset, or in an object stream.
type place struct {
	offset int
	gen    int
	inside int // the object stream's number, or 0
	index  int // in the object stream
}

// A file is a PDF as its newest revision says.
type file struct {
	data      []byte
	places    map[int]place // no place: free
	seen      map[int]bool  // free or not
	trailer   dict
	startxref int
	streamed  bool // the newest cross-reference section is a stream
	size      int
	read      map[int]object
	unpacked  map[int]*objectStream
	reading   map[int]bool // the objects on the way to the one that is being read
	entries   int
	inflated  int
}

// readFile reads the cross-reference sections of a PDF that is not encrypted, newest
// first.
func readFile(data []byte) (*file, error) {
	f, err := openFile(data)
	if err == nil && f.trailer["Encrypt"] != nil {
		return nil, errors.New("fakepdf: the PDF is encrypted")
	}
	return f, err
}

func openFile(data []byte) (*file, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("fakepdf: the PDF has %d bytes, more than %d", len(data), maxFile)
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, errSyntax
	}
	f := &file{
		data: data, places: map[int]place{}, seen: map[int]bool{}, read: map[int]object{},
		unpacked: map[int]*objectStream{}, reading: map[int]bool{},
	}
	tail := bytes.LastIndex(data, []byte("startxref"))
	if tail < 0 {
		return nil, errSyntax
	}
	p := &parser{data: data, at: tail + len("startxref")}
	at, err := p.integer()
	if err != nil {
		return nil, err
	}
	f.startxref = at
	if err := f.sections(at); err != nil {
		return nil, err
	}
	if _, ok := f.trailer["Root"].(ref); !ok {
		return nil, errSyntax
	}
	return f, nil
}

// sections reads the section at an offset and those before it.
func (f *file) sections(at int) error {
	visited := map[int]bool{}
	queue := []int{at}
	for len(queue) > 0 {
		at, queue = queue[0], queue[1:]
		if visited[at] || len(visited) >= maxSections {
			return errSyntax
		}
		visited[at] = true
		d, streamed, err := f.section(at)
		if err != nil {
			return err
		}
		if f.trailer == nil {
			f.trailer, f.streamed = d, streamed
		}
		size, ok := intOf(d["Size"])
		if !ok || size > maxObjects {
			return errSyntax
		}
		f.size = max(f.size, size)
		for _, k := range []name{"XRefStm", "Prev"} {
			if next, ok := intOf(d[k]); ok {
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// section reads one section and returns its dictionary.
func (f *file) section(at int) (d dict, streamed bool, err error) {
	if at < 0 || at >= len(f.data) {
		return nil, false, errSyntax
	}
	p := &parser{data: f.data, at: at}
	p.skip()
	if !p.take("xref") {
		d, err = f.streamSection(p.at)
		return d, true, err
	}
	for {
		p.skip()
		if p.take("trailer") {
			break
		}
		if err := f.subsection(p); err != nil {
			return nil, false, err
		}
	}
	v, err := p.value(0)
	if err != nil {
		return nil, false, err
	}
	d, ok := v.(dict)
	if !ok {
		return nil, false, errSyntax
	}
	return d, false, nil
}

// subsection reads the entries of consecutive objects of a table.
func (f *file) subsection(p *parser) error {
	first, err := p.integer()
	if err != nil {
		return err
	}
	count, err := p.integer()
	if err != nil {
		return err
	}
	for i := range count {
		offset, err := p.integer()
		if err != nil {
			return err
		}
		gen, err := p.integer()
		if err != nil {
			return err
		}
		p.skip()
		switch p.word() {
		case "n":
			err = f.enter(first+i, &place{offset: offset, gen: gen})
		case "f":
			err = f.enter(first+i, nil)
		default:
			err = errSyntax
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enter notes where an object is, unless a newer section said so. If at is nil, the
// object is free.
func (f *file) enter(num int, at *place) error {
	f.entries++
	if num < 0 || num >= maxObjects || f.entries > maxEntries || at != nil && at.gen > 65535 {
		return errSyntax
	}
	if f.seen[num] {
		return nil
	}
	f.seen[num] = true
	if at != nil {
		f.places[num] = *at
		f.size = max(f.size, num+1)
	}
	return nil
}

// object returns the object with a number; one that is free or missing is null.
func (f *file) object(num int) (object, error) {
	if o, ok := f.read[num]; ok {
		return o, nil
	}
	at, ok := f.places[num]
	if !ok {
		return nil, nil
	}
	if f.reading[num] || len(f.reading) > maxDepth {
		return nil, errSyntax
	}
	f.reading[num] = true
	defer delete(f.reading, num)
	var o object
	var err error
	if at.inside > 0 {
		o, err = f.inside(at)
	} else {
		o, err = f.objectAt(at.offset, num)
	}
	if err != nil {
		return nil, err
	}
	f.read[num] = o
	return o, nil
}

// objectAt reads the indirect object at an offset.
func (f *file) objectAt(offset, num int) (object, error) {
	if offset >= len(f.data) {
		return nil, errSyntax
	}
	p := &parser{data: f.data, at: offset}
	got, err := p.integer()
	if err != nil || num >= 0 && got != num {
		return nil, errSyntax
	}
	if _, err := p.integer(); err != nil {
		return nil, err
	}
	p.skip()
	if !p.take("obj") {
		return nil, errSyntax
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	d, ok := v.(dict)
	p.skip()
	if !ok || !p.take("stream") {
		return v, nil
	}
	if !p.take("\r\n") && !p.take("\n") {
		return nil, errSyntax
	}
	length, err := f.resolve(d["Length"])
	if err != nil {
		return nil, err
	}
	n, ok := intOf(length)
	if !ok || n > len(f.data)-p.at {
		return nil, errSyntax
	}
	body := f.data[p.at : p.at+n]
	p.at += n
	if p.skip(); !p.peek("endstream") {
		return nil, errSyntax
	}
	return &stream{dict: d, data: body}, nil
}

// resolve follows a reference.
func (f *file) resolve(o object) (object, error) {
	for range maxDepth {
		r, ok := o.(ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = f.object(r.num); err != nil {
			return nil, err
		}
	}
	return nil, errSyntax
}

// dictAt resolves o to a dictionary; null is an empty one.
func (f *file) dictAt(o object) (dict, error) {
	o, err := f.resolve(o)
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case nil:
		return dict{}, nil
	case dict:
		return o, nil
	}
	return nil, errSyntax
}

// arrayAt resolves o to an array; null is an empty one.
func (f *file) arrayAt(o object) (array, error) {
	o, err := f.resolve(o)
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case nil:
		return nil, nil
	case array:
		return o, nil
	}
	return nil, errSyntax
}

func intOf(o object) (int, bool) {
	s, ok := o.(number)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(string(s))
	return n, err == nil && n >= 0 && n <= 1<<31-1
}
