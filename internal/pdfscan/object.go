package pdfscan

// The values of a PDF (ISO 32000-1, 7.3). An object is nil (null), bool, int64, float64,
// name, text, array, dict, ref or *stream.
type (
	name string // without the slash, #xx decoded
	dict map[name]any
	ref  struct{ num, gen int }
	// array is an array. Its elements are objects.
	array []any
)

// A text is a string object.
type text struct {
	bytes []byte // decoded
	hex   bool   // written as <…>
	clean bool   // hex digits alone, in pairs
	// from and to are where it stands in the file, delimiters included. In an object
	// stream they mean nothing.
	from, to int
}

// A stream is a dictionary with data.
type stream struct {
	dict dict
	data []byte // as it stands in the file
}

// A placed object is an indirect object and where it stands in the file.
type placed struct {
	ref      ref
	value    any
	from, to int // from the number to endobj; of the container if it is in an object stream
	packed   bool
}

// dictOf returns the dictionary of a dictionary or stream; nil for anything else.
func dictOf(v any) dict {
	switch v := v.(type) {
	case dict:
		return v
	case *stream:
		return v.dict
	}
	return nil
}
