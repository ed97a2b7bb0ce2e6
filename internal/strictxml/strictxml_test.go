package strictxml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/strictxml"
	"github.com/stretchr/testify/require"
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
		"other charset":    {`<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, strictxml.ErrSyntax},
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
		"a mark of UTF-16": {"\xfe\xff<a/>", strictxml.ErrSyntax},
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
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := strictxml.Parse(data)
		require.Equal(t, err == nil, e != nil)
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
