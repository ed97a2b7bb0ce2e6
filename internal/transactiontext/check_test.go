package transactiontext_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/transactiontext"
)

const purchase = `<html><head><title>Køb</title><style type="text/css">
td, th { text-align: left; padding: 2px 8px }
.sum { font-weight: bold; color: #003366 }
</style></head>
<body><h1>Køb hos Bageren på Ærø</h1>
<table border="0" cellpadding="2"><tr><th>Vare</th><th>Pris</th></tr>
<tr><td>Rugbrød &amp; smør</td><td align="right">42,00&nbsp;kr.</td></tr>
<tr class="sum"><td>I alt</td><td align='right'>42,00 kr.</td></tr></table>
<ul type="disc"><li>Leveres <u>i dag</u></li></ul></body></html>`

func TestAccepted(t *testing.T) {
	for name, test := range map[string]struct {
		kind transactiontext.Kind
		body string
	}{
		"plain":                {transactiontext.Plain, "Overfør 1.000 kr. til Åse Ærøskøbing"},
		"plain with lines":     {transactiontext.Plain, "Overfør:\r\n\t1.000 kr.\nTil: Åse"},
		"plain with a <":       {transactiontext.Plain, "1 < 2 & <script>"},
		"plain, exactly 600":   {transactiontext.Plain, strings.Repeat("å", 600)},
		"plain, soft hyphen":   {transactiontext.Plain, "over\u00adførsel"},
		"plain, joined family": {transactiontext.Plain, "👨\u200d👩\u200d👧"},
		"html text alone":      {transactiontext.HTML, "Godkend købet på æblemarken"},
		"html bare ampersand":  {transactiontext.HTML, "Løn & pension, 5 > 4"},
		"html, every heading":  {transactiontext.HTML, "<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5><h6>6</h6>"},
		"html, inline":         {transactiontext.HTML, "<div><p><i>å</i> <u>b</u> <b>c</b> <small>d</small> <q>e</q> <font color=\"red\" size=\"4\" face=\"Arial\">f</font></p><center>g</center></div>"},
		"html purchase":        {transactiontext.HTML, purchase},
		"html purchase, CRLF":  {transactiontext.HTML, strings.ReplaceAll(purchase, "\n", "\r\n")},
		"html in capitals":     {transactiontext.HTML, "<P ALIGN=\"Left\">Å</P>"},
		"html body alone":      {transactiontext.HTML, `<body bgcolor="#ffffff" style="color:black"><p>Å</p></body>`},
		"html head and text":   {transactiontext.HTML, `<head><title>Å</title></head><p>Å</p>`},
		"html style first":     {transactiontext.HTML, `<style>p{color:red}</style><p>Å</p>`},
		"html link":            {transactiontext.HTML, `<a href="https://example.dk/vilk%C3%A5r?a=1&amp;b=2#x">Vilkår</a> <a href="mailto:hej@example.dk">Skriv</a> <a>æ</a>`},
		"html references":      {transactiontext.HTML, "&aelig;&#248;&#xE5; &lt;b&gt; &quot;&euro;&quot;"},
		"html style attribute": {transactiontext.HTML, `<p style="margin: 0 auto; FONT-SIZE: 12px; border-bottom: 1px solid #abc;">Å</p>`},
	} {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, transactiontext.Check(test.kind, test.body, 2000))
		})
	}
	for limit, given := range map[int]int{600: 600, transactiontext.MaxCharacters: 0, transactiontext.MaxCharacters - 1: transactiontext.MaxCharacters - 1} {
		require.NoError(t, transactiontext.Check(transactiontext.Plain, strings.Repeat("å", limit), given))
		require.Error(t, transactiontext.Check(transactiontext.Plain, strings.Repeat("å", limit+1), given))
	}
	require.Error(t, transactiontext.Check(transactiontext.Plain, strings.Repeat("å", transactiontext.MaxCharacters+1), 1_000_000), "no limit is above it")
	require.NoError(t, transactiontext.Check(transactiontext.Plain, "å", 1))
	require.Error(t, transactiontext.Check(transactiontext.Plain, "åå", 1))
	require.Error(t, transactiontext.Check(transactiontext.HTML, "<b>"+strings.Repeat("å", 594)+"</b>", 600), "markup counts")
	require.NoError(t, transactiontext.Check(transactiontext.HTML, "<b>"+strings.Repeat("å", 593)+"</b>", 600))
}

func TestRefused(t *testing.T) {
	for name, body := range map[string]string{
		// Nothing that runs.
		"script":                       `<script>alert(1)</script>Å`,
		"script in capitals":           `<ScRiPt>alert(1)</sCrIpT>Å`,
		"script cut in two":            `<scr<script>ipt>alert(1)</script>Å`,
		"script in a style":            `<style><script>alert(1)</script></style>Å`,
		"style that ends early":        `<style>p{color:red}</style/><img src=x onerror=alert(1)>Å`,
		"onclick":                      `<p onclick="alert(1)">Å</p>`,
		"ONCLICK":                      `<p ONCLICK="alert(1)">Å</p>`,
		"onclick after a slash":        `<p/onclick="alert(1)">Å</p>`,
		"onclick without quotes":       `<p onclick=alert(1)>Å</p>`,
		"onclick after a form feed":    "<p\fonclick=\"alert(1)\">Å</p>",
		"unknown event":                `<p on-å="x">Å</p>`,
		"img":                          `<img src="https://evil.example/x.png">Å`,
		"image":                        `<image src="x">Å`,
		"iframe":                       `<iframe src="https://evil.example"></iframe>Å`,
		"object":                       `<object data="x"></object>Å`,
		"embed":                        `<embed src="x">Å`,
		"form":                         `<form action="https://evil.example"><input></form>Å`,
		"button":                       `<button>Å</button>`,
		"svg":                          `<svg onload="alert(1)"></svg>Å`,
		"svg with style":               `<svg><style><img src=x onerror=alert(1)></style></svg>Å`,
		"math":                         `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>Å`,
		"template":                     `<template><p>Å</p></template>`,
		"noscript":                     `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>Å`,
		"xmp":                          `<xmp><p>Å</p></xmp>`,
		"plaintext":                    `<plaintext>Å`,
		"textarea":                     `<textarea></textarea>Å`,
		"select":                       `<select><option>Å</option></select>`,
		"base":                         `<base href="https://evil.example">Å`,
		"meta refresh":                 `<meta http-equiv="refresh" content="0;url=https://evil.example">Å`,
		"link":                         `<link rel="stylesheet" href="https://evil.example">Å`,
		"an unknown element":           `<dkeid>Å</dkeid>`,
		"a custom element":             `<x-å>Å</x-å>`,
		"a namespaced element":         `<o:p>Å</o:p>`,
		"br, which is not in the list": `Å<br>B`,
		"br, closed":                   `Å<br/>B`,
		"span":                         `<span>Å</span>`,
		"an element closed in itself":  `<p/>Å`,

		// No link that is not one.
		"javascript:":                 `<a href="javascript:alert(1)">Å</a>`,
		"JaVaScRiPt:":                 `<a href="JaVaScRiPt:alert(1)">Å</a>`,
		"javascript in references":    `<a href="&#106;&#97;vascript:alert(1)">Å</a>`,
		"javascript in hex":           `<a href="&#x6A;avascript:alert(1)">Å</a>`,
		"javascript, cut reference":   `<a href="&#106avascript:alert(1)">Å</a>`,
		"javascript, named colon":     `<a href="javascript&colon;alert(1)">Å</a>`,
		"javascript with a tab":       "<a href=\"java\tscript:alert(1)\">Å</a>",
		"javascript, a tab reference": `<a href="java&Tab;script:alert(1)">Å</a>`,
		"javascript, new line":        "<a href=\"java\nscript:alert(1)\">Å</a>",
		"javascript after a control":  "<a href=\"\x01javascript:alert(1)\">Å</a>",
		"javascript, control ref":     `<a href="&#1;javascript:alert(1)">Å</a>`,
		"javascript after a blank":    `<a href=" javascript:alert(1)">Å</a>`,
		"data:":                       `<a href="data:text/html;base64,PHNjcmlwdD4=">Å</a>`,
		"vbscript:":                   `<a href="vbscript:x">Å</a>`,
		"http:":                       `<a href="http://example.dk">Å</a>`,
		"no scheme":                   `<a href="//evil.example">Å</a>`,
		"a path":                      `<a href="/x">Å</a>`,
		"a fragment":                  `<a href="#x">Å</a>`,
		"backslashes":                 `<a href="https:\\evil.example">Å</a>`,
		"one slash":                   `<a href="https:/evil.example">Å</a>`,
		"a user before the host":      `<a href="https://bank.dk@evil.example">Å</a>`,
		"a host with an escape":       `<a href="https://bank.dk%2eevil.example">Å</a>`,
		"no host":                     `<a href="https://">Å</a>`,
		"another alphabet":            `<a href="https://bаnk.dk">Å</a>`,
		"mailto with a body":          `<a href="mailto:a@b.dk?body=x">Å</a>`,
		"href elsewhere":              `<p href="https://example.dk">Å</p>`,
		"target":                      `<a href="https://example.dk" target="_top">Å</a>`,
		"cite":                        `<q cite="javascript:alert(1)">Å</q>`,
		"src":                         `<p src="https://example.dk">Å</p>`,
		"background":                  `<table background="https://example.dk/x.png"><tr><td>Å</td></tr></table>`,
		"formaction":                  `<p formaction="https://example.dk">Å</p>`,
		"srcdoc":                      `<p srcdoc="Å">Å</p>`,
		"xlink:href":                  `<a xlink:href="javascript:alert(1)">Å</a>`,

		// No style that loads, runs, hides or moves.
		"expression":             `<p style="width:expression(alert(1))">Å</p>`,
		"expression, commented":  `<p style="width:exp/**/ression(alert(1))">Å</p>`,
		"expression, escaped":    `<p style="width:\65xpression(alert(1))">Å</p>`,
		"url":                    `<p style="background-color:url(https://evil.example)">Å</p>`,
		"url in references":      `<p style="color:u&#114;l(x)">Å</p>`,
		"behavior":               `<p style="behavior:url(x.htc)">Å</p>`,
		"-moz-binding":           `<p style="-moz-binding:url(x)">Å</p>`,
		"@import":                `<style>@import "https://evil.example";</style>Å`,
		"@import, escaped":       `<style>\40 import "x";</style>Å`,
		"@media":                 `<style>@media print{p{color:red}}</style>Å`,
		"sheet with url":         `<style>p{background:url(x)}</style>Å`,
		"sheet with a comment":   `<style>/* x */p{color:red}</style>Å`,
		"sheet with <!--":        `<style><!-- p{color:red} --></style>Å`,
		"sheet not closed":       `<style>p{color:red</style>Å`,
		"sheet without a rule":   `<style>p</style>Å`,
		"sheet with content":     `<style>p{content:"Å"}</style>Å`,
		"sheet with before":      `<style>p::before{color:red}</style>Å`,
		"sheet by attribute":     `<style>p[style]{color:red}</style>Å`,
		"sheet nested":           `<style>p{q{color:red}}</style>Å`,
		"sheet with media":       `<style media="print">p{color:red}</style>Å`,
		"display none":           `<p style="display:none">Å</p>B`,
		"visibility":             `<p style="visibility:hidden">Å</p>B`,
		"opacity":                `<p style="opacity:0">Å</p>B`,
		"position":               `<p style="position:absolute">Å</p>B`,
		"negative margin":        `<p style="margin-left:-9999px">Å</p>B`,
		"huge margin":            `<p style="margin-left:9999px">Å</p>B`,
		"transparent":            `<p style="color: Transparent">Å</p>B`,
		"colour with alpha":      `<p style="color:#0000">Å</p>B`,
		"no size":                `<p style="font-size:0">Å</p>B`,
		"tiny":                   `<p style="font-size:1px">Å</p>B`,
		"a little bigger":        `<p style="font-size:0.01em">Å</p>B`,
		"important":              `<p style="color:red!important">Å</p>B`,
		"a variable":             `<p style="--x:red">Å</p>B`,
		"a style without colon":  `<p style="color">Å</p>B`,
		"title, shown by nobody": `<p title="skjult">Å</p>`,
		"hidden":                 `<p hidden="hidden">Å</p>B`,
		"id":                     `<p id="x">Å</p>`,
		"dir":                    `<p dir="rtl">Å</p>`,
		"class with markup":      `<p class="&quot;&gt;&lt;script">Å</p>`,
		"width of nothing":       `<table width="0"><tr><td>Å</td></tr></table>`,

		// Nothing that is hidden, dropped, moved or read in two ways.
		"a comment":               `Å<!-- skjult -->`,
		"a comment, odd":          `Å<!--> <b>x</b> -->`,
		"a comment, bang":         `Å<!-- x --!><b>y</b>`,
		"a declaration":           `<!DOCTYPE html><p>Å</p>`,
		"a processing":            `<?xml version="1.0"?>Å`,
		"CDATA":                   `<![CDATA[Å]]>`,
		"text in a table":         `<table>Å<tr><td>B</td></tr></table>`,
		"a paragraph in a table":  `<table><p>Å</p><tr><td>B</td></tr></table>`,
		"a cell without a row":    `<table><td>Å</td></table>`,
		"a row without a table":   `<tr><td>Å</td></tr>`,
		"a cell without anything": `<td>Å</td>`,
		"a list in a paragraph":   `<p><ul><li>Å</li></ul></p>`,
		"a heading in a heading":  `<h1><h2>Å</h2></h1>`,
		"a link in a link":        `<a>Å<a>B</a></a>`,
		"an item in an item":      `<ul><li>Å<li>B</li></li></ul>`,
		"a paragraph in one":      `<p>Å<p>B</p></p>`,
		"not closed":              `<b>Å`,
		"closed twice":            `<b>Å</b></b>`,
		"closed out of turn":      `<b><i>Å</b></i>`,
		"closed and never open":   `Å</p>`,
		"an end with attributes":  `<p>Å</p onclick="x">`,
		"a tag cut off":           `Å<p`,
		"an attribute cut off":    `Å<p align="`,
		"an end cut off":          `<p>Å</p`,
		"a bare <":                `1 < 2`,
		"a < at the end":          `1 <`,
		"<>":                      `Å<>`,
		"</>":                     `Å</>`,
		"a reference cut off":     `Å &lt`,
		"a reference run on":      `Å &notit;`,
		"a reference unknown":     `Å &dkeid;`,
		"a reference without end": `Å &#60b&#62`,
		"a bare &#":               `Å &# B`,
		"a reference to nothing":  `Å &#0;`,
		"a reference to a half":   `Å &#xD800;`,
		"beyond Unicode":          `Å &#x110000;`,
		"a reference to a turn":   `Å &#x202E;B`,
		"a reference to a DEL":    `Å &#127;`,
		"an attribute twice":      `<p align="left" align="right">Å</p>`,
		"an attribute alone":      `<table nowrap><tr><td>Å</td></tr></table>`,
		"an attribute unquoted":   `<table border=0><tr><td>Å</td></tr></table>`,
		"a quote in an attribute": `<p class="a"b">Å</p>`,
		"no blank between":        `<p align="left"class="a">Å</p>`,
		"text in head":            `<head>Å</head><p>B</p>`,
		"text in html":            `<html>Å</html>`,
		"an element in html":      `<html><p>Å</p></html>`,
		"an element in head":      `<head><p>Å</p></head>`,
		"two bodies":              `<body>Å</body><body>B</body>`,
		"body in the middle":      `<p>Å</p><body style="color:red"><p>B</p></body>`,
		"body in a paragraph":     `<p><body>Å</body></p>`,
		"html in the middle":      `Å<html></html>`,
		"head in the middle":      `Å<head></head>`,
		"html with attributes":    `<html lang="da"><body>Å</body></html>`,
		"text after body":         `<body>Å</body>B`,
		"an element after html":   `<html><body>Å</body></html><p>B</p>`,
		"title in the middle":     `Å<title>B</title>`,
		"style in a paragraph":    `<p><style>p{color:red}</style>Å</p>`,
		"element in title":        `<title><b>Å</b></title>B`,
		"too deep":                strings.Repeat("<b>", 33) + "Å" + strings.Repeat("</b>", 33),
		"nothing":                 ``,
		"nothing but elements":    `<p> </p>`,
		"nothing but title":       `<title>Å</title>`,
		"nothing but NBSP":        `<p>&nbsp;</p>`,
	} {
		t.Run(name, func(t *testing.T) {
			err := transactiontext.Check(transactiontext.HTML, body, 0)
			refused(t, err, body)
		})
	}
	for name, body := range map[string]string{
		"empty": "", "blank": " \n\u00a0", "not UTF-8": "S\xf8ren", "NUL": "Å\x00", "bell": "Å\a", "escape": "Å\x1b[0m", "C1": "Å\u0085",
		"carriage return": "Å\rB", "turned": "Å\u202eB", "isolate": "\u2066Å", "mark": "\u200fÅ", "byte order mark": "\ufeffÅ",
		"line separator": "Å\u2028B", "no character": "Å\ufffe", "tag": "Å\U000e0041", "zero width": "Å\u200bB", "replacement": "Å\ufffd",
		"private use": "Å\ue000", "too long": strings.Repeat("å", transactiontext.MaxCharacters+1), "far too long": strings.Repeat("å", 1<<20),
	} {
		for _, kind := range []transactiontext.Kind{transactiontext.Plain, transactiontext.HTML} {
			t.Run(name, func(t *testing.T) {
				refused(t, transactiontext.Check(kind, body, 0), body)
			})
		}
	}
	refused(t, transactiontext.Check(2, "Å", 0), "Å Å")
}

func refused(t *testing.T, err error, body string) {
	t.Helper()
	require.Error(t, err)
	assert.Equal(t, fault.InputInvalid, fault.ClassOf(err))
	if len(body) > 3 {
		assert.NotContains(t, err.Error(), body)
	}
	for _, word := range []string{"alert", "evil", "Å", "script"} {
		assert.NotContains(t, err.Error(), word)
	}
}
