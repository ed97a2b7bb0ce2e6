package nemlogintest

import (
	"crypto/rsa"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// encryptionTamperings spoil the EncryptedAssertion. Each must be refused with one and the
// same answer, so that nobody learns which of the steps failed.
func encryptionTamperings() []mitidtest.Tampering {
	bad := func(name, doc string, f func(b *mitidtest.Broker, s *sealing)) mitidtest.Tampering {
		return mitidtest.On("encryption-"+name, doc, StageResponse, mitid.ResponseInvalid, func(b *mitidtest.Broker, m *response) { f(b, &m.sealing) })
	}
	way := func(name, doc string, way Encryption) mitidtest.Tampering {
		return bad(name, doc, func(_ *mitidtest.Broker, s *sealing) { s.way = way })
	}
	text := func(name, doc string, way Encryption, f func([]byte) []byte) mitidtest.Tampering {
		return bad(name, doc, func(_ *mitidtest.Broker, s *sealing) { s.way, s.text = way, f })
	}
	key := func(name, doc string, f func([]byte) []byte) mitidtest.Tampering {
		return bad(name, doc, func(_ *mitidtest.Broker, s *sealing) { s.key = f })
	}
	padding := func(name, doc string, f func(byte) byte) mitidtest.Tampering {
		return bad(name, doc, func(_ *mitidtest.Broker, s *sealing) { s.way, s.padding = EncryptCBC, f })
	}
	whole := func(name, doc string, f func(el *etree.Element)) mitidtest.Tampering {
		return bad(name, doc, func(_ *mitidtest.Broker, s *sealing) { s.whole = f })
	}
	flip := func(at func(n int) int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[at(len(b))] ^= 1
			return b
		}
	}
	cut := func(keep func(n int) int) func([]byte) []byte {
		return func(b []byte) []byte { return b[:keep(len(b))] }
	}
	first, last := func(int) int { return 0 }, func(n int) int { return n - 1 }
	nothing, iv, half := func(int) int { return 0 }, func(int) int { return 16 }, func(n int) int { return n / 32 * 16 }
	return []mitidtest.Tampering{
		way("rsa-1-5", "the key is encrypted with rsa-1_5", EncryptRSA15),
		way("3des", "the assertion is encrypted with 3DES", EncryptTripleDES),
		bad("for-other-key", "the assertion is encrypted for another key", func(b *mitidtest.Broker, s *sealing) {
			if public, ok := b.Keys().Active().Certificate.PublicKey.(*rsa.PublicKey); ok {
				s.to = public
			}
		}),
		text("tag-flipped", "a bit of the tag is wrong (GCM)", EncryptGCM, flip(last)),
		text("iv-flipped", "a bit of the initialisation vector is wrong (GCM)", EncryptGCM, flip(first)),
		text("text-flipped", "a bit in the middle is wrong (GCM)", EncryptGCM, flip(half)),
		text("cut", "the ciphertext lacks its last byte (GCM)", EncryptGCM, cut(last)),
		text("cut-to-iv", "the ciphertext is shorter than its initialisation vector and tag (GCM)", EncryptGCM, cut(iv)),
		text("empty", "the ciphertext is empty (GCM)", EncryptGCM, cut(nothing)),
		text("cbc-flipped", "a bit in the middle is wrong (CBC)", EncryptCBC, flip(half)),
		text("cbc-iv-flipped", "a bit of the initialisation vector is wrong (CBC)", EncryptCBC, flip(first)),
		text("cbc-last-block-flipped", "a bit before the last block is wrong (CBC)", EncryptCBC, flip(func(n int) int { return n - 17 })),
		text("cbc-cut-block", "the ciphertext lacks half of its blocks (CBC)", EncryptCBC, cut(half)),
		text("cbc-cut", "the ciphertext lacks its last byte (CBC)", EncryptCBC, cut(last)),
		text("cbc-iv-alone", "the ciphertext is an initialisation vector alone (CBC)", EncryptCBC, cut(iv)),
		text("cbc-empty", "the ciphertext is empty (CBC)", EncryptCBC, cut(nothing)),
		padding("padding-zero", "the padding is 0 bytes long (CBC)", func(byte) byte { return 0 }),
		padding("padding-17", "the padding is longer than a block (CBC)", func(byte) byte { return 17 }),
		padding("padding-255", "the padding is 255 bytes long (CBC)", func(byte) byte { return 255 }),
		padding("padding-short", "the padding says that it is shorter than it is (CBC)", func(n byte) byte {
			if n == 1 {
				return 16 // there is nothing shorter
			}
			return n - 1
		}),
		key("key-flipped", "a bit of the encrypted key is wrong", flip(last)),
		key("key-cut", "the encrypted key lacks its last byte", cut(last)),
		key("key-empty", "the encrypted key is empty", cut(nothing)),
		key("key-long", "the encrypted key is followed by a byte", func(b []byte) []byte { return append(b, 0) }),
		whole("missing-key", "there is no EncryptedKey", func(el *etree.Element) { remove(find(el, "EncryptedKey")) }),
		whole("two-keys", "there are two EncryptedKeys", func(el *etree.Element) { twice(find(el, "EncryptedKey")) }),
		whole("missing-data", "there is no EncryptedData", func(el *etree.Element) { remove(find(el, "EncryptedData")) }),
		whole("two-data", "there are two EncryptedData", func(el *etree.Element) { twice(find(el, "EncryptedData")) }),
		whole("missing-method", "there is no EncryptionMethod", func(el *etree.Element) { remove(find(el, "EncryptionMethod")) }),
		whole("unknown-method", "the EncryptionMethod is one that nobody knows", func(el *etree.Element) {
			find(el, "EncryptionMethod").CreateAttr("Algorithm", "urn:dk:ærø:rot13")
		}),
		whole("reference", "the ciphertext is at an address", func(el *etree.Element) {
			v := find(el, "CipherValue")
			add(v.Parent(), "xenc:CipherReference", "URI", "http://evil.example/cipher")
			remove(v)
		}),
		whole("key-elsewhere", "the key is at an address", func(el *etree.Element) {
			key := find(el, "EncryptedKey")
			info := key.Parent()
			info.RemoveChild(key)
			add(info, "ds:RetrievalMethod", "URI", "http://evil.example/key")
		}),
		whole("no-base64", "the ciphertext is no Base64", func(el *etree.Element) { find(el, "CipherValue").SetText("æøå") }),
		whole("unknown-mask", "the mask generation function is one that nobody knows", func(el *etree.Element) {
			add(find(find(el, "EncryptedKey"), "EncryptionMethod"), "xenc11:MGF", "xmlns:xenc11", nsEncryption11, "Algorithm", nsEncryption11+"mgf1md5")
		}),
	}
}
