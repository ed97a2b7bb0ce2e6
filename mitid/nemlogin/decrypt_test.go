package nemlogin

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// paths inside an EncryptedAssertion
const (
	dataMethod  = "./EncryptedData/EncryptionMethod"
	dataValue   = "./EncryptedData/CipherData/CipherValue"
	keyElement  = "./EncryptedData/KeyInfo/EncryptedKey"
	keyMethod   = keyElement + "/EncryptionMethod"
	keyValue    = keyElement + "/CipherData/CipherValue"
	methodSHA1  = nsDsig + "sha1"
	methodSHA2  = nsXenc + "sha256"
	mgfSHA1     = nsXenc11 + "mgf1sha1"
	mgfSHA256   = nsXenc11 + "mgf1sha256"
	tripleDES   = nsXenc + "tripledes-cbc"
	rsaPKCS1v15 = nsXenc + "rsa-1_5"
)

// cbc encrypts as NemLog-in does where the metadata asks for AES-256-CBC.
func cbc(w *answer) { w.encryption = encryption(xmlenc.OAEP(), xmlenc.AES256CBC, xmlenc.SHA1) }

// gcm encrypts as NemLog-in does by default.
func gcm(w *answer) { w.encryption = encryption(xmlenc.OAEP_SHA256(), xmlenc.AES256GCM, xmlenc.SHA256) }

// besideTheData puts the EncryptedKey beside the EncryptedData.
func besideTheData(w *answer) {
	w.encrypted = func(el *etree.Element) {
		key := el.FindElement(keyElement)
		key.CreateAttr("xmlns:ds", nsDsig)
		remove(el, "./EncryptedData/KeyInfo")
		el.AddChild(key)
	}
}

func algorithm(path, value string) func(*answer) {
	return func(w *answer) {
		w.encrypted = func(el *etree.Element) { el.FindElement(path).CreateAttr("Algorithm", value) }
	}
}

// both runs change after each of the two ciphers.
func both(change func(*answer)) map[string]func(*answer) {
	return map[string]func(*answer){
		"GCM": func(w *answer) { gcm(w); change(w) },
		"CBC": func(w *answer) { cbc(w); change(w) },
	}
}

func TestEveryAdmittedAlgorithmIsRead(t *testing.T) {
	transports := map[string]func(*answer){
		"GCM, OAEP with SHA-256 and its mask": gcm,
		"CBC, OAEP with SHA-1":                cbc,
		"GCM, mgf1p without a digest": func(w *answer) {
			w.encryption = encryption(xmlenc.OAEP(), xmlenc.AES256GCM, xmlenc.SHA1)
			w.encrypted = func(el *etree.Element) { remove(el, keyMethod+"/DigestMethod") }
		},
		"GCM, mgf1p with SHA-256":  func(w *answer) { w.encryption = encryption(xmlenc.OAEP(), xmlenc.AES256GCM, xmlenc.SHA256) },
		"GCM, OAEP with SHA-512":   func(w *answer) { w.encryption = encryption(xmlenc.OAEP_SHA512(), xmlenc.AES256GCM, xmlenc.SHA512) },
		"GCM, OAEP without a mask": func(w *answer) { w.encrypted = func(el *etree.Element) { remove(el, keyMethod+"/MGF") } },
		"the key beside the data":  besideTheData,
		"no KeyInfo in the key": func(w *answer) {
			w.encrypted = func(el *etree.Element) { remove(el, keyElement+"/KeyInfo") }
		},
		"the certificate of another key in the key's KeyInfo": func(w *answer) {
			w.encrypted = func(el *etree.Element) {
				el.FindElement(keyElement + "/KeyInfo/X509Data/X509Certificate").SetText(base64.StdEncoding.EncodeToString(pairs("ond").Certificate.Raw))
			}
		},
		"lines of 76": func(w *answer) {
			w.encrypted = func(el *etree.Element) {
				value, lines := el.FindElement(dataValue), ""
				for chunk := range slices.Chunk([]byte(value.Text()), 76) {
					lines += string(chunk) + "\n"
				}
				value.SetText("\n" + lines)
			}
		},
	}
	for name, change := range transports {
		t.Run(name, func(t *testing.T) {
			_, err := loginWith(t, mitid.Request{}, change)
			require.NoError(t, err)
		})
	}
}

func TestAnotherAlgorithmIsRefused(t *testing.T) {
	response := mitid.ErrResponseInvalid
	add := func(path, child, value string) func(*answer) {
		return func(w *answer) {
			w.encrypted = func(el *etree.Element) {
				method := el.FindElement(path)
				child := method.CreateElement(child)
				child.CreateAttr("xmlns:ds", nsDsig)
				child.CreateAttr("xmlns:xenc11", nsXenc11)
				child.CreateAttr("Algorithm", value)
			}
		}
	}
	refuse(t, []spoilt{
		{"3DES", algorithm(dataMethod, tripleDES), response},
		{"AES-128-CBC", algorithm(dataMethod, nsXenc+"aes128-cbc"), response},
		{"AES-192-GCM", algorithm(dataMethod, nsXenc11+"aes192-gcm"), response},
		{"no algorithm", algorithm(dataMethod, ""), response},
		{"rsa-1_5", algorithm(keyMethod, rsaPKCS1v15), response},
		{"a block cipher for the key", algorithm(keyMethod, aes256CBC), response},
		{"a key wrap", algorithm(keyMethod, nsXenc+"kw-aes256"), response},
		{"RIPEMD-160", algorithm(keyMethod+"/DigestMethod", nsXenc+"ripemd160"), response},
		{"two digests", add(keyMethod, "ds:DigestMethod", methodSHA1), response},
		{"a mask with mgf1p", add(keyMethod, "xenc11:MGF", mgfSHA1), response},
		{"a mask that nobody knows", add(keyMethod, "xenc11:MGF", "urn:x"), response},
		{"a parameter of the cipher", add(dataMethod, "ds:DigestMethod", methodSHA2), response},
		{"OAEPparams", func(w *answer) {
			w.encrypted = func(el *etree.Element) { el.FindElement(keyMethod).CreateElement("xenc:OAEPparams").SetText("AAAA") }
		}, response},
		{"no EncryptionMethod", func(w *answer) { w.encrypted = func(el *etree.Element) { remove(el, dataMethod) } }, response},
		{"two EncryptionMethods", func(w *answer) {
			w.encrypted = func(el *etree.Element) {
				el.SelectElement("EncryptedData").AddChild(el.FindElement(dataMethod).Copy())
			}
		}, response},
		{"no EncryptedKey", func(w *answer) { w.encrypted = func(el *etree.Element) { remove(el, keyElement) } }, response},
		{"two EncryptedKeys", func(w *answer) {
			w.encrypted = func(el *etree.Element) { el.AddChild(el.FindElement(keyElement).Copy()) }
		}, response},
		{"two EncryptedData", func(w *answer) {
			w.encrypted = func(el *etree.Element) { el.AddChild(el.SelectElement("EncryptedData").Copy()) }
		}, response},
		{"a reference to the ciphertext", func(w *answer) {
			w.encrypted = func(el *etree.Element) {
				remove(el, dataValue)
				el.FindElement("./EncryptedData/CipherData").CreateElement("xenc:CipherReference").CreateAttr("URI", "http://localhost/")
			}
		}, response},
	})
	refuse(t, []spoilt{{"another mask than the one used", func(w *answer) {
		gcm(w)
		w.encrypted = func(el *etree.Element) { el.FindElement(keyMethod+"/MGF").CreateAttr("Algorithm", mgfSHA1) }
	}, response}})
}

// editBytes decodes the ciphertext at path, changes it and encodes it again.
func editBytes(path string, edit func([]byte) []byte) func(*answer) {
	return func(w *answer) {
		w.encrypted = func(el *etree.Element) {
			value := el.FindElement(path)
			raw, err := base64.StdEncoding.DecodeString(value.Text())
			if err != nil {
				panic(err)
			}
			value.SetText(base64.StdEncoding.EncodeToString(edit(raw)))
		}
	}
}

// undecryptables are answers that do not decrypt, each for another reason.
func undecryptables() map[string]func(*answer) {
	flip := func(from int) func([]byte) []byte {
		return func(raw []byte) []byte {
			raw[(from+len(raw))%len(raw)] ^= 1
			return raw
		}
	}
	return map[string]func(*answer){
		"another key":             func(w *answer) { w.to = pairs("ond") },
		"the key changed":         editBytes(keyValue, flip(40)),
		"the key cut short":       editBytes(keyValue, func(raw []byte) []byte { return raw[:100] }),
		"the key of another size": func(w *answer) { w.encrypted = shortContentKey },
		"a random key":            editBytes(keyValue, func(raw []byte) []byte { _, _ = rand.Read(raw[1:]); raw[0] = 0; return raw }),
		"the first block changed": editBytes(dataValue, flip(0)),
		"the middle changed":      editBytes(dataValue, flip(1000)),
		"the padding changed":     editBytes(dataValue, flip(-17)),
		"the last block changed":  editBytes(dataValue, flip(-1)),
		"a block cut off":         editBytes(dataValue, func(raw []byte) []byte { return raw[:len(raw)-16] }),
		"cut within a block":      editBytes(dataValue, func(raw []byte) []byte { return raw[:len(raw)-7] }),
		"one block":               editBytes(dataValue, func(raw []byte) []byte { return raw[:16] }),
		"no block":                editBytes(dataValue, func(raw []byte) []byte { return raw[:0] }),
		"no Base64": func(w *answer) {
			w.encrypted = func(el *etree.Element) { el.FindElement(dataValue).SetText("blåbær") }
		},
		"read as the other cipher": relabel,
		"the plaintext cut short":  func(w *answer) { w.plain = func(raw []byte) []byte { return raw[:len(raw)-1] } },
		"the plaintext no XML":     func(w *answer) { w.plain = func([]byte) []byte { return []byte("blåbær") } },
		"the plaintext not signed": func(w *answer) { w.plain = replace("<ds:Signature", "<ds:Signatur") },
	}
}

// shortContentKey encrypts a content key of 16 bytes.
func shortContentKey(el *etree.Element) {
	e := xmlenc.OAEP()
	e.BlockCipher = xmlenc.AES128GCM
	other, err := e.Encrypt(pairs("sp").Certificate, []byte("x"), nil)
	if err != nil {
		panic(err)
	}
	el.FindElement(keyValue).SetText(other.FindElement("./KeyInfo/EncryptedKey/CipherData/CipherValue").Text())
	el.FindElement(keyMethod+"/DigestMethod").CreateAttr("Algorithm", methodSHA2)
}

// relabel names the other cipher.
func relabel(w *answer) {
	w.encrypted = func(el *etree.Element) {
		method := el.FindElement(dataMethod)
		to := map[string]string{aes256GCM: aes256CBC, aes256CBC: aes256GCM}
		method.CreateAttr("Algorithm", to[method.SelectAttrValue("Algorithm", "")])
	}
}

// With CBC, which does not protect the ciphertext, every failure gives one and the same
// error: also what decrypts and is no XML, or is not signed. With GCM, what decrypts comes
// from somebody who knows the plaintext, and may be told what is wrong with it.
func TestWhatDoesNotDecryptGetsOneAnswer(t *testing.T) {
	const one = "mitid: complete (nemlogin): ResponseInvalid: the assertion cannot be decrypted and verified; see Config.Keys for the key that it was encrypted for, and Config.IdP for the keys that may sign"
	for cipher, encrypt := range both(func(*answer) {}) {
		for name, change := range undecryptables() {
			t.Run(cipher+"/"+name, func(t *testing.T) {
				l, err := loginWith(t, mitid.Request{}, func(w *answer) { encrypt(w); change(w) })
				require.Nil(t, l)
				if cipher == "GCM" && strings.HasPrefix(name, "the plaintext") {
					require.Error(t, err)
					require.NotEqual(t, one, err.Error())
					return
				}
				require.ErrorIs(t, err, mitid.ErrResponseInvalid)
				require.Equal(t, one, err.Error())
			})
		}
	}
}

// If the Response is signed, nobody but NemLog-in made the ciphertext.
func TestASignedResponseMayBeToldWhatIsWrong(t *testing.T) {
	_, err := loginWith(t, mitid.Request{}, func(w *answer) {
		cbc(w)
		w.signMessage, w.plain = true, replace("Substantial", "High")
	})
	require.ErrorIs(t, err, mitid.ErrSignatureInvalid)
}

// Each kind of failure takes as long as the others, so that the time tells nothing about the
// plaintext: every key is tried, and one that does not unwrap is replaced with a random one.
// A text that is encrypted for a key with a larger modulus is seen at once, by everybody.
func BenchmarkWhatDoesNotDecrypt(b *testing.B) {
	broker := newBroker(b, nil)
	verifier, err := broker.idp.verifier(broker.now)
	require.NoError(b, err)
	for _, name := range []string{"another key", "the key changed", "the padding changed", "the last block changed", "a block cut off", "one block"} {
		b.Run(name, func(b *testing.B) {
			w := newAnswer(&authnRequest{id: "_x"})
			cbc(w)
			undecryptables()[name](w)
			el := w.encrypt(b, w.assertionXML(b))
			if w.encrypted != nil {
				w.encrypted(el)
			}
			e, err := readEnvelope(el)
			require.NoError(b, err)
			for b.Loop() {
				_, err := verify(verifier, broker.decrypt(e))
				require.Error(b, err)
			}
		})
	}
}

// During a change of our own key, both keys decrypt, in any order.
func TestEachOfOurKeysDecrypts(t *testing.T) {
	b := newBroker(t, func(c *Config) { c.Keys = []KeyPair{pairs("sp"), pairs("old sp"), pairs("new sp")} })
	for _, to := range []string{"sp", "old sp", "new sp"} {
		for cipher, change := range both(func(w *answer) { w.to = pairs(to) }) {
			t.Run(to+"/"+cipher, func(t *testing.T) {
				_, err := visit{newClient(t, b), mitid.Request{}, change}.run(t)
				require.NoError(t, err)
			})
		}
	}
}
