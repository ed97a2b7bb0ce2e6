package mitidtest

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// object is a JSON object whose members keep their order, because the wire's
// order is part of what is faked. It may name a member twice.
type object []member

type member struct {
	name  string
	value any
}

// get returns the first member of that name.
func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// set replaces the first member of that name where it stands, or appends one.
func (o *object) set(name string, value any) {
	for i := range *o {
		if (*o)[i].name == name {
			(*o)[i].value = value
			return
		}
	}
	o.add(name, value)
}

// add appends a member, whether or not there is one of that name.
func (o *object) add(name string, value any) { *o = append(*o, member{name, value}) }

// drop removes every member of that name.
func (o *object) drop(name string) {
	kept := make(object, 0, len(*o))
	for _, m := range *o {
		if m.name != name {
			kept = append(kept, m)
		}
	}
	*o = kept
}

// clone returns a copy that can be changed without changing o.
func (o object) clone() object { return append(object(nil), o...) }

// bytes returns the object as JSON.
func (o object) bytes() []byte { return o.appendTo(make([]byte, 0, 1024)) }

// MarshalJSON makes an object usable as a value of another one.
func (o object) MarshalJSON() ([]byte, error) { return o.bytes(), nil }

func (o object) appendTo(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, m.name)
		b = append(b, ':')
		b = appendValue(b, m.value)
	}
	return append(b, '}')
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		if plain(v) {
			b = append(b, '"')
			b = append(b, v...)
			return append(b, '"')
		}
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case bool:
		return strconv.AppendBool(b, v)
	case object:
		return v.appendTo(b)
	case json.RawMessage:
		return append(b, v...)
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return append(b, "null"...)
	}
	return append(b, bytes.TrimSpace(buf.Bytes())...)
}

// plain reports whether s is its own JSON text between quotation marks.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
