package pdfscan

import (
	"bytes"
	"compress/zlib"
	"io"
)

// A pack is an object stream that was unpacked.
type pack struct {
	objects []placed
}

// fromPack returns object n, which is in an object stream (ISO 32000-1, 7.5.7).
func (r *reading) fromPack(n int, e entry) (*placed, error) {
	at, rev, ok := r.entry(e.at)
	if !ok || at.kind != 'n' || at.gen != 0 {
		return nil, malformed("an object in an object stream that is not there")
	}
	p, err := r.file.pack(e.at, at, rev)
	if err != nil {
		return nil, err
	}
	if e.index >= len(p.objects) || p.objects[e.index].ref.num != n {
		return nil, malformed("an object that is not in its object stream")
	}
	return &p.objects[e.index], nil
}

// pack unpacks the object stream with number n, once.
func (f *File) pack(n int, e entry, rev int) (*pack, error) {
	if p := f.packs[e.at]; p != nil {
		return p, nil
	}
	o, err := f.at(n, e, rev)
	if err != nil {
		return nil, err
	}
	s, ok := o.value.(*stream)
	if !ok || s.dict["Type"] != name("ObjStm") {
		return nil, malformed("an object in something that is no object stream")
	}
	data, err := f.unpack(s)
	if err != nil {
		return nil, err
	}
	count, ok1 := s.dict["N"].(int64)
	first, ok2 := s.dict["First"].(int64)
	if !ok1 || !ok2 || count < 0 || count > maxObjects || first < 0 || first > int64(len(data)) {
		return nil, malformed("an object stream that cannot be read")
	}
	p := &pack{}
	head := &lexer{buf: data[:first], budget: f.budget}
	last := int(first)
	for range count {
		num, ok1 := head.number()
		offset, ok2 := head.number()
		if !ok1 || !ok2 || int(first)+offset < last || int(first)+offset > len(data) {
			return nil, malformed("an object stream that cannot be read")
		}
		l := &lexer{buf: data, at: int(first) + offset, budget: f.budget}
		v, err := l.value(0)
		if err != nil {
			return nil, err
		}
		last = l.at
		p.objects = append(p.objects, placed{ref: ref{num: num}, value: v, from: o.from, to: o.to, packed: true})
	}
	f.packs[e.at] = p
	return p, nil
}

// unpack returns the data of an object or cross-reference stream: plain, or packed with
// FlateDecode and a PNG predictor at most.
func (f *File) unpack(s *stream) ([]byte, error) {
	filter, parms := single(s.dict["Filter"]), single(s.dict["DecodeParms"])
	if filter == nil && parms == nil {
		if f.budget.packed -= len(s.data); f.budget.packed < 0 {
			return nil, fail(TooLarge, "too much packed data")
		}
		return s.data, nil
	}
	if filter != name("FlateDecode") {
		return nil, malformed("objects packed in a way that is not read here")
	}
	size, err := inflate(s.data, io.Discard, f.budget.packed+1) // a bomb takes no memory so
	if err == nil && size > f.budget.packed {
		return nil, fail(TooLarge, "too much packed data")
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	if err == nil {
		_, err = inflate(s.data, out, size)
	}
	if err != nil {
		return nil, malformed("packed objects that cannot be unpacked")
	}
	data := out.Bytes()
	f.budget.packed -= len(data)
	return unpredict(data, parms)
}

// inflate unpacks data into w, at most so many bytes of it. It returns how many there were.
func inflate(data []byte, w io.Writer, most int) (int, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(w, io.LimitReader(z, int64(most)))
	return int(n), err
}

// single returns the only element of an array, or v.
func single(v any) any {
	if a, ok := v.(array); ok && len(a) == 1 {
		return a[0]
	}
	return v
}

// unpredict undoes a PNG predictor (ISO 32000-1, 7.4.4.4; PNG, 9.2).
func unpredict(data []byte, parms any) ([]byte, error) {
	if parms == nil {
		return data, nil
	}
	d, ok := parms.(dict)
	number := func(key name, def int64) int64 {
		v, there := d[key]
		if !there {
			return def
		}
		n, isInt := v.(int64)
		if !isInt || n < 0 || n > 1<<16 {
			ok = false
		}
		return n
	}
	predictor, columns := number("Predictor", 1), int(number("Columns", 1))
	if number("Colors", 1) != 1 || number("BitsPerComponent", 8) != 8 || !ok || columns == 0 {
		return nil, malformed("packed objects that cannot be unpacked")
	}
	if predictor == 1 {
		return data, nil
	}
	if predictor < 10 || predictor > 15 || len(data)%(columns+1) != 0 {
		return nil, malformed("packed objects that cannot be unpacked")
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, columns)
	for len(data) > 0 {
		row := data[1 : columns+1]
		for i := range row {
			var left, corner byte
			if i > 0 {
				left, corner = row[i-1], above[i-1]
			}
			switch data[0] {
			case 0:
			case 1:
				row[i] += left
			case 2:
				row[i] += above[i]
			case 3:
				row[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				row[i] += paeth(left, above[i], corner)
			default:
				return nil, malformed("packed objects that cannot be unpacked")
			}
		}
		out = append(out, row...)
		above, data = row, data[columns+1:]
	}
	return out, nil
}

func paeth(left, above, corner byte) byte {
	p := int(left) + int(above) - int(corner)
	a, b, c := abs(p-int(left)), abs(p-int(above)), abs(p-int(corner))
	switch {
	case a <= b && a <= c:
		return left
	case b <= c:
		return above
	}
	return corner
}

func abs(n int) int { return max(n, -n) }
