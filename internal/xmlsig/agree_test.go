package xmlsig

import (
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"
)

// No document is known that the two readers read differently. So each reads another one
// here.
func TestTwoReadersDisagree(t *testing.T) {
	const text = `<a x:b="1" c="æ"><d>e</d> <f/></a>`
	for name, other := range map[string]string{
		"name":             `<b x:b="1" c="æ"><d>e</d> <f/></b>`,
		"prefix":           `<x:a x:b="1" c="æ"><d>e</d> <f/></x:a>`,
		"attribute more":   `<a x:b="1" c="æ" g=""><d>e</d> <f/></a>`,
		"attribute less":   `<a x:b="1"><d>e</d> <f/></a>`,
		"no attributes":    `<a><d>e</d> <f/></a>`,
		"attribute value":  `<a x:b="1" c="ø"><d>e</d> <f/></a>`,
		"attribute name":   `<a x:b="1" d="æ"><d>e</d> <f/></a>`,
		"attribute prefix": `<a y:b="1" c="æ"><d>e</d> <f/></a>`,
		"attribute order":  `<a c="æ" x:b="1"><d>e</d> <f/></a>`,
		"attribute inside": `<a x:b="1" c="æ"><d>e</d> <f c=""/></a>`,
		"text":             `<a x:b="1" c="æ"><d>f</d> <f/></a>`,
		"text more":        `<a x:b="1" c="æ"><d>e</d> <f> </f></a>`,
		"text less":        `<a x:b="1" c="æ"><d>e</d><f/></a>`,
		"no text":          `<a x:b="1" c="æ"><d></d> <f/></a>`,
		"element more":     `<a x:b="1" c="æ"><d>e</d> <f/><f/></a>`,
		"element less":     `<a x:b="1" c="æ"><d>e</d> </a>`,
		"element further":  `<a x:b="1" c="æ"><d>e<f/></d> </a>`,
		"blank around":     `<a x:b="1" c="æ"><d>e</d> <f/></a> `,
	} {
		t.Run(name, func(t *testing.T) {
			for _, pair := range [][2]string{{text, other}, {other, text}} {
				tree := etree.NewDocument()
				require.NoError(t, tree.ReadFromString(pair[0]))
				require.NoError(t, (&scanner{data: []byte(pair[0]), tree: newCursor(tree)}).scan())
				err := (&scanner{data: []byte(pair[1]), tree: newCursor(tree)}).scan()
				require.ErrorContains(t, err, "two readers")
			}
		})
	}
}

// etree must not have taken markup for text, or text for markup.
func TestTwoReadersDisagreeOnMarkup(t *testing.T) {
	for name, token := range map[string]etree.Token{
		"comment": etree.NewComment("x"), "CDATA": etree.NewCData("x"), "instruction": etree.NewProcInst("x", ""), "element": etree.NewElement("x"),
	} {
		t.Run(name, func(t *testing.T) {
			tree := etree.NewDocument()
			tree.CreateElement("a").AddChild(token)
			err := (&scanner{data: []byte("<a>x</a>"), tree: newCursor(tree)}).scan()
			require.ErrorContains(t, err, "two readers")
		})
	}
}
