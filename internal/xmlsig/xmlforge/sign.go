package xmlforge

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"slices"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	spaceSignature = dsig.Namespace
	hmacSHA256     = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
	digestSHA1     = "http://www.w3.org/2000/09/xmldsig#sha1"
	digestSHA256   = "http://www.w3.org/2001/04/xmlenc#sha256"
)

// Sign returns a copy of el, which must be in no other element, with a signature whose
// SignedInfo change has edited before the digests were computed. The digests and the
// value follow the algorithms that SignedInfo then names; transforms that are not known
// are passed over. The Signature stands last.
func Sign(el *etree.Element, key *rsa.PrivateKey, certificate *x509.Certificate, change func(info *etree.Element)) (*etree.Element, error) {
	signed := el.Copy()
	signature := etree.NewElement("ds:Signature")
	signature.CreateAttr("xmlns:ds", spaceSignature)
	info := signature.CreateElement("ds:SignedInfo")
	addAlgorithm(info, "CanonicalizationMethod", string(dsig.CanonicalXML10ExclusiveAlgorithmId))
	addAlgorithm(info, "SignatureMethod", dsig.RSASHA256SignatureMethod)
	AddReference(info, "#"+el.SelectAttrValue(idAttribute(el), ""))
	change(info)
	for _, reference := range info.SelectElements("Reference") {
		if err := fillDigest(reference, el); err != nil {
			return nil, err
		}
	}
	alone := info.Copy()
	alone.CreateAttr("xmlns:ds", spaceSignature)
	data, err := canonical(algorithm(info, "CanonicalizationMethod"), alone)
	if err != nil {
		return nil, err
	}
	value, err := sign(algorithm(info, "SignatureMethod"), data, key, certificate)
	if err != nil {
		return nil, err
	}
	signature.CreateElement("ds:SignatureValue").SetText(base64.StdEncoding.EncodeToString(value))
	signature.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(certificate.Raw))
	signed.AddChild(signature)
	return signed, nil
}

// AddReference adds a Reference to uri with the two usual transforms and SHA-256.
func AddReference(info *etree.Element, uri string) {
	reference := info.CreateElement("ds:Reference")
	reference.CreateAttr("URI", uri)
	transforms := reference.CreateElement("ds:Transforms")
	addAlgorithm(transforms, "Transform", string(dsig.EnvelopedSignatureAltorithmId))
	addAlgorithm(transforms, "Transform", string(dsig.CanonicalXML10ExclusiveAlgorithmId))
	addAlgorithm(reference, "DigestMethod", digestSHA256)
	reference.CreateElement("ds:DigestValue")
}

func addAlgorithm(el *etree.Element, name, algorithm string) {
	el.CreateElement("ds:"+name).CreateAttr("Algorithm", algorithm)
}

func algorithm(el *etree.Element, name string) string {
	if child := el.SelectElement(name); child != nil {
		return child.SelectAttrValue("Algorithm", "")
	}
	return ""
}

func fillDigest(reference, el *etree.Element) error {
	method := string(dsig.CanonicalXML10RecAlgorithmId) // what no canonicalization means
	for _, t := range reference.FindElements("Transforms/Transform") {
		if named := t.SelectAttrValue("Algorithm", ""); slices.Contains(known(), named) {
			method = named
		}
	}
	data, err := canonical(method, el.Copy())
	if err != nil {
		return err
	}
	hash := crypto.SHA256
	if algorithm(reference, "DigestMethod") == digestSHA1 {
		hash = crypto.SHA1
	}
	h := hash.New()
	h.Write(data)
	reference.SelectElement("DigestValue").SetText(base64.StdEncoding.EncodeToString(h.Sum(nil)))
	return nil
}

// known returns the canonicalizations that are computed.
func known() []string {
	return []string{
		string(dsig.CanonicalXML10ExclusiveAlgorithmId), string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId),
		string(dsig.CanonicalXML10RecAlgorithmId), string(dsig.CanonicalXML11AlgorithmId),
	}
}

func canonical(method string, el *etree.Element) ([]byte, error) {
	switch dsig.AlgorithmID(method) {
	case dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId:
		return dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList("").Canonicalize(el)
	case dsig.CanonicalXML10RecAlgorithmId:
		return dsig.MakeC14N10RecCanonicalizer().Canonicalize(el)
	case dsig.CanonicalXML11AlgorithmId:
		return dsig.MakeC14N11Canonicalizer().Canonicalize(el)
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(el)
}

// sign returns the value of a signature. The secret of HMAC is the certificate's public
// key as a PEM file, which everybody has.
func sign(method string, data []byte, key *rsa.PrivateKey, certificate *x509.Certificate) ([]byte, error) {
	hash := crypto.SHA256
	switch method {
	case dsig.RSASHA256SignatureMethod:
	case dsig.RSASHA1SignatureMethod:
		hash = crypto.SHA1
	case hmacSHA256:
		public, err := x509.MarshalPKIXPublicKey(certificate.PublicKey)
		if err != nil {
			return nil, err
		}
		mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
		mac.Write(data)
		return mac.Sum(nil), nil
	default:
		return nil, errors.New("xmlforge: the signature algorithm is not known")
	}
	h := hash.New()
	h.Write(data)
	return rsa.SignPKCS1v15(nil, key, hash, h.Sum(nil))
}
