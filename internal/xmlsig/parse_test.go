package xmlsig_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"alone":                     {"<a/>", "<a></a>"},
		"declaration":               {`<?xml version="1.0"?><a/>`, "<a></a>"},
		"declaration with all":      {"<?xml version='1.0'\n encoding = \"utf-8\" standalone='yes' ?>\r\n<a/>\n", "<a></a>"},
		"byte order mark":           {"\xef\xbb\xbf" + `<?xml version="1.0" encoding="UTF-8"?><a/>`, "<a></a>"},
		"blanks around":             {"\n\t <a> </a>\r\n", "<a> </a>"},
		"æøå":                       {"<a b='Ærø'>Ångström €𝄞</a>", `<a b="Ærø">Ångström €𝄞</a>`},
		"entities":                  {"<a b='&lt;&quot;&apos;&amp;&gt;'>&lt;&gt;&amp;&quot;&apos;</a>", `<a b="&lt;&quot;'&amp;>">&lt;&gt;&amp;"'</a>`},
		"references":                {"<a b='&#xA;&#9;'>&#198;&#xf8;&#x10FFFF;&#13;</a>", "<a b=\"&#xA;&#x9;\">Æø\U0010ffff&#xD;</a>"},
		"line ends":                 {"<a>\r\n\r\n\r&#13;\n</a>", "<a>\n\n\n&#xD;\n</a>"},
		"names":                     {"<_a.b-1 xmlns:x1='urn:x' x1:y_='1'/>", `<_a.b-1 xmlns:x1="urn:x" x1:y_="1"></_a.b-1>`},
		"default namespace":         {"<a xmlns='urn:a'><b xmlns=''/></a>", `<a xmlns="urn:a"><b xmlns=""></b></a>`},
		"one local name, two":       {"<a xmlns:x='urn:x' b='1' x:b='2'/>", `<a xmlns:x="urn:x" b="1" x:b="2"></a>`},
		"attribute of no namespace": {"<a xmlns='urn:a' xmlns:x='urn:a' b='1' x:b='2'/>", `<a xmlns="urn:a" xmlns:x="urn:a" b="1" x:b="2"></a>`},
		"prefix of xml":             {"<a xml:lang='da'/>", `<a xml:lang="da"></a>`},
		"blanks in tags":            {"<a  b = '1'\n\tc='2' ><d /></a\t>", `<a b="1" c="2"><d></d></a>`},
		"brackets":                  {"<a b=']]>'>]] ></a>", `<a b="]]>">]] &gt;</a>`},
		"as deep as may be":         {nested(xmlsig.MaxDepth), ""},
		"as many attributes":        {"<a" + attributes(xmlsig.MaxAttributes) + "/>", ""},
		"as many elements":          {"<a>" + strings.Repeat("<b/>", xmlsig.MaxElements-1) + "</a>", ""},
		"as long as may be":         {"<a>" + strings.Repeat("x", xmlsig.MaxSize-7) + "</a>", ""},
		"as many namespaces":        {namespaces(xmlsig.MaxNamespaces), ""},
		"name of a namespace":       {"<a xmlns='" + strings.Repeat("x", xmlsig.MaxNamespaceLength) + "'/>", ""},
		"prefix bound again":        {"<x:a xmlns:x='urn:x'><x:a xmlns:x='urn:y'/></x:a>", `<x:a xmlns:x="urn:x"><x:a xmlns:x="urn:y"></x:a></x:a>`},
		"declared after its use":    {"<x:a x:b='1' xmlns:x='urn:x'/>", `<x:a x:b="1" xmlns:x="urn:x"></x:a>`},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := xmlsig.Parse([]byte(c.text))
			require.NoError(t, err)
			if c.want != "" {
				require.Equal(t, c.want, write(t, d.Root()))
			}
		})
	}
}

func nested(depth int) string {
	return strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth)
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " b%d='1'", i)
	}
	return b.String()
}

// namespaces returns elements inside each other that declare n prefixes.
func namespaces(n int) string {
	return strings.Repeat("<a xmlns:x='urn:x' xmlns:y='urn:y'>", n/2) + strings.Repeat("</a>", n/2)
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"comment in a text":                  "<a>a@b.dk<!-- -->.evil</a>",
		"comment before the root":            "<!-- --><a/>",
		"comment after the root":             "<a/><!-- -->",
		"comment in a name":                  "<a<!-- -->/>",
		"comment in an attribute":            "<a b='a@b.dk<!-- -->.evil'/>",
		"comment in a declaration":           "<?xml version='1.0'<!-- -->?><a/>",
		"CDATA":                              "<a>a@b.dk<![CDATA[.evil]]></a>",
		"empty CDATA":                        "<a>a@b.dk<![CDATA[]]>.evil</a>",
		"processing instruction":             "<a>a@b.dk<?x y?>.evil</a>",
		"instruction before":                 "<?x y?><a/>",
		"instruction after":                  "<a/><?x y?>",
		"style sheet":                        `<?xml-stylesheet href="file:///x"?><a/>`,
		"harmless document type":             "<!DOCTYPE a><a/>",
		"external entity":                    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>`,
		"external document type":             `<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>`,
		"billion laughs":                     `<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>`,
		"ID by document type":                `<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b="c"/>`,
		"after the declaration":              `<?xml version="1.0"?><!DOCTYPE a><a/>`,
		"after the root":                     "<a/><!DOCTYPE a>",
		"in the root":                        "<a><!DOCTYPE a></a>",
		"entity of a name":                   "<a>&nbsp;</a>",
		"entity in an attribute":             "<a b='&x;'/>",
		"declaration of an element":          "<a><!ELEMENT a></a>",
		"two colons":                         "<a:b:c xmlns:a='urn:a'/>",
		"two colons, attribute":              "<a xmlns:b='urn:b' b:c:d='1'/>",
		"colon before":                       "<:a/>",
		"colon after":                        "<a: xmlns:a='urn:a'/>",
		"colon before, attribute":            "<a :b='1'/>",
		"colon after, attribute":             "<a b:='1'/>",
		"declaration of nothing":             "<a xmlns:='urn:a'/>",
		"colon alone":                        "<:/>",
		"directive in a directive":           "<!x <y> ><a/>",
		"directive with a comment":           "<!x <!-- --> ><a/>",
		"directive with quotes":              `<!x '"' "'" ><a/>`,
		"no blank between":                   "<a b='1'c='2'/>",
		"slash in a tag":                     "<a/b='1'/>",
		"slash and a blank":                  "<a / >",
		"name of other letters":              "<å/>",
		"name with a digit first":            "<1a/>",
		"name with a minus first":            "<a -b='1'/>",
		"text before":                        "x<a/>",
		"text after":                         "<a/>x",
		"reference before":                   "&#32;<a/>",
		"reference after":                    "<a/>&#10;",
		"zero after":                         "<a/>\x00",
		"mark after":                         "<a/>\xef\xbb\xbf",
		"two marks":                          "\xef\xbb\xbf\xef\xbb\xbf<a/>",
		"two roots":                          "<a/><a/>",
		"two roots, open":                    "<a></a><b></b>",
		"declaration twice":                  `<?xml version="1.0"?><?xml version="1.0"?><a/>`,
		"declaration inside":                 `<a><?xml version="1.0"?></a>`,
		"blank before declaration":           ` <?xml version="1.0"?><a/>`,
		"nothing":                            "",
		"blanks":                             " \n",
		"a declaration alone":                `<?xml version="1.0"?>`,
		"version 1.1":                        `<?xml version="1.1"?><a/>`,
		"no version":                         `<?xml encoding="UTF-8"?><a/>`,
		"another encoding":                   `<?xml version="1.0" encoding="ISO-8859-1"?><a>` + "\xe6</a>",
		"UTF-16 by its label":                `<?xml version="1.0" encoding="utf-16"?><a/>`,
		"UTF-7":                              `<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b/+AD4-</a>`,
		"UTF-16":                             "\xff\xfe<\x00a\x00/\x00>\x00",
		"UTF-16, turned":                     "\xfe\xff\x00<\x00a\x00/\x00>",
		"more in the declaration":            `<?xml version="1.0" encoding="UTF-8" x="y"?><a/>`,
		"standalone maybe":                   `<?xml version="1.0" standalone="maybe"?><a/>`,
		"encoding before version":            `<?xml encoding="UTF-8" version="1.0"?><a/>`,
		"declaration without an equals sign": `<?xml version "1.0"?><a/>`,
		"declaration without quotes":         `<?xml version=1.0?><a/>`,
		"declaration without a value":        `<?xml version=?><a/>`,
		"declaration with half a quote":      `<?xml version="1.0?><a/>`,
		"declaration without an end":         `<?xml version="1.0"><a/>`,
		"declaration without blanks":         `<?xml version="1.0"encoding="UTF-8"?><a/>`,
		"a long declaration":                 `<?xml version="1.0"` + strings.Repeat(" ", 200) + `?><a/>`,
		"not UTF-8":                          "<a>\xe6</a>",
		"not UTF-8, too long":                "<a>\xc0\xbc</a>",
		"not UTF-8, half a pair":             "<a>\xed\xa0\x80</a>",
		"not UTF-8 in a name":                "<a\xff/>",
		"not UTF-8 in an attribute":          "<a b='\xff'/>",
		"control character":                  "<a>\x01</a>",
		"zero":                               "<a>\x00</a>",
		"no character":                       "<a>\uffff</a>",
		"no character in an attribute":       "<a b='\ufffe'/>",
		"reference to zero":                  "<a>&#0;</a>",
		"reference to a control":             "<a>&#x1F;</a>",
		"reference to half a pair":           "<a>&#xD800;</a>",
		"reference to no character":          "<a>&#xFFFF;</a>",
		"reference beyond":                   "<a>&#x110000;</a>",
		"reference far beyond":               "<a>&#x100000041;</a>",
		"reference with X":                   "<a>&#X41;</a>",
		"reference with a sign":              "<a>&#+65;</a>",
		"reference with an underline":        "<a>&#6_5;</a>",
		"reference of nothing":               "<a>&#;</a>",
		"reference of no hex":                "<a>&#x;</a>",
		"reference without an end":           "<a>&#65</a>",
		"entity without an end":              "<a>&amp</a>",
		"entity in capitals":                 "<a>&LT;</a>",
		"ampersand":                          "<a>&</a>",
		"ampersand and blank":                "<a>& ;</a>",
		"end of CDATA":                       "<a>]]></a>",
		"less than in an attribute":          "<a b='<'/>",
		"line break in an attribute":         "<a b='1\n2'/>",
		"tab in an attribute":                "<a b='1\t2'/>",
		"attribute twice":                    "<a b='1' b='1'/>",
		"attribute twice by namespace":       "<a xmlns:x='urn:x' xmlns:y='urn:x' x:b='1' y:b='2'/>",
		"default namespace twice":            "<a xmlns='urn:a' xmlns='urn:b'/>",
		"prefix twice":                       "<a xmlns:x='urn:a' xmlns:x='urn:b'/>",
		"undeclared prefix":                  "<x:a/>",
		"undeclared prefix, attribute":       "<a x:b='1'/>",
		"prefix declared elsewhere":          "<a><b xmlns:x='urn:x'/><x:c/></a>",
		"prefix taken back":                  "<a xmlns:x='urn:x'><b xmlns:x=''/></a>",
		"prefix xml bound again":             "<a xmlns:xml='urn:x'/>",
		"prefix xml bound":                   "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
		"another prefix for xml":             "<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>",
		"xml as the default":                 "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
		"prefix xmlns bound":                 "<a xmlns:xmlns='urn:x'/>",
		"xmlns as the default":               "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
		"an element of xml":                  "<xml:a/>",
		"an element of xmlns":                "<xmlns:a/>",
		"cut in a tag":                       "<a",
		"cut in an attribute":                "<a b='",
		"cut after a name":                   "<a b",
		"cut in an element":                  "<a><b>",
		"cut in an end tag":                  "<a></a",
		"wrong end":                          "<a></b>",
		"wrong end, prefix":                  "<x:a xmlns:x='urn:x' xmlns:y='urn:x'></y:a>",
		"end before a start":                 "</a>",
		"end too many":                       "<a></a></a>",
		"attribute of an end":                "<a></a b='1'>",
		"attribute without a value":          "<a b/>",
		"attribute without quotes":           "<a b=1/>",
		"attribute with a wrong quote":       "<a b=`1`/>",
		"blank before a name":                "< a/>",
		"html":                               "<html><body><br>Vi er straks tilbage</body></html>",
		"JSON":                               `{"fejl": "æøå"}`,
		"an element too many":                "<a>" + strings.Repeat("<b/>", xmlsig.MaxElements) + "</a>",
		"an attribute too many":              "<a" + attributes(xmlsig.MaxAttributes+1) + "/>",
		"a level too many":                   nested(xmlsig.MaxDepth + 1),
		"a byte too many":                    "<a>" + strings.Repeat("x", xmlsig.MaxSize-6) + "</a>",
		"attributes of all":                  "<a>" + strings.Repeat("<a b='' c='' d='' e=''/>", xmlsig.MaxAllAttributes/4) + "<a b=''/></a>",
		"namespaces":                         namespaces(xmlsig.MaxNamespaces + 2),
		"long name of a namespace":           "<a xmlns='" + strings.Repeat("x", xmlsig.MaxNamespaceLength+1) + "'/>",
	} {
		t.Run(name, func(t *testing.T) {
			d, err := xmlsig.Parse([]byte(text))
			requireClass(t, fault.ResponseInvalid, err)
			require.Nil(t, d)
		})
	}
}

// Who sends a file that is refused reads what is in it.
func TestParseSaysWhatItRefuses(t *testing.T) {
	for text, why := range map[string]string{
		"<a><!-- --></a>":        "a comment",
		"<a><![CDATA[]]></a>":    "a CDATA section",
		"<!DOCTYPE a><a/>":       "a document type",
		"<?x?><a/>":              "a processing instruction",
		"<a>":                    "ends inside an element",
		"<a/><a/>":               "a second element",
		"<a>&x;</a>":             "an entity",
		"<a>]]></a>":             "]]> stands in a text",
		"<a>\x01</a>":            "a character that XML does not allow",
		"<a>\xe6</a>":            "not UTF-8",
		nested(100):              "more than 64 levels",
		"<x:a/>":                 "prefix of an element",
		"<a b='1' b='2'/>":       "attribute is there twice",
		"<a ID='1' xml:id='2'/>": "",
		"<a ID='1' ID='2'/>":     "two IDs",
	} {
		_, err := xmlsig.Parse([]byte(text))
		if why == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, why, text)
	}
}

// The answer comes within 100 ms, on a busy machine within seconds, and costs no memory.
func TestParseIsCheapToRefuse(t *testing.T) {
	for name, text := range map[string]string{
		"10 MB":                          "<a>" + strings.Repeat("<b>æøå</b>", 1_000_000) + "</a>",
		"depth 5,000":                    nested(5_000),
		"100,000 attributes":             "<a" + strings.Repeat(" b='1'", 100_000) + "/>",
		"100,000 attributes, undeclared": "<a " + strings.Repeat("x:b='1' ", 60_000) + "/>",
		"100,000 namespaces":             "<a>" + strings.Repeat("<b xmlns:c='d'/>", 30_000) + "</a>",
		"100,000 entities":               "<a>" + strings.Repeat("&amp;", 100_000) + "&x;</a>",
		"quotes that never end":          "<a " + strings.Repeat(`b="`, 100_000),
		"references that never end":      "<a>" + strings.Repeat("&#x", 100_000) + "</a>",
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte(text)
			var before, after runtime.MemStats
			best := time.Hour
			for range 3 {
				start := time.Now()
				runtime.ReadMemStats(&before)
				_, err := xmlsig.Parse(data)
				runtime.ReadMemStats(&after)
				requireClass(t, fault.ResponseInvalid, err)
				best = min(best, time.Since(start))
			}
			require.Less(t, best, 3*time.Second)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
		})
	}
}

// Documents at the bounds that an attacker would choose: each element costs the
// canonicalization the most, which takes about 50 ms. One is refused because its canonical
// form is too long. Their cost is stated in memory, of which every machine takes the same.
func TestTheWorstDocumentsAreBounded(t *testing.T) {
	var prefixes strings.Builder
	for i := range xmlsig.MaxNamespaces - 4 { // the assertion declares the others
		fmt.Fprintf(&prefixes, " xmlns:p%d='urn:%d:%s'", i, i, strings.Repeat("x", xmlsig.MaxNamespaceLength-8))
	}
	const deep = xmlsig.MaxDepth - 4
	for name, c := range map[string]struct {
		long, short int // elements that write three namespaces, and none
		accepted    bool
	}{
		"elements":             {500, 4_300, true},
		"canonical form of 3M": {4_000, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(assertion(), "</saml:AttributeStatement>", "</saml:AttributeStatement>"+
				strings.Repeat("<a>", deep)+"<a"+prefixes.String()+">"+strings.Repeat("<p0:b p1:c='' p2:d=''/>", c.long)+strings.Repeat("<b/>", c.short)+"</a>"+strings.Repeat("</a>", deep), 1)
			text = signed(t, text, idp())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := verifyAssertion(verifier(idp().certificate), text)
			runtime.ReadMemStats(&after)
			if c.accepted {
				require.NoError(t, err)
			} else {
				requireClass(t, fault.SignatureInvalid, err)
			}
			t.Logf("%d bytes: %d MB", len(text), (after.TotalAlloc-before.TotalAlloc)>>20)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(48<<20))
		})
	}
}
