package cpr_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	_ json.Marshaler             = cpr.Plain{}
	_ encoding.TextMarshaler     = cpr.Plain{}
	_ encoding.BinaryMarshaler   = cpr.Plain{}
	_ driver.Valuer              = cpr.Plain{}
	_ json.Unmarshaler           = (*cpr.Plain)(nil)
	_ encoding.TextUnmarshaler   = (*cpr.Plain)(nil)
	_ encoding.BinaryUnmarshaler = (*cpr.Plain)(nil)
	_ sql.Scanner                = (*cpr.Plain)(nil)
)

// record is a struct that stores the number on purpose.
type record struct {
	Navn string    `xml:",attr"`
	Attr cpr.Plain `xml:",attr"`
	CPR  cpr.Plain
	Keys map[cpr.Plain]string `xml:"-"`
}

func TestPlain_goes_out_and_comes_back(t *testing.T) {
	for _, n := range append(protected(), cpr.Number{}) {
		p := cpr.Plain(n)
		want := record{Navn: "Kirsten Nørgård", Attr: p, CPR: p}
		if !n.IsZero() { // JSON has no key that means "none"
			want.Keys = map[cpr.Plain]string{p: "å"}
		}
		same := func(got record) {
			t.Helper()
			assert.True(t, maps.Equal(want.Keys, got.Keys))
			assert.Equal(t, [3]any{want.Navn, want.Attr, want.CPR}, [3]any{got.Navn, got.Attr, got.CPR})
		}

		out, err := json.Marshal(want)
		require.NoError(t, err)
		var got record
		require.NoError(t, json.Unmarshal(out, &got))
		same(got)

		out, err = jsonv2.Marshal(want)
		require.NoError(t, err)
		got = record{}
		require.NoError(t, jsonv2.Unmarshal(out, &got))
		same(got)

		var b bytes.Buffer
		require.NoError(t, gob.NewEncoder(&b).Encode(want))
		got = record{}
		require.NoError(t, gob.NewDecoder(&b).Decode(&got))
		same(got)

		out, err = xml.Marshal(want)
		require.NoError(t, err)
		got = record{}
		require.NoError(t, xml.Unmarshal(out, &got))
		want.Keys = nil
		same(got)

		text, err := p.MarshalText()
		require.NoError(t, err)
		binary, err := p.MarshalBinary()
		require.NoError(t, err)
		value, err := p.Value()
		require.NoError(t, err)
		assert.Equal(t, n.Reveal(), string(text))
		assert.Equal(t, n.Reveal(), string(binary))
		var fromText, fromBinary, fromValue cpr.Plain
		require.NoError(t, fromText.UnmarshalText(text))
		require.NoError(t, fromBinary.UnmarshalBinary(binary))
		require.NoError(t, fromValue.Scan(value))
		assert.Equal(t, []cpr.Plain{p, p, p}, []cpr.Plain{fromText, fromBinary, fromValue})
	}
}

// The bytes that stores and other systems hold never change.
func TestPlain_written_forms(t *testing.T) {
	type person struct {
		XMLName xml.Name  `json:"-" xml:"person"`
		Attr    cpr.Plain `json:"-" xml:"cpr,attr"`
		CPR     cpr.Plain
		None    cpr.Plain
		Left    cpr.Plain `json:",omitzero" xml:"-"`
	}
	p := cpr.Plain(cpr.MustParse("271258-9100"))
	out, err := json.Marshal(person{CPR: p})
	require.NoError(t, err)
	assert.Equal(t, `{"CPR":"2712589100","None":null}`, string(out))
	out, err = xml.Marshal(person{Attr: p, CPR: p})
	require.NoError(t, err)
	assert.Equal(t, `<person cpr="2712589100"><CPR>2712589100</CPR><None></None></person>`, string(out))
	out, err = json.Marshal(map[cpr.Plain]int{p: 1})
	require.NoError(t, err)
	assert.Equal(t, `{"2712589100":1}`, string(out))

	v, err := p.Value()
	require.NoError(t, err)
	assert.Equal(t, "2712589100", v)
	v, err = cpr.Plain{}.Value()
	require.NoError(t, err)
	assert.Nil(t, v)
}

func TestPlain_reads_what_Parse_takes(t *testing.T) {
	n := cprtest.Number(8)
	for _, s := range []string{n.Reveal(), hyphenated(n), "  " + hyphenated(n) + " "} {
		for name, read := range readers(s) {
			if name == "binary" && s != n.Reveal() {
				continue
			}
			p := cpr.Plain(cprtest.Number(1))
			require.NoError(t, read(&p), name)
			assert.Equal(t, n, cpr.Number(p), name)
		}
	}
	var p cpr.Plain
	require.NoError(t, json.Unmarshal([]byte(`"\u0032\u0037\u0031\u0032589100"`), &p), "escapes are JSON's business")
	assert.Equal(t, "2712589100", cpr.Number(p).Reveal())
}

// readers are all ways to read s into a Plain.
func readers(s string) map[string]func(p *cpr.Plain) error {
	quoted, _ := json.Marshal(s)
	return map[string]func(p *cpr.Plain) error{
		"text":       func(p *cpr.Plain) error { return p.UnmarshalText([]byte(s)) },
		"binary":     func(p *cpr.Plain) error { return p.UnmarshalBinary([]byte(s)) },
		"json":       func(p *cpr.Plain) error { return json.Unmarshal(quoted, p) },
		"scan text":  func(p *cpr.Plain) error { return p.Scan(s) },
		"scan bytes": func(p *cpr.Plain) error { return p.Scan([]byte(s)) },
	}
}

// What is refused leaves nothing behind: not the number of the row before.
func TestPlain_refused_is_zero(t *testing.T) {
	for _, s := range []string{" ", "271258–9100", "101505000", "27125891001", "2713589100", "blåbærgrød", "271258-91 0"} {
		for name, read := range readers(s) {
			p := cpr.Plain(cprtest.Number(1))
			err := read(&p)
			assert.ErrorIs(t, err, cpr.ErrInputInvalid, name)
			assert.True(t, p.IsZero(), name)
			if len(s) > 1 {
				assert.NotContains(t, fmt.Sprint(err), s, name)
			}
		}
	}
}

func TestPlain_nothing_is_zero(t *testing.T) {
	for name, read := range map[string]func(p *cpr.Plain) error{
		"json null": func(p *cpr.Plain) error { return json.Unmarshal([]byte(" null "), p) },
		"NULL":      func(p *cpr.Plain) error { return p.Scan(nil) },
		"no text":   func(p *cpr.Plain) error { return p.UnmarshalText(nil) },
		"no bytes":  func(p *cpr.Plain) error { return p.UnmarshalBinary(nil) },
	} {
		p := cpr.Plain(cprtest.Number(1))
		assert.NoError(t, read(&p), name)
		assert.True(t, p.IsZero(), name)
	}
	var p cpr.Plain
	refusedWith(t, json.Unmarshal([]byte(`""`), &p), cpr.ReasonEmpty)
	refusedWith(t, p.Scan(""), cpr.ReasonEmpty)
	refusedWith(t, p.Scan([]byte{}), cpr.ReasonEmpty)
}

func TestPlain_integers_and_other_types(t *testing.T) {
	var p cpr.Plain
	for _, v := range []any{int64(2712589100), int64(101505000), float64(2712589100), int32(1), 101505000, uint64(1)} {
		err := p.Scan(v)
		refusedWith(t, err, cpr.ReasonInteger)
		assert.Contains(t, err.Error(), "leading zeros")
	}
	refusedWith(t, json.Unmarshal([]byte(`2712589100`), &p), cpr.ReasonInteger)
	refusedWith(t, json.Unmarshal([]byte(`-1e9`), &p), cpr.ReasonInteger)
	for _, v := range []any{true, time.Unix(0, 0), cprtest.Number(1), []string{"2712589100"}, struct{}{}} {
		refusedWith(t, p.Scan(v), cpr.ReasonType)
	}
	for _, s := range []string{`{}`, `{"cpr":"2712589100"}`, `["2712589100"]`, `true`} {
		refusedWith(t, json.Unmarshal([]byte(s), &p), cpr.ReasonType)
	}
	for _, s := range []string{``, `"`, `"2712589100`, `"2712589100" "`, `2712589100"`, `nul`, "\"27125891\n00\""} {
		err := p.UnmarshalJSON([]byte(s)) // called by hand, past the decoder's own checks
		assert.ErrorIs(t, err, cpr.ErrInputInvalid)
		assert.NotContains(t, err.Error(), "271258")
	}
}

// A driver that asks for bytes (pgx) gets none.
func TestPlain_into_a_column_of_bytes(t *testing.T) {
	b, err := cpr.Plain(cprtest.Number(1)).BytesValue()
	refusedWith(t, err, cpr.ReasonBytes)
	assert.Nil(t, b)
	b, err = cpr.Plain{}.BytesValue()
	assert.NoError(t, err)
	assert.Nil(t, b, "NULL")
}

// A Plain is a flag's value too (flag.TextVar).
func TestPlain_as_a_flag(t *testing.T) {
	var p cpr.Plain
	flags := flag.NewFlagSet("prøve", flag.ContinueOnError)
	flags.TextVar(&p, "cpr", cpr.Plain{}, "number")
	require.NoError(t, flags.Parse([]string{"-cpr", "271258-9100"}))
	assert.Equal(t, "2712589100", cpr.Number(p).Reveal())
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{
		"", "null", `"2712589100"`, `"271258-9100"`, "2712589100", " 271258-9100 ", `"\u0032712589100"`, `"`, `{"æ":1}`, "0101505000", "١١١١١",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, parseErr := cpr.Parse(string(data))
		before := cpr.Plain(cprtest.Number(1))
		for name, read := range map[string]func(p *cpr.Plain) error{
			"json":       func(p *cpr.Plain) error { return p.UnmarshalJSON(data) },
			"text":       func(p *cpr.Plain) error { return p.UnmarshalText(data) },
			"binary":     func(p *cpr.Plain) error { return p.UnmarshalBinary(data) },
			"scan text":  func(p *cpr.Plain) error { return p.Scan(string(data)) },
			"scan bytes": func(p *cpr.Plain) error { return p.Scan(data) },
		} {
			p := before
			err := read(&p)
			n := cpr.Number(p)
			if err != nil && !n.IsZero() {
				t.Fatalf("%s: a number and an error", name)
			}
			if !n.IsZero() {
				if again, err := cpr.Parse(n.Reveal()); err != nil || again != n {
					t.Fatalf("%s: no number of Parse", name)
				}
			}
			switch name {
			case "json":
				var s string
				if !n.IsZero() && (json.Unmarshal(data, &s) != nil || cpr.MustParse(s) != n) {
					t.Fatal("json: other than the string says")
				}
			case "binary":
				if err == nil && n.Reveal() != string(data) {
					t.Fatal("binary: a form that is never written")
				}
			default:
				if len(data) > 0 && ((err == nil) != (parseErr == nil) || n != parsed) {
					t.Fatalf("%s: other than Parse", name)
				}
			}
		}
	})
}
