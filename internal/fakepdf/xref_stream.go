package fakepdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// streamSection reads a cross-reference stream (7.5.8).
func (f *file) streamSection(at int) (dict, error) {
	o, err := f.objectAt(at, -1)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*stream)
	if !ok || s.dict["Type"] != name("XRef") {
		return nil, errSyntax
	}
	data, err := f.inflate(s)
	if err != nil {
		return nil, err
	}
	var widths [3]int
	w, _ := s.dict["W"].(array)
	if len(w) != 3 {
		return nil, errSyntax
	}
	row := 0
	for i := range w {
		if widths[i], ok = intOf(w[i]); !ok || widths[i] > 8 {
			return nil, errSyntax
		}
		row += widths[i]
	}
	index, _ := s.dict["Index"].(array)
	if index == nil {
		index = array{number("0"), s.dict["Size"]}
	}
	if row == 0 || len(index)%2 != 0 {
		return nil, errSyntax
	}
	for i := 0; i < len(index); i += 2 {
		first, ok1 := intOf(index[i])
		count, ok2 := intOf(index[i+1])
		if !ok1 || !ok2 || count > len(data)/row {
			return nil, errSyntax
		}
		for n := range count {
			if err := f.enterRow(first+n, data[n*row:(n+1)*row], widths); err != nil {
				return nil, err
			}
		}
		data = data[count*row:]
	}
	return s.dict, nil
}

func (f *file) enterRow(num int, row []byte, widths [3]int) error {
	var v [3]int
	for i, w := range widths {
		for _, c := range row[:w] {
			v[i] = v[i]<<8 | int(c)
		}
		row = row[w:]
		if v[i] < 0 || v[i] > 1<<31-1 {
			return errSyntax
		}
	}
	if widths[0] == 0 {
		v[0] = 1
	}
	switch v[0] {
	case 0:
		return f.enter(num, nil)
	case 1:
		return f.enter(num, &place{offset: v[1], gen: v[2]})
	case 2:
		return f.enter(num, &place{inside: v[1], index: v[2]})
	}
	return errSyntax
}

// An objectStream is an unpacked object stream (7.5.7).
type objectStream struct {
	data    []byte
	offsets []int
}

// inside reads an object that lies in an object stream.
func (f *file) inside(at place) (object, error) {
	s := f.unpacked[at.inside]
	if s == nil {
		var err error
		if s, err = f.unpack(at.inside); err != nil {
			return nil, err
		}
		f.unpacked[at.inside] = s
	}
	if at.index >= len(s.offsets) || s.offsets[at.index] >= len(s.data) {
		return nil, errSyntax
	}
	return (&parser{data: s.data, at: s.offsets[at.index]}).value(0)
}

func (f *file) unpack(num int) (*objectStream, error) {
	if f.places[num].inside > 0 {
		return nil, errSyntax
	}
	o, err := f.object(num)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*stream)
	if !ok || s.dict["Type"] != name("ObjStm") {
		return nil, errSyntax
	}
	data, err := f.inflate(s)
	if err != nil {
		return nil, err
	}
	count, ok1 := intOf(s.dict["N"])
	first, ok2 := intOf(s.dict["First"])
	if !ok1 || !ok2 || count > len(data) {
		return nil, errSyntax
	}
	out := &objectStream{data: data}
	p := &parser{data: data}
	for range count {
		if _, err := p.integer(); err != nil {
			return nil, err
		}
		offset, err := p.integer()
		if err != nil {
			return nil, err
		}
		out.offsets = append(out.offsets, first+offset)
	}
	return out, nil
}

// inflate unpacks a stream that is packed with Flate or not at all.
func (f *file) inflate(s *stream) ([]byte, error) {
	filter, params := s.dict["Filter"], s.dict["DecodeParms"]
	if a, ok := filter.(array); ok && len(a) == 1 {
		filter = a[0]
		if b, ok := params.(array); ok && len(b) == 1 {
			params = b[0]
		}
	}
	if filter == nil {
		return s.data, nil
	}
	if filter != name("FlateDecode") {
		return nil, errors.New("fakepdf: the PDF's structure is packed with something other than Flate")
	}
	r, err := zlib.NewReader(bytes.NewReader(s.data))
	if err != nil {
		return nil, errSyntax
	}
	left := int64(maxInflated - f.inflated)
	data, err := io.ReadAll(io.LimitReader(r, left+1))
	if err != nil || int64(len(data)) > left {
		return nil, errSyntax
	}
	f.inflated += len(data)
	d, err := f.dictAt(params)
	if err != nil {
		return nil, err
	}
	predictor, _ := intOf(d["Predictor"])
	if predictor < 10 {
		return data, nil
	}
	columns, ok := intOf(d["Columns"])
	if !ok || columns == 0 || columns > 1<<16 {
		return nil, errSyntax
	}
	return unfilter(data, columns)
}

// unfilter undoes the PNG filters None, Sub and Up, a byte a column.
func unfilter(data []byte, columns int) ([]byte, error) {
	above := make([]byte, columns)
	var out []byte
	for len(data) >= columns+1 {
		row := bytes.Clone(data[1 : columns+1])
		for i := range row {
			switch data[0] {
			case 0:
			case 1:
				if i > 0 {
					row[i] += row[i-1]
				}
			case 2:
				row[i] += above[i]
			default:
				return nil, errors.New("fakepdf: the cross-reference stream uses a filter that is not read here")
			}
		}
		out, above, data = append(out, row...), row, data[columns+1:]
	}
	return out, nil
}
