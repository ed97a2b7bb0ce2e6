package cpr_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
)

var (
	_ json.Marshaler             = cpr.Number{}
	_ encoding.TextMarshaler     = cpr.Number{}
	_ encoding.BinaryMarshaler   = cpr.Number{}
	_ driver.Valuer              = cpr.Number{}
	_ json.Unmarshaler           = (*cpr.Number)(nil)
	_ encoding.TextUnmarshaler   = (*cpr.Number)(nil)
	_ encoding.BinaryUnmarshaler = (*cpr.Number)(nil)
	_ sql.Scanner                = (*cpr.Number)(nil)
)

// account is a struct that somebody forgot to think about.
type account struct {
	XMLName xml.Name `json:"-"`
	Navn    string
	CPR     cpr.Number
}

type accountAttr struct {
	Navn string     `xml:",attr"`
	CPR  cpr.Number `xml:",attr"`
}

type accountText struct {
	CPR cpr.Number `xml:",chardata"`
}

func TestNumber_refuses_to_marshal(t *testing.T) {
	numbers := append(protected(), cpr.Number{}) // the zero Number too: a first test shows the mistake
	for _, n := range numbers {
		a := account{Navn: "Åge Sørensen", CPR: n}
		gobbed := func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		}
		for name, marshal := range map[string]func() ([]byte, error){
			"json":          func() ([]byte, error) { return json.Marshal(n) },
			"json struct":   func() ([]byte, error) { return json.Marshal(a) },
			"json pointer":  func() ([]byte, error) { return json.MarshalIndent(&a, "", " ") },
			"json slice":    func() ([]byte, error) { return json.Marshal([]any{n}) },
			"json map":      func() ([]byte, error) { return json.Marshal(map[string]any{"ø": n}) },
			"json key":      func() ([]byte, error) { return json.Marshal(map[cpr.Number]int{n: 1}) },
			"json embedded": func() ([]byte, error) { return json.Marshal(embedded{n, "æ"}) },
			"json v2":       func() ([]byte, error) { return jsonv2.Marshal(a) },
			"json v2 key":   func() ([]byte, error) { return jsonv2.Marshal(map[cpr.Number]int{n: 1}) },
			"xml":           func() ([]byte, error) { return xml.Marshal(n) },
			"xml element":   func() ([]byte, error) { return xml.Marshal(a) },
			"xml attribute": func() ([]byte, error) { return xml.Marshal(accountAttr{"Åge", n}) },
			"xml text":      func() ([]byte, error) { return xml.Marshal(accountText{n}) },
			"gob":           func() ([]byte, error) { return gobbed(n) },
			"gob struct":    func() ([]byte, error) { return gobbed(struct{ A []cpr.Number }{[]cpr.Number{n}}) },
			"text":          n.MarshalText,
			"binary":        n.MarshalBinary,
			"sql":           func() ([]byte, error) { v, err := n.Value(); return fmt.Append(nil, v), err },
			"sql default conv": func() ([]byte, error) {
				v, err := driver.DefaultParameterConverter.ConvertValue(n)
				return fmt.Append(nil, v), err
			},
		} {
			out, err := marshal()
			if assert.Error(t, err, name) {
				assert.Contains(t, err.Error(), "cpr.Plain", name)
				assert.NotErrorIs(t, err, cpr.ErrInputInvalid, name)
			}
			if !n.IsZero() {
				noTrace(t, n, string(out)+fmt.Sprint(err), name)
			}
		}
	}
}

func TestNumber_refuses_to_unmarshal(t *testing.T) {
	n := cprtest.Number(4)
	d := n.Reveal()
	var stored bytes.Buffer
	assert.NoError(t, gob.NewEncoder(&stored).Encode(cpr.Plain(n)))
	var a account
	var attr accountAttr
	var text accountText
	var keys map[cpr.Number]int
	for name, err := range map[string]error{
		"json":          json.Unmarshal([]byte(`{"CPR":"`+d+`"}`), &a),
		"json null":     json.Unmarshal([]byte(`{"CPR":null}`), &a),
		"json number":   json.Unmarshal([]byte(`{"CPR":1010150}`), &a),
		"json key":      json.Unmarshal([]byte(`{"`+d+`":1}`), &keys),
		"json v2":       jsonv2.Unmarshal([]byte(`{"CPR":"`+d+`"}`), &a),
		"xml element":   xml.Unmarshal([]byte(`<account><CPR>`+d+`</CPR></account>`), &a),
		"xml attribute": xml.Unmarshal([]byte(`<account CPR="`+d+`"/>`), &attr),
		"xml text":      xml.Unmarshal([]byte(`<account>`+d+`</account>`), &text),
		"gob":           gob.NewDecoder(&stored).Decode(&a.CPR),
		"text":          a.CPR.UnmarshalText([]byte(d)),
		"binary":        a.CPR.UnmarshalBinary([]byte(d)),
		"scan text":     a.CPR.Scan(d),
		"scan NULL":     a.CPR.Scan(nil),
	} {
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), "cpr.Plain", name)
			noTrace(t, n, err.Error(), name)
		}
	}
	assert.True(t, a.CPR.IsZero() && attr.CPR.IsZero() && text.CPR.IsZero() && len(keys) == 0)
}

// omitzero leaves out a number that is not there, so a struct may carry one.
func TestNumber_omitzero(t *testing.T) {
	type user struct {
		Navn string
		CPR  cpr.Number `json:",omitzero"`
	}
	out, err := json.Marshal(user{Navn: "Sørine"})
	assert.NoError(t, err)
	assert.JSONEq(t, `{"Navn":"Sørine"}`, string(out))
	_, err = json.Marshal(user{"Sørine", cprtest.Number(1)})
	assert.Error(t, err)
}
