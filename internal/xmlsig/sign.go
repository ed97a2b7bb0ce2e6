package xmlsig

import (
	"crypto/rsa"
	"crypto/x509"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/dkeid/dkeid/internal/fault"
)

// Sign returns a copy of el with an enveloped RSA-SHA256 signature that refers to el by
// its attribute id ("ID" or "AssertionID"). The Signature stands after the element Issuer
// (SAML 2.0) if there is one, and otherwise last (SAML 1.1). Fakes and tests use it.
//
// The copy declares every namespace that is in scope at el, so that it means the same
// wherever it is put.
func Sign(el *etree.Element, id string, key *rsa.PrivateKey, certificate *x509.Certificate) (*etree.Element, error) {
	if value, ok := Attr(el, id); !ok || value == "" {
		return nil, fault.New(fault.InputInvalid, "the element to sign has no ID")
	}
	ctx, err := dsig.NewSigningContext(key, [][]byte{certificate.Raw})
	if err != nil {
		return nil, err
	}
	ctx.IdAttribute = id
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	sig, err := ctx.ConstructSignature(detach(el, nil), true)
	if err != nil {
		return nil, err
	}
	signed := detach(el, nil)
	for i, child := range signed.Child {
		if child, ok := child.(*etree.Element); ok && child.Tag == "Issuer" {
			signed.InsertChildAt(i+1, sig)
			return signed, nil
		}
	}
	signed.AddChild(sig)
	return signed, nil
}
