package xmlsig

import (
	"crypto/x509"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Anybody can send a list of prefixes of half a megabyte: it is read before the signature.
func TestALongListOfPrefixesIsRefused(t *testing.T) {
	var list strings.Builder
	for i := range 80_000 {
		list.WriteString("p" + strconv.FormatInt(int64(i), 36) + " ")
	}
	data := `<a xmlns="urn:a" ID="_1"><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="` + exclusive + `"><ec:InclusiveNamespaces xmlns:ec="` + exclusive + `" PrefixList="` + list.String() + `"/></ds:CanonicalizationMethod>` +
		`</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature></a>`
	doc, err := Parse([]byte(data))
	require.NoError(t, err)
	v := Verifier{Certificates: []*x509.Certificate{}, ID: "ID"}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = v.Verify(doc, doc.Root())
	runtime.ReadMemStats(&after)
	require.Error(t, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "bytes for a document of %d", len(data))
}
