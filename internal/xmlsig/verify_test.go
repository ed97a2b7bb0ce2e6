package xmlsig_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/xmlsig"
)

func TestVerifyReadsWhatSignWrote(t *testing.T) {
	v := verifier(stranger().certificate, idp().certificate)
	for name, text := range map[string]string{
		"the root":      signed(t, assertion(), idp()),
		"in a response": response(signed(t, assertion(), idp())),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := verifyAssertion(v, text)
			require.NoError(t, err)
			require.Same(t, idp().certificate, s.Certificate)
			require.True(t, xmlsig.Is(s.Root, spaceAssertion, "Assertion"))
			require.Empty(t, xmlsig.Children(s.Root, spaceSignature, "Signature"))
			require.Contains(t, string(s.Covered), "Åse Ærø Østergård &amp; &lt;søn&gt;")
			require.False(t, strings.Contains(string(s.Covered), "Signature"))
			require.Equal(t, write(t, s.Root), string(s.Covered))
		})
	}
}

// A document can be verified by many at once, and stays as it is.
func TestVerifyLeavesTheDocumentAlone(t *testing.T) {
	d := parse(t, response(signed(t, assertion(), idp())))
	before := write(t, d.Root())
	el, err := xmlsig.One(d.Root(), spaceAssertion, "Assertion")
	require.NoError(t, err)
	v := verifier(idp().certificate)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := v.Verify(d, el)
			assert.NoError(t, err)
		})
	}
	all.Wait()
	require.Equal(t, before, write(t, d.Root()))
}

// The signatures of a response and of its assertion are verified one by one.
func TestVerifyReadsASignedResponseWithASignedAssertion(t *testing.T) {
	d := parse(t, signed(t, response(signed(t, assertion(), idp())), idp()))
	v := verifier(idp().certificate)
	whole, err := v.Verify(d, d.Root())
	require.NoError(t, err)
	require.True(t, xmlsig.Is(whole.Root, spaceProtocol, "Response"))
	require.Empty(t, xmlsig.Children(whole.Root, spaceSignature, "Signature"))
	el, err := xmlsig.One(d.Root(), spaceAssertion, "Assertion")
	require.NoError(t, err)
	part, err := v.Verify(d, el)
	require.NoError(t, err)
	require.True(t, xmlsig.Is(part.Root, spaceAssertion, "Assertion"))
}

// Java writes &#13; at the end of each line of base64, and others indent the lines.
func TestVerifyReadsBase64OfManyLines(t *testing.T) {
	before, value, _ := strings.Cut(signed(t, assertion(), idp()), "<ds:SignatureValue>")
	for _, blank := range []string{"\n", "&#13;\n", " \t", "\r\n  "} {
		_, err := verifyAssertion(verifier(idp().certificate), before+"<ds:SignatureValue>"+blank+value[:76]+blank+value[76:])
		require.NoError(t, err)
	}
}
