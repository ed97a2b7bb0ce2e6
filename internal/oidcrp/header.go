package oidcrp

import (
	"strings"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// A header holds the members of a token's protected header that we use (RFC 7515
// section 4).
type header struct {
	alg    string
	enc    string // of an encrypted token
	kid    string
	hasKid bool
	typ    string // a mediaType; empty if there is none
}

// plainType is the typ of tokens without a type of their own (RFC 7519 section 5.1),
// as mediaType returns it.
const plainType = "jwt"

// mediaType returns the media type in a typ or cty header, in lower case and without
// the prefix "application/", which may be left out (RFC 7515 section 4.1.9). It
// returns "" for a value that is no media type.
func mediaType(v jsontext.Value) string {
	s, ok := stringValue(v)
	if !ok || !isGraphic(s) {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(s), "application/")
}

// wireHeader holds the members of a header that we read or refuse.
type wireHeader struct {
	Alg string         `json:"alg"`
	Enc string         `json:"enc"`
	Kid jsontext.Value `json:"kid"`
	Typ jsontext.Value `json:"typ"`
	Cty jsontext.Value `json:"cty"`

	// The following members are refused. They let a token choose its own key or change
	// the meaning of other members (RFC 8725 sections 3.1 and 3.10).
	JWK  jsontext.Value `json:"jwk"`
	JKU  jsontext.Value `json:"jku"`
	X5C  jsontext.Value `json:"x5c"`
	X5U  jsontext.Value `json:"x5u"`
	Crit jsontext.Value `json:"crit"`
	Zip  jsontext.Value `json:"zip"`
	B64  jsontext.Value `json:"b64"`
}

// readHeader reads an encoded header. The text says what is wrong; it is empty if
// nothing is.
func readHeader(encoded string) (*header, string) {
	raw, ok := decodeBase64(encoded)
	if !ok {
		return nil, "malformed header"
	}
	var w wireHeader
	if strictjson.Unmarshal(raw, &w) != nil || !isObject(raw) {
		return nil, "malformed header"
	}
	for _, v := range []jsontext.Value{w.JWK, w.JKU, w.X5C, w.X5U} {
		if v != nil {
			return nil, "the header brings its own key"
		}
	}
	if w.Crit != nil || w.Zip != nil || w.B64 != nil {
		return nil, "the header asks for an extension"
	}
	if w.Cty != nil && mediaType(w.Cty) != plainType {
		return nil, "the header names another type"
	}
	h := &header{alg: w.Alg, enc: w.Enc, hasKid: w.Kid != nil}
	if w.Typ != nil {
		if h.typ = mediaType(w.Typ); h.typ == "" {
			return nil, "the header names another type"
		}
	}
	if h.hasKid {
		if h.kid, ok = stringValue(w.Kid); !ok || h.kid == "" {
			return nil, "malformed key id"
		}
	}
	return h, ""
}

// stringValue returns the value of a JSON string; false for any other kind of value.
func stringValue(v jsontext.Value) (string, bool) {
	if v.Kind() != '"' {
		return "", false
	}
	s, err := jsontext.AppendUnquote(nil, v)
	return string(s), err == nil
}
