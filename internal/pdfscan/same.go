package pdfscan

// SamePages reports whether the first state of the file begins with the pages of another file,
// each with the same content, resources and size, whatever their numbers are. It is for
// services that write a document anew before it is signed. Annotations are not compared. The
// error is an [*Error] if one of the files cannot be read.
func (f *File) SamePages(original []byte) (bool, error) {
	o, err := Open(original)
	if err != nil {
		return false, err
	}
	a, b := o.newest(), &reading{f, 0}
	was, err := a.pages()
	if err != nil {
		return false, err
	}
	is, err := b.pages()
	if err != nil {
		return false, err
	}
	if len(is) < len(was) {
		return false, nil
	}
	c := &twins{a: a, b: b, seen: map[[2]ref]bool{}, left: maxValues}
	for i := range was {
		same, err := c.page(was[i], is[i])
		if err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// twins compares objects of two files by what they are, references by what they lead to.
type twins struct {
	a, b *reading
	seen map[[2]ref]bool // compared, or being compared
	left int
}

// pageKeys are what shows a page.
var pageKeys = []name{"Contents", "Resources", "MediaBox", "CropBox", "Rotate", "UserUnit", "Group"}

func (c *twins) page(x, y ref) (bool, error) {
	for _, k := range pageKeys {
		p, err := inherited(c.a, x, k)
		if err != nil {
			return false, err
		}
		q, err := inherited(c.b, y, k)
		if err != nil {
			return false, err
		}
		if same, err := c.same(p, q, 0); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// inherited returns an entry of a page, or of a node above it (ISO 32000-1, 7.7.3.4).
func inherited(r *reading, page ref, k name) (any, error) {
	for range maxDepth {
		d, err := r.dict(page)
		if err != nil {
			return nil, err
		}
		parent, isRef := d["Parent"].(ref)
		if d[k] != nil || !isRef {
			return d[k], nil
		}
		if k != "Resources" && k != "MediaBox" && k != "CropBox" && k != "Rotate" {
			return nil, nil
		}
		page = parent
	}
	return nil, malformed("pages that cannot be read, or too many")
}

func (c *twins) same(x, y any, depth int) (bool, error) {
	if c.left--; c.left < 0 || depth > maxDepth {
		return false, fail(TooLarge, "too much to compare")
	}
	n, ok1 := x.(ref)
	m, ok2 := y.(ref)
	if ok1 && ok2 {
		if c.seen[[2]ref{n, m}] {
			return true, nil
		}
		c.seen[[2]ref{n, m}] = true
	}
	x, err := c.a.resolve(x)
	if err != nil {
		return false, err
	}
	if y, err = c.b.resolve(y); err != nil {
		return false, err
	}
	switch x := x.(type) {
	case array:
		y, ok := y.(array)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		for i := range x {
			if same, err := c.same(x[i], y[i], depth+1); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case dict:
		y, ok := y.(dict)
		if !ok {
			return false, nil
		}
		return c.dicts(x, y, depth, "Parent")
	case *stream:
		y, ok := y.(*stream)
		if !ok {
			return false, nil
		}
		return c.streams(x, y, depth)
	}
	return equal(x, y), nil
}

func (c *twins) dicts(x, y dict, depth int, but ...name) (bool, error) {
	for _, k := range but {
		x, y = without(x, k), without(y, k)
	}
	if len(x) != len(y) {
		return false, nil
	}
	for k, v := range x {
		if same, err := c.same(v, y[k], depth+1); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func without(d dict, k name) dict {
	if _, there := d[k]; !there {
		return d
	}
	out := make(dict, len(d))
	for n, v := range d {
		if n != k {
			out[n] = v
		}
	}
	return out
}

// streams compares streams, unpacked if they are packed in another way.
func (c *twins) streams(x, y *stream, depth int) (bool, error) {
	if equal(x.dict["Filter"], y.dict["Filter"]) && string(x.data) == string(y.data) {
		return c.dicts(x.dict, y.dict, depth, "Length")
	}
	p, err := c.a.file.unpack(x)
	if err != nil {
		return false, nil
	}
	q, err := c.b.file.unpack(y)
	if err != nil || string(p) != string(q) {
		return false, nil
	}
	return c.dicts(x.dict, y.dict, depth, "Length", "Filter", "DecodeParms")
}
