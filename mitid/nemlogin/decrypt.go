package nemlogin

import (
	"crypto/rand"
	"slices"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// The algorithms that are read (XML Encryption 1.1 section 5). OIOSAML Web SSO 3.0.3
// demands AES-256-GCM and RSA-OAEP, and NemLog-in steps down to AES-256-CBC where the
// metadata lists it. rsa-1_5 and 3DES are refused before anything is decrypted.
const (
	aes256GCM = nsXenc11 + "aes256-gcm"
	aes256CBC = nsXenc + "aes256-cbc"
	oaepMGF1P = nsXenc + "rsa-oaep-mgf1p"
	oaep11    = nsXenc11 + "rsa-oaep"

	contentKeySize = 32 // bytes, of both ciphers
)

// digests and masks are what RSA-OAEP may be used with. SHA-1 signs nothing here. As the
// hash of OAEP it is sound, and is what mgf1p prescribes for the mask.
var (
	digests = []string{nsDsig + "sha1", nsXenc + "sha256", nsXenc + "sha512", "http://www.w3.org/2001/04/xmldsig-more#sha384"}
	masks   = []string{nsXenc11 + "mgf1sha1", nsXenc11 + "mgf1sha256", nsXenc11 + "mgf1sha384", nsXenc11 + "mgf1sha512"}
)

// undecryptable is the one answer to every assertion that does not decrypt, whatever the
// reason: who sends crafted ciphertexts must learn nothing from the answers (XML Encryption
// 1.1 section 6.1.2).
func undecryptable() error {
	return fault.New(fault.ResponseInvalid, "the assertion cannot be decrypted and verified; see Config.Keys for the key that it was encrypted for, and Config.IdP for the keys that may sign")
}

// An envelope is an EncryptedAssertion whose form and algorithms are admitted. key and data
// are built anew and hold what was read, and nothing else of the message.
type envelope struct {
	key, data *etree.Element // an EncryptedKey and an EncryptedData, without each other
	gcm       bool           // the cipher shows whether the ciphertext was changed
}

// readEnvelope reads an EncryptedAssertion (SAML Core section 2.3.4). The one EncryptedKey
// is in the EncryptedData's KeyInfo or beside the EncryptedData.
func readEnvelope(el *etree.Element) (*envelope, error) {
	data, err := xmlsig.One(el, nsXenc, "EncryptedData")
	if err != nil {
		return nil, err
	}
	keys := xmlsig.Children(el, nsXenc, "EncryptedKey")
	for _, info := range xmlsig.Children(data, nsDsig, "KeyInfo") {
		keys = append(keys, xmlsig.Children(info, nsXenc, "EncryptedKey")...)
	}
	if len(keys) != 1 {
		return nil, fault.New(fault.ResponseInvalid, "the EncryptedAssertion has not exactly one EncryptedKey")
	}
	e := new(envelope)
	if e.data, err = rebuild(data, "EncryptedData", aes256GCM, aes256CBC); err != nil {
		return nil, err
	}
	if e.key, err = rebuild(keys[0], "EncryptedKey", oaepMGF1P, oaep11); err != nil {
		return nil, err
	}
	e.gcm = e.data.ChildElements()[0].SelectAttrValue("Algorithm", "") == aes256GCM
	return e, nil
}

// rebuild returns a new element local with the method and the ciphertext of el. It returns
// an error unless the method is one of admitted.
func rebuild(el *etree.Element, local string, admitted ...string) (*etree.Element, error) {
	method, err := xmlsig.One(el, nsXenc, "EncryptionMethod")
	if err != nil {
		return nil, err
	}
	algorithm, _ := xmlsig.Attr(method, "Algorithm")
	if !slices.Contains(admitted, algorithm) {
		return nil, fault.New(fault.ResponseInvalid, "the assertion is encrypted with another algorithm than AES-256-GCM or AES-256-CBC with RSA-OAEP")
	}
	cipherData, err := xmlsig.One(el, nsXenc, "CipherData")
	if err != nil {
		return nil, err
	}
	value, err := xmlsig.One(cipherData, nsXenc, "CipherValue")
	if err != nil {
		return nil, err
	}
	ciphertext, err := xmlsig.Text(value)
	if err != nil {
		return nil, err
	}
	built := etree.NewElement(local)
	builtMethod := built.CreateElement("EncryptionMethod")
	builtMethod.CreateAttr("Algorithm", algorithm)
	if err := addParameters(builtMethod, method, algorithm); err != nil {
		return nil, err
	}
	built.CreateElement("CipherData").CreateElement("CipherValue").SetText(ciphertext)
	return built, nil
}

// addParameters copies the parameters of an EncryptionMethod: the digest, and with oaep11
// the mask generation function. Others, such as OAEPparams, are refused.
func addParameters(into, method *etree.Element, algorithm string) error {
	for _, p := range method.ChildElements() {
		value, _ := xmlsig.Attr(p, "Algorithm")
		isDigest := xmlsig.Is(p, nsDsig, "DigestMethod") && slices.Contains(digests, value)
		isMask := xmlsig.Is(p, nsXenc11, "MGF") && slices.Contains(masks, value) && algorithm == oaep11
		if !isDigest && !isMask || into.SelectElement(p.Tag) != nil || algorithm != oaepMGF1P && algorithm != oaep11 {
			return fault.New(fault.ResponseInvalid, "the assertion is encrypted with parameters that are not admitted")
		}
		into.CreateElement(p.Tag).CreateAttr("Algorithm", value)
	}
	return nil
}

// decrypt returns the XML of the assertion, or nil if e does not decrypt. It does the same
// work in every case: each key is tried, and a content key that is not there is replaced
// with a random one.
func (b *Broker) decrypt(e *envelope) []byte {
	contentKey := make([]byte, contentKeySize)
	_, _ = rand.Read(contentKey) // never fails (crypto/rand)
	for _, k := range b.keys() {
		if found, err := xmlenc.Decrypt(k.Key, e.key); err == nil && len(found) == contentKeySize {
			contentKey = found
		}
	}
	plain, err := xmlenc.Decrypt(contentKey, e.data)
	if err != nil {
		return nil
	}
	return plain
}
