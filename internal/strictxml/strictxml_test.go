package strictxml_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/strictxml"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
)

func TestParse(t *testing.T) {
	e, err := strictxml.Parse([]byte(`<?xml version="1.0" encoding="UTF-8"?><a:Fejl xmlns:a="urn:a"><FejlKode> 1000 </FejlKode><a:FejlTekst>Æ&amp;å<!-- nej --><![CDATA[<]]></a:FejlTekst></a:Fejl>`))
	require.NoError(t, err)
	require.True(t, e.Is("Fejl", "urn:b", "urn:a"))
	require.False(t, e.Is("Fejl", "urn:b"))
	require.False(t, e.Is("fejl", "urn:a"))
	code, err := e.TextOf("FejlKode")
	require.NoError(t, err)
	require.Equal(t, "1000", code)
	text, err := e.TextOf("FejlTekst")
	require.NoError(t, err)
	require.Equal(t, "Æ&å<", text)
	none, err := e.TextOf("FejlIdentifikator")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestParsePassesOverAByteOrderMark(t *testing.T) {
	for _, declaration := range []string{"", `<?xml version="1.0" encoding="utf-8"?>`} {
		e, err := strictxml.Parse([]byte("\ufeff" + declaration + "<a>\ufeffæ</a>"))
		require.NoError(t, err)
		require.Equal(t, "\ufeffæ", e.Text, "inside it is a character like others")
	}
}

// The same answer in every encoding that is read, with the labels that servers write.
func TestParseReadsOtherEncodings(t *testing.T) {
	const text = "Modtageren er ikke tilmeldt: Ærø Ångström, søgt på æøå ÆØÅ"
	latin, err := charmap.ISO8859_1.NewEncoder().String(text)
	require.NoError(t, err)
	ansi, err := charmap.Windows1252.NewEncoder().String(text + " – €")
	require.NoError(t, err)
	for label, c := range map[string]struct{ in, want string }{
		"UTF-8": {text, text}, "utf-8": {text, text}, "UTF8": {text, text}, "utf8": {text, text}, "Utf8": {text, text},
		"utf-16":     {text, text}, // a text of .NET's that was written as UTF-8
		"ISO-8859-1": {latin, text}, "iso-8859-1": {latin, text}, "latin1": {latin, text}, "ISO8859-1": {latin, text},
		"windows-1252": {ansi, text + " – €"}, "Windows-1252": {ansi, text + " – €"}, "CP1252": {ansi, text + " – €"},
		"us-ascii": {"&#198;r&#xF8;", "Ærø"}, "US-ASCII": {"&#198;r&#xF8;", "Ærø"}, "ascii": {"Aeroe", "Aeroe"},
	} {
		for _, quote := range []string{`"`, `'`} {
			document := `<?xml version="1.0" encoding=` + quote + label + quote + `?>` + "\r\n<Fejl><FejlKode>4080</FejlKode><FejlTekst>" + c.in + "</FejlTekst></Fejl>"
			e, err := strictxml.Parse([]byte(document))
			require.NoError(t, err, label)
			got, err := e.TextOf("FejlTekst")
			require.NoError(t, err)
			require.Equal(t, c.want, got, label)
			code, err := e.TextOf("FejlKode")
			require.NoError(t, err)
			require.Equal(t, "4080", code, label)
		}
	}
}

// A mark of UTF-8 counts for more than the declaration.
func TestParseBelievesTheMark(t *testing.T) {
	for _, label := range []string{"ISO-8859-1", "utf-16", "hemmelig"} {
		e, err := strictxml.Parse([]byte("\ufeff" + `<?xml version="1.0" encoding="` + label + `"?><a>æøå</a>`))
		require.NoError(t, err, label)
		require.Equal(t, "æøå", e.Text)
	}
}

// Every byte of the two tables is a character, and no two are the same.
func TestLatinTablesAreWhole(t *testing.T) {
	for _, label := range []string{"ISO-8859-1", "windows-1252"} {
		seen := map[string]byte{}
		for b := 0xa0; b <= 0xff; b++ {
			e, err := strictxml.Parse([]byte(`<?xml version="1.0" encoding="` + label + `"?><a>[` + string([]byte{byte(b)}) + `]</a>`))
			require.NoError(t, err, label)
			require.Equal(t, "["+string(rune(b))+"]", e.Text)
			require.NotContains(t, seen, e.Text)
			seen[e.Text] = byte(b)
		}
	}
}

func TestParseKeepsAttributesOfOneNameApart(t *testing.T) {
	e, err := strictxml.Parse([]byte(`<a xmlns="urn:a" xmlns:x="urn:x" b="1" x:b="æ"/>`))
	require.NoError(t, err)
	require.Len(t, e.Attrs, 4)
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", strictxml.MaxDepth+1)
	for name, c := range map[string]struct {
		in  string
		err error
	}{
		"nothing":          {"", strictxml.ErrSyntax},
		"text":             {"OK", strictxml.ErrSyntax},
		"html":             {"<html><body><br>Vi er straks tilbage</body></html>", strictxml.ErrSyntax},
		"cut":              {"<a><b>", strictxml.ErrSyntax},
		"cut in a tag":     {"<a><b", strictxml.ErrSyntax},
		"two roots":        {"<a/><a/>", strictxml.ErrSyntax},
		"text behind":      {"<a/>og", strictxml.ErrSyntax},
		"wrong end":        {"<a></b>", strictxml.ErrSyntax},
		"entity":           {"<a>&hemmelig;</a>", strictxml.ErrSyntax},
		"doctype":          {`<!DOCTYPE a [<!ENTITY b "x">]><a>b</a>`, strictxml.ErrDoctype},
		"unknown encoding": {`<?xml version="1.0" encoding="koi8-r"?><a/>`, strictxml.ErrCharset},
		"no encoding":      {`<?xml version="1.0" encoding="hemmelig"?><a/>`, strictxml.ErrCharset},
		"not ASCII":        {`<?xml version="1.0" encoding="us-ascii"?><a>æ</a>`, strictxml.ErrSyntax},
		"declared late":    {`<a><?xml version="1.0" encoding="ISO-8859-1"?>` + "\xe6</a>", strictxml.ErrSyntax},
		"declared twice":   {`<?xml version="1.0"?><?xml version="1.0" encoding="ISO-8859-1"?>` + "<a>\xe6</a>", strictxml.ErrSyntax},
		"declared behind":  {`<a/><?xml version="1.0"?>`, strictxml.ErrSyntax},
		"Latin as UTF-8":   {`<?xml version="1.0" encoding="utf8"?>` + "<a>\xe6</a>", strictxml.ErrSyntax},
		"doctype in Latin": {`<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE a><a/>`, strictxml.ErrDoctype},
		"not UTF-8":        {"<a>\xe6</a>", strictxml.ErrSyntax},
		"deep":             {deep, strictxml.ErrTooLarge},
		"many":             {"<a>" + strings.Repeat("<b/>", strictxml.MaxElements) + "</a>", strictxml.ErrTooLarge},
		"large":            {"<a>" + strings.Repeat(" ", strictxml.MaxSize) + "</a>", strictxml.ErrTooLarge},
		"attribute twice":  {`<a b="1" b="1"/>`, strictxml.ErrSyntax},
		"by two prefixes":  {`<a xmlns:x="urn:a" xmlns:y="urn:a"><b x:c="1" y:c="2"/></a>`, strictxml.ErrSyntax},
		"namespace twice":  {`<a xmlns="urn:a" xmlns="urn:b"/>`, strictxml.ErrSyntax},
		"two marks":        {"\ufeff\ufeff<a/>", strictxml.ErrSyntax},
		"a mark alone":     {"\ufeff", strictxml.ErrSyntax},
		"a mark behind":    {"<a/>\ufeff", strictxml.ErrSyntax},
		"a mark of UTF-16": {"\xfe\xff<a/>", strictxml.ErrCharset},
		"UTF-16":           {"\xfe\xff\x00<\x00a\x00/\x00>", strictxml.ErrCharset},
		"UTF-16, turned":   {"\xff\xfe<\x00a\x00/\x00>\x00", strictxml.ErrCharset},
		"without its mark": {"<\x00a\x00/\x00>\x00", strictxml.ErrCharset},
		"unbound prefix?":  {"<a:b xmlns:a='urn:a'></b>", strictxml.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strictxml.Parse([]byte(c.in))
			require.ErrorIs(t, err, c.err)
		})
	}
	e, err := strictxml.Parse([]byte("<a><b>1</b><b>2</b><c><d/></c></a>"))
	require.NoError(t, err)
	_, err = e.TextOf("b")
	require.ErrorIs(t, err, strictxml.ErrTwice)
	_, err = e.TextOf("c")
	require.ErrorIs(t, err, strictxml.ErrSyntax)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<a xmlns="urn:a"><b>æ</b></a>`))
	f.Add([]byte(`<!DOCTYPE a><a/>`))
	f.Add([]byte(`<?xml version="1.0" encoding="ISO-8859-1"?>` + "<a>\xe6</a>"))
	f.Add([]byte(`<?xml version="1.0" encoding="windows-1252"?>` + "<a>\x80\x81</a>"))
	f.Add([]byte(`<a><?xml version="1.0" encoding="latin1"?></a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := strictxml.Parse(data)
		require.Equal(t, err == nil, e != nil)
		if e != nil {
			require.True(t, utf8.ValidString(e.Text))
		}
	})
}

func ExampleParse() {
	e, err := strictxml.Parse([]byte("<Fejl><FejlKode>4080</FejlKode></Fejl>"))
	if err != nil {
		panic(err)
	}
	fmt.Println(e.TextOf("FejlKode"))
	// Output: 4080 <nil>
}
