package strictjson

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kind is the sort of a JSON value: one of the constants, which are the first
// byte of each sort.
type Kind byte

// The kinds.
const (
	Null   Kind = 'n'
	False  Kind = 'f'
	True   Kind = 't'
	Text   Kind = '"'
	Number Kind = '0'
	Object Kind = '{'
	List   Kind = '['
)

// Visit is called for one member of an object. Its error ends the reading and
// is what [Members] returns.
type Visit func(name string, v *Value) error

// Members reads data, exactly one JSON object, by the rules of the package, and
// calls visit for each member in the order of the text. It is [Unmarshal] for
// readers that fill their fields by hand: which names are known, and which
// differ from them by letter case alone ([Folded]), is for visit to say.
//
// Faults are found as the reading reaches them, so that visit may have been
// called for the members before. Errors other than those of visit are an
// [*Error].
func Members(data []byte, visit Visit) error {
	m := members{text: string(data), visit: visit}
	err := json.Unmarshal(data, &m)
	switch {
	case m.err != nil:
		return m.err
	case err == nil:
		return nil
	case m.whole:
		return &Error{Reason: Trailing}
	}
	return &Error{Reason: reasonOf(err)}
}

// Folded returns name without letter case: names that differ by it alone, by the
// rule of [strings.EqualFold], become the same.
func Folded(name string) string {
	var room [64]byte
	return string(appendFolded(room[:0], []byte(name)))
}

// Value is the value of the member or element that is being visited. It may be
// read once, by one of its methods, and not after visit has returned; a value
// that is not read is passed over, and checked all the same. What is read shares
// one copy of the whole text.
type Value struct {
	text  string
	dec   *jsontext.Decoder
	depth int // how many objects and lists it lies in
	read  bool
}

// Kind returns the sort of the value.
func (v *Value) Kind() Kind { return Kind(v.dec.PeekKind()) }

// Raw returns the JSON text of the value.
func (v *Value) Raw() (string, error) {
	v.read = true
	raw, err := v.dec.ReadValue()
	if err != nil {
		return "", &Error{Reason: reasonOf(err)}
	}
	if raw[0] == '{' || raw[0] == '[' {
		w := walker{data: raw, depth: v.depth}
		if r := w.value(nil); r != 0 {
			return "", &Error{Reason: r}
		}
	}
	end := int(v.dec.InputOffset())
	return v.text[end-len(raw) : end], nil
}

// Text returns the text of a JSON string; of any other value its JSON text,
// with ok false.
func (v *Value) Text() (text string, ok bool, err error) {
	kind := v.Kind()
	raw, err := v.Raw()
	if err != nil || kind != Text {
		return raw, false, err
	}
	return unquote(raw), true, nil
}

// Members calls visit for each member of an object. A value of another kind is
// WrongType.
func (v *Value) Members(visit Visit) error {
	return v.inside(Object, '}', func(inner *Value) error {
		quoted, err := inner.Raw()
		if err != nil {
			return err
		}
		inner.read = false
		return visit(unquote(quoted), inner)
	})
}

// Elements calls visit for each element of a list. A value of another kind is
// WrongType.
func (v *Value) Elements(visit func(v *Value) error) error {
	return v.inside(List, ']', visit)
}

func (v *Value) inside(kind Kind, end jsontext.Kind, visit func(v *Value) error) error {
	if v.Kind() != kind {
		return &Error{Reason: WrongType}
	}
	if v.depth == MaxDepth {
		return &Error{Reason: TooDeep}
	}
	v.read = true
	if err := v.token(); err != nil {
		return err
	}
	inner := Value{text: v.text, dec: v.dec, depth: v.depth + 1}
	for v.dec.PeekKind() != end {
		inner.read = false
		if err := visit(&inner); err != nil {
			return err
		}
		if !inner.read {
			if _, err := inner.Raw(); err != nil {
				return err
			}
		}
	}
	return v.token()
}

// token passes over a brace or bracket.
func (v *Value) token() error {
	if _, err := v.dec.ReadToken(); err != nil {
		return &Error{Reason: reasonOf(err)}
	}
	return nil
}

// unquote returns the text of a JSON string that the parser has passed.
func unquote(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, raw)
	return string(text)
}

// members makes the parser hand over its decoder, one that it keeps for reuse.
type members struct {
	text  string
	visit Visit
	err   error // in our own words, or those of visit
	whole bool  // the object was read to its end
}

// UnmarshalJSONFrom reads the document.
func (m *members) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v := Value{text: m.text, dec: dec}
	m.err = v.Members(m.visit)
	m.whole = m.err == nil
	return m.err
}
