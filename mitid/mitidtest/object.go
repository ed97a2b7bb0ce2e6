package mitidtest

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Object is a JSON object whose members keep their order, because the wire's
// order is part of what is faked. It may name a member twice.
type Object []Member

// Member is one member. It is an alias, so that a literal needs no field names.
type Member = struct {
	Name  string
	Value any
}

// Get returns the first member of that name.
func (o Object) Get(name string) any {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Set replaces the first member of that name where it stands, or appends one.
func (o *Object) Set(name string, value any) {
	for i := range *o {
		if (*o)[i].Name == name {
			(*o)[i].Value = value
			return
		}
	}
	o.Add(name, value)
}

// Add appends a member, whether or not there is one of that name.
func (o *Object) Add(name string, value any) { *o = append(*o, Member{name, value}) }

// Drop removes every member of that name.
func (o *Object) Drop(name string) {
	kept := make(Object, 0, len(*o))
	for _, m := range *o {
		if m.Name != name {
			kept = append(kept, m)
		}
	}
	*o = kept
}

// Optional appends a text, unless it is empty, and returns the object.
func (o Object) Optional(name, value string) Object {
	if value != "" {
		o.Add(name, value)
	}
	return o
}

// Clone returns a copy that can be changed without changing o.
func (o Object) Clone() Object { return append(Object(nil), o...) }

// Bytes returns the object as JSON.
func (o Object) Bytes() []byte { return o.appendTo(make([]byte, 0, 1024)) }

// MarshalJSON makes an object usable as a value of another one.
func (o Object) MarshalJSON() ([]byte, error) { return o.Bytes(), nil }

func (o Object) appendTo(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, m.Name)
		b = append(b, ':')
		b = appendValue(b, m.Value)
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
	case Object:
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
