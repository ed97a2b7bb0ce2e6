package fakewire

import (
	"encoding/xml"
	"slices"
)

// known returns a name with the schema's prefix, or "" for one that is in none
// of its namespaces.
func (r *reader) known(n xml.Name) string {
	prefix := ""
	for p, spaces := range r.spaces {
		// The recipient's number has a namespace of its own, or the letter's.
		if slices.Contains(spaces, n.Space) && (p == "id") == numberElement(n.Local) {
			prefix = p
		}
	}
	if prefix == "" {
		return ""
	}
	return prefix + ":" + n.Local
}

func numberElement(local string) bool {
	return local == "CPRnummerIdentifikator" || local == "CVRnummerIdentifikator"
}

// attributes holds a start tag to what the schema allows.
func attributes(start *xml.StartElement, e Element) error {
	found := e.attr == ""
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns", a.Name.Space == xsi:
		case a.Name.Space == "" && a.Name.Local == e.attr && slices.Contains(e.values, a.Value):
			found = true
		default:
			return &SchemaError{"an attribute that is not allowed on " + e.name}
		}
	}
	if !found {
		return &SchemaError{"an attribute is missing on " + e.name}
	}
	return nil
}
