package nemlogin

import (
	"encoding/base64"

	"github.com/beevik/etree"
)

// addKey adds the certificate of k to role.
func addKey(role *etree.Element, use string, k KeyPair, cbc bool) {
	key := role.CreateElement("md:KeyDescriptor")
	key.CreateAttr("use", use)
	certificate := key.CreateElement("ds:KeyInfo").CreateElement("ds:X509Data").CreateElement("ds:X509Certificate")
	certificate.SetText(base64.StdEncoding.EncodeToString(k.Certificate.Raw))
	if use == "encryption" {
		addEncryptionMethods(key, cbc)
	}
}

// addEncryptionMethods says how assertions may be encrypted (SAML Metadata 2.0 section
// 2.4.1.1). NemLog-in sends AES-256-GCM, unless the list names AES-256-CBC and
// rsa-oaep-mgf1p (Digitaliseringsstyrelsen, news 6072243). Therefore AES-256-CBC is
// named only where it is wanted. Any digest and mask are read, so none is named: the
// schema of XML Encryption 1.1, which has the mask, is not in every validator.
func addEncryptionMethods(key *etree.Element, cbc bool) {
	if cbc {
		addMethod(key, aes256CBC)
		addMethod(key, oaepMGF1P)
		return
	}
	addMethod(key, aes256GCM)
	addMethod(key, oaep11)
	addMethod(key, oaepMGF1P)
}

func addMethod(key *etree.Element, algorithm string) {
	key.CreateElement("md:EncryptionMethod").CreateAttr("Algorithm", algorithm)
}
