package xmlsig_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

func TestSignPutsTheSignatureWhereTheSchemaHasIt(t *testing.T) {
	for name, c := range map[string]struct{ text, id, want string }{
		"SAML 2.0, after Issuer": {`<a ID="_1"><Issuer>i</Issuer><b/></a>`, "ID", "Issuer Signature b"},
		"blanks between":         {"<a ID=\"_1\">\n <Issuer>i</Issuer>\n <b/>\n</a>", "ID", "Issuer Signature b"},
		"SAML 1.1, last":         {`<a AssertionID="TI2-1"><b/><c/></a>`, "AssertionID", "b c Signature"},
		"no children":            {`<a ID="_1"/>`, "ID", "Signature"},
	} {
		t.Run(name, func(t *testing.T) {
			el := parse(t, c.text).Root()
			before := write(t, el)
			s, err := xmlsig.Sign(el, c.id, idp().key, idp().certificate)
			require.NoError(t, err)
			require.Equal(t, before, write(t, el), "the element itself has changed")
			var order []string
			for _, child := range s.ChildElements() {
				order = append(order, child.Tag)
			}
			require.Equal(t, c.want, strings.Join(order, " "))

			d := parse(t, write(t, s))
			v := verifier(idp().certificate)
			v.ID = c.id
			read, err := v.Verify(d, d.Root())
			require.NoError(t, err)
			require.Equal(t, before, string(read.Covered))
			v.ID = map[string]string{"ID": "AssertionID", "AssertionID": "ID"}[c.id]
			_, err = v.Verify(d, d.Root())
			requireClass(t, fault.SignatureInvalid, err)
		})
	}
}

// An assertion that takes its namespaces from the response is signed as it stands there,
// and can be taken out.
func TestSignTakesNamespacesAlong(t *testing.T) {
	d := parse(t, `<r xmlns="urn:r" xmlns:x="urn:x" xmlns:y="urn:y"><x:a ID="_1"><b y:c="æ"/></x:a></r>`)
	s, err := xmlsig.Sign(d.Root().ChildElements()[0], "ID", idp().key, idp().certificate)
	require.NoError(t, err)
	alone := parse(t, write(t, s))
	read, err := verifier(idp().certificate).Verify(alone, alone.Root())
	require.NoError(t, err)
	require.Equal(t, `<x:a xmlns:x="urn:x" ID="_1"><b xmlns="urn:r" xmlns:y="urn:y" y:c="æ"></b></x:a>`, string(read.Covered))
}

func TestSignRefusesAnElementWithoutID(t *testing.T) {
	for _, text := range []string{"<a/>", `<a ID=""/>`, `<a Id="_1"/>`} {
		_, err := xmlsig.Sign(parse(t, text).Root(), "ID", idp().key, idp().certificate)
		requireClass(t, fault.InputInvalid, err)
	}
}
