package fakewire

// Element is one element of a schema, or a choice between sequences.
type Element struct {
	name     string // with the prefix of the schema, such as "fp:BrugerNavn"
	min, max int
	seq      []Element         // what it holds, in this order
	oneOf    [][]Element       // it is a choice and no element
	text     func(string) bool // it holds text
	document bool              // it holds a document in base64
	any      bool              // it holds anything, which is not looked at
	attr     string            // an attribute that must be there, with one of …
	values   []string
}

// Leaf returns an element that holds text for which ok is true.
func Leaf(name string, ok func(string) bool) Element {
	return Element{name: name, min: 1, max: 1, text: ok}
}

// Block returns an element that holds these, in this order.
func Block(name string, seq ...Element) Element {
	return Element{name: name, min: 1, max: 1, seq: seq}
}

// Document returns an element that holds a document in base64.
func Document(name string) Element { return Element{name: name, min: 1, max: 1, document: true} }

// Anything returns an element whose content is not looked at.
func Anything(name string) Element { return Element{name: name, min: 1, max: 1, any: true} }

// Choice returns one of these sequences.
func Choice(seqs ...[]Element) Element { return Element{min: 1, max: 1, oneOf: seqs} }

// Optional returns e as one that may be missing.
func (e Element) Optional() Element {
	e.min = 0
	return e
}

// UpTo returns e as one that may come several times.
func (e Element) UpTo(n int) Element {
	e.max = n
	return e
}

// With returns e with an attribute, which must have one of these values.
func (e Element) With(attr string, values ...string) Element {
	e.attr, e.values = attr, values
	return e
}

// begins reports whether an element called name can be the first of e.
func (e *Element) begins(name string) bool {
	if e.oneOf == nil {
		return e.name == name
	}
	for _, seq := range e.oneOf {
		if starts(seq, name) {
			return true
		}
	}
	return false
}

// starts reports whether name can be the first element of a sequence.
func starts(seq []Element, name string) bool {
	for i := range seq {
		if seq[i].begins(name) {
			return true
		}
		if seq[i].min > 0 {
			return false
		}
	}
	return false
}
