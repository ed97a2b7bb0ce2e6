package xmlsig_test

import (
	"encoding/xml"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/xmlsig"
)

// What Parse accepts, encoding/xml accepts too, and it is the same document when it has
// been written and read again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		assertion(), response(assertion()), "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n<a/>\n",
		"<a xmlns:x='urn:x' x:b='1' b='2'>&#xC6;&lt;\r\n]]&gt;</a>", "<a><!-- --></a>", "<a><![CDATA[x]]></a>",
		"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a:b:c/>", "<a b='1' b='2'/>", "<a>\xe6</a>", "<a xmlns=''/>",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := xmlsig.Parse(data)
		if err != nil {
			require.Nil(t, d)
			return
		}
		for decoder := xml.NewDecoder(strings.NewReader(string(data))); ; {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		text := write(t, d.Root())
		again, err := xmlsig.Parse([]byte(text))
		if len(text) > xmlsig.MaxSize {
			return // an entity is longer than its character
		}
		require.NoError(t, err)
		require.Equal(t, text, write(t, again.Root()))
	})
}

// small is a short assertion in a response, and what its signature covers.
var small = sync.OnceValues(func() (text, covered string) {
	d, err := xmlsig.Parse([]byte(`<s:A xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1"><s:Issuer>i</s:Issuer><s:N Name="navn">Åse</s:N><s:N Name="cvr">99999993</s:N></s:A>`))
	if err != nil {
		panic(err)
	}
	el, err := xmlsig.Sign(d.Root(), "ID", idp().key, idp().certificate)
	if err != nil {
		panic(err)
	}
	document := etree.NewDocumentWithRoot(el)
	text, err = document.WriteToString()
	if err != nil {
		panic(err)
	}
	return `<r xmlns="urn:r" ID="_2">` + text + "</r>", `<s:A xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1"><s:Issuer>i</s:Issuer><s:N Name="navn">Åse</s:N><s:N Name="cvr">99999993</s:N></s:A>`
})

// Two parts of a signed document are replaced. Whatever element of it Verify accepts, it
// returns what was signed.
func FuzzVerify(f *testing.F) {
	text, _ := small()
	for _, c := range []struct{ old, new string }{
		{"Åse", "Ib"}, {"<r ", `<r Id="_1" `}, {"urn:r", "urn:s"}, {"#_1", ""}, {"<ds:KeyInfo>", "<ds:KeyInfo><x/>"},
		{`Algorithm="`, `Algorithm="x`}, {"<ds:DigestValue>", "<ds:DigestValue>\n"}, {"</s:A>", `</s:A><s:A ID="_3"/>`},
		{"</s:A>", "<!-- --></s:A>"}, {"99999993", "9999999&#51;"}, {"s:N", "s:M"},
	} {
		f.Add(uint16(strings.Index(text, c.old)), uint16(len(c.old)), c.new, uint16(0), uint16(0), "")
	}
	for _, part := range []string{"<ds:Signature", "<ds:SignedInfo", "<s:N"} {
		from := strings.Index(text, part)
		f.Add(uint16(from), uint16(0), text[from:min(from+100, len(text))], uint16(from), uint16(10), "")
	}
	f.Fuzz(func(t *testing.T, at, cut uint16, put string, at2, cut2 uint16, put2 string) {
		text, covered := small()
		text = replaced(replaced(text, at, cut, put), at2, cut2, put2)
		d, err := xmlsig.Parse([]byte(text))
		if err != nil {
			return
		}
		for _, el := range append(d.Root().FindElements("//*"), d.Root()) {
			s, err := verifier(stranger().certificate, idp().certificate).Verify(d, el)
			if err != nil {
				require.Nil(t, s)
				continue
			}
			require.Equal(t, covered, string(s.Covered))
			require.Equal(t, covered, write(t, s.Root))
		}
	})
}

// replaced returns text with cut bytes at at replaced by put.
func replaced(text string, at, cut uint16, put string) string {
	from := min(int(at), len(text))
	to := min(from+int(cut), len(text))
	return text[:from] + put + text[to:]
}

// The seeds of FuzzVerify must not all be refused, or the target finds nothing.
func TestFuzzVerifyHasSeedsThatVerify(t *testing.T) {
	text, covered := small()
	for _, change := range []struct{ old, new string }{{"", ""}, {"<ds:KeyInfo>", "<ds:KeyInfo><x/>"}, {"<ds:DigestValue>", "<ds:DigestValue>\n"}, {"99999993", "9999999&#51;"}} {
		d := parse(t, strings.Replace(text, change.old, change.new, 1))
		s, err := verifier(idp().certificate).Verify(d, d.Root().ChildElements()[0])
		if change.old == "<ds:DigestValue>" {
			require.Error(t, err, "the text of the digest is signed")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, covered, string(s.Covered))
	}
}
