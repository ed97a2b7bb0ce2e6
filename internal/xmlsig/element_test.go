package xmlsig_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

func TestElementsAreReadByNamespaceAndName(t *testing.T) {
	root := parse(t, `<a xmlns="urn:a" xmlns:x="urn:x" xmlns:y="urn:a" Navn="Åse" x:Navn="Ib">
		<b>æøå</b><x:b>fremmed</x:b><y:c> en &amp; to </y:c><b xmlns="">ingen</b><d><b/></d><e/><f/><f/></a>`).Root()
	require.True(t, xmlsig.Is(root, "urn:a", "a"))
	require.False(t, xmlsig.Is(root, "urn:a", "A"))
	require.False(t, xmlsig.Is(root, "urn:x", "a"))
	require.False(t, xmlsig.Is(root, "", "a"))

	require.Len(t, xmlsig.Children(root, "urn:a", "b"), 1)
	require.Len(t, xmlsig.Children(root, "urn:a", "f"), 2)
	require.Empty(t, xmlsig.Children(root, "urn:a", "g"))

	for name, c := range map[string]struct{ space, local, want string }{
		"default namespace": {"urn:a", "b", "æøå"},
		"prefix":            {"urn:x", "b", "fremmed"},
		"another prefix":    {"urn:a", "c", " en & to "},
		"no namespace":      {"", "b", "ingen"},
		"no text":           {"urn:a", "e", ""},
	} {
		t.Run(name, func(t *testing.T) {
			el, err := xmlsig.One(root, c.space, c.local)
			require.NoError(t, err)
			same, err := xmlsig.Optional(root, c.space, c.local)
			require.NoError(t, err)
			require.Same(t, el, same)
			text, err := xmlsig.Text(el)
			require.NoError(t, err)
			require.Equal(t, c.want, text)
		})
	}

	_, err := xmlsig.One(root, "urn:a", "g")
	requireClass(t, fault.ResponseInvalid, err)
	require.ErrorContains(t, err, "g is missing")
	none, err := xmlsig.Optional(root, "urn:a", "g")
	require.NoError(t, err)
	require.Nil(t, none)
	_, err = xmlsig.One(root, "urn:a", "f")
	requireClass(t, fault.ResponseInvalid, err)
	require.ErrorContains(t, err, "f is there more than once")
	_, err = xmlsig.Optional(root, "urn:a", "f")
	requireClass(t, fault.ResponseInvalid, err)

	el, err := xmlsig.One(root, "urn:a", "d")
	require.NoError(t, err)
	_, err = xmlsig.Text(el)
	requireClass(t, fault.ResponseInvalid, err)

	value, ok := xmlsig.Attr(root, "Navn")
	require.True(t, ok)
	require.Equal(t, "Åse", value)
	for _, local := range []string{"navn", "x:Navn", "xmlns", "x", "xmlns:x"} {
		_, ok = xmlsig.Attr(root, local)
		require.False(t, ok, local)
	}
}
