package nemlogintest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" // for an assertion that must be refused
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // of RSA-OAEP as rsa-oaep-mgf1p has it
	"encoding/base64"

	"github.com/beevik/etree"
)

// Encryption is how an assertion is encrypted (XML Encryption 1.1).
type Encryption uint8

// The ways.
const (
	// EncryptByMetadata encrypts as the service provider's metadata asks: AES-256-GCM,
	// unless it lists AES-256-CBC and not GCM; and xmlenc11#rsa-oaep with SHA-256, unless
	// it lists rsa-oaep-mgf1p and not that.
	EncryptByMetadata Encryption = iota
	// EncryptGCM is AES-256-GCM and xmlenc11#rsa-oaep with SHA-256 and a named MGF1-SHA256.
	EncryptGCM
	// EncryptGCMWithMGF1P is AES-256-GCM and rsa-oaep-mgf1p with a digest of SHA-1.
	EncryptGCMWithMGF1P
	// EncryptCBC is AES-256-CBC and rsa-oaep-mgf1p with a digest of SHA-1.
	EncryptCBC
	// EncryptAmbiguousAsOpenSSL is AES-256-GCM and rsa-oaep-mgf1p with a digest of SHA-256
	// and MGF1-SHA1, as the standard and OpenSSL have it. Node cannot read it.
	EncryptAmbiguousAsOpenSSL
	// EncryptAmbiguousAsNode is the same with MGF1-SHA256, as Node has it. OpenSSL cannot
	// read it.
	EncryptAmbiguousAsNode
	// EncryptRSA15 is AES-256-CBC and rsa-1_5, which everybody must refuse.
	EncryptRSA15
	// EncryptTripleDES is 3DES and rsa-oaep-mgf1p, which everybody must refuse.
	EncryptTripleDES
	// EncryptNothing leaves the assertion plain, which OIOSAML does not allow.
	EncryptNothing
)

// The algorithms of XML Encryption.
const (
	aes256GCM = nsEncryption11 + "aes256-gcm"
	aes256CBC = nsEncryption + "aes256-cbc"
	tripleDES = nsEncryption + "tripledes-cbc"
	oaepMGF1P = nsEncryption + "rsa-oaep-mgf1p"
	oaep11    = nsEncryption11 + "rsa-oaep"
	rsa15     = nsEncryption + "rsa-1_5"
)

// sealing says how one assertion is encrypted. A tampering changes it.
type sealing struct {
	way    Encryption
	to     *rsa.PublicKey
	beside bool // the EncryptedKey stands beside the EncryptedData, and not in its KeyInfo
	// key and text change the two ciphertexts, and padding the length of the last block's
	// padding (CBC).
	key, text func([]byte) []byte
	padding   func(byte) byte
	// whole changes the finished EncryptedAssertion.
	whole func(*etree.Element)
}

// way returns how metadata wants its assertions.
func (m methods) way() Encryption {
	has := func(algorithm string) bool { return m[algorithm] }
	switch oldKey := has(oaepMGF1P) && !has(oaep11); {
	case has(aes256CBC) && !has(aes256GCM):
		return EncryptCBC
	case oldKey:
		return EncryptGCMWithMGF1P
	}
	return EncryptGCM
}

// methods are the algorithms of EncryptionMethod that metadata lists.
type methods map[string]bool

// seal returns the EncryptedAssertion that holds the assertion.
func (s *sealing) seal(assertion []byte) (*etree.Element, error) {
	dataMethod, size := aes256GCM, 32
	switch s.way {
	case EncryptCBC, EncryptRSA15:
		dataMethod = aes256CBC
	case EncryptTripleDES:
		dataMethod, size = tripleDES, 24
	}
	secret := make([]byte, size)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	text, err := s.encrypt(secret, dataMethod, assertion)
	if err != nil {
		return nil, err
	}
	el := newElement("saml:EncryptedAssertion")
	data := add(el, "xenc:EncryptedData", "xmlns:xenc", nsEncryption, "Type", nsEncryption+"Element")
	add(data, "xenc:EncryptionMethod", "Algorithm", dataMethod)
	into := el
	if !s.beside {
		into = add(data, "ds:KeyInfo", "xmlns:ds", nsSignature)
	}
	addCipher(data, text, s.text)
	if err := s.addKey(into, secret); err != nil {
		return nil, err
	}
	if s.whole != nil {
		s.whole(el)
	}
	return el, nil
}

func (s *sealing) encrypt(secret []byte, method string, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(secret)
	if method == tripleDES {
		block, err = des.NewTripleDESCipher(secret)
	}
	if err != nil {
		return nil, err
	}
	if method == aes256GCM {
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		iv := make([]byte, gcm.NonceSize())
		_, _ = rand.Read(iv)
		return gcm.Seal(iv, iv, plain, nil), nil
	}
	size := block.BlockSize()
	n := byte(size - len(plain)%size)
	padded := append(bytes.Clone(plain), make([]byte, n)...) // XML Encryption 5.2.1: the last byte counts
	if s.padding != nil {
		n = s.padding(n)
	}
	padded[len(padded)-1] = n
	out := make([]byte, size+len(padded))
	_, _ = rand.Read(out[:size])
	cipher.NewCBCEncrypter(block, out[:size]).CryptBlocks(out[size:], padded)
	return out, nil
}

// addKey appends the EncryptedKey.
func (s *sealing) addKey(into *etree.Element, secret []byte) error {
	key := add(into, "xenc:EncryptedKey", "xmlns:xenc", nsEncryption)
	method := add(key, "xenc:EncryptionMethod")
	digest := func(algorithm string) {
		add(method, "ds:DigestMethod", "xmlns:ds", nsSignature, "Algorithm", algorithm)
	}
	var sealed []byte
	var err error
	if s.way == EncryptRSA15 {
		method.CreateAttr("Algorithm", rsa15)
		//lint:ignore SA1019 an adapter must refuse it, so the fake has to make it
		sealed, err = rsa.EncryptPKCS1v15(rand.Reader, s.to, secret)
	} else {
		options := &rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
		switch s.way {
		case EncryptAmbiguousAsOpenSSL, EncryptAmbiguousAsNode:
			method.CreateAttr("Algorithm", oaepMGF1P)
			digest(sha256URI)
			options.Hash = crypto.SHA256
			if s.way == EncryptAmbiguousAsNode {
				options.MGFHash = crypto.SHA256
			}
		case EncryptCBC, EncryptGCMWithMGF1P, EncryptTripleDES:
			method.CreateAttr("Algorithm", oaepMGF1P)
			digest(sha1Digest)
		default:
			method.CreateAttr("Algorithm", oaep11)
			digest(sha256URI)
			add(method, "xenc11:MGF", "xmlns:xenc11", nsEncryption11, "Algorithm", nsEncryption11+"mgf1sha256")
			options.Hash, options.MGFHash = crypto.SHA256, crypto.SHA256
		}
		sealed, err = rsa.EncryptOAEPWithOptions(rand.Reader, s.to, secret, options)
	}
	if err != nil {
		return err
	}
	addCipher(key, sealed, s.key)
	return nil
}

func addCipher(to *etree.Element, text []byte, change func([]byte) []byte) {
	if change != nil {
		text = change(text)
	}
	add(add(to, "xenc:CipherData"), "xenc:CipherValue").SetText(base64.StdEncoding.EncodeToString(text))
}
