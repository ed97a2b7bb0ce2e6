package fakepdf

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"fmt"
	"slices"
)

// rangeForgeries cover something else than the file without Contents. Except where
// there is nothing to verify, the signature verifies over what it covers.
func rangeForgeries() []Forgery {
	ranged := func(title, what string, f func(s *slot, size int) []int) Forgery {
		return remade(title, what, Uncovered, spoil{byteRange: f})
	}
	texts := func(title, what string, f func(p []int) string) Forgery {
		return remade(title, what, Uncovered, spoil{rangeText: f})
	}
	return []Forgery{
		ranged("byte-range-not-from-start", "ByteRange begins at 9, behind the file's first line", func(s *slot, size int) []int {
			return []int{9, s.openAt - 9, s.closedAt, size - s.closedAt}
		}),
		ranged("byte-range-not-to-end", "ByteRange ends 40 bytes before the revision does", func(s *slot, size int) []int {
			return []int{0, s.openAt, s.closedAt, size - s.closedAt - 40}
		}),
		ranged("byte-range-not-behind-contents", "ByteRange ends with the bytes before Contents, and its second part is empty", func(s *slot, _ int) []int {
			return []int{0, s.openAt, s.closedAt, 0}
		}),
		ranged("byte-range-of-one-part", "ByteRange has one part", func(s *slot, _ int) []int {
			return []int{0, s.openAt}
		}),
		ranged("byte-range-of-three-parts", "ByteRange has three parts, with ten bytes that are not covered between the last two", func(s *slot, size int) []int {
			return []int{0, s.openAt, s.closedAt, 20, s.closedAt + 30, size - s.closedAt - 30}
		}),
		ranged("byte-range-of-three-numbers", "ByteRange has three numbers", func(s *slot, _ int) []int {
			return []int{0, s.openAt, s.closedAt}
		}),
		ranged("byte-range-gap-too-wide", "the gap begins before the name Contents", func(s *slot, size int) []int {
			return []int{0, s.openAt - len("/Contents "), s.closedAt, size - s.closedAt}
		}),
		ranged("byte-range-gap-too-wide-behind", "the gap ends ten bytes behind Contents", func(s *slot, size int) []int {
			return []int{0, s.openAt, s.closedAt + 10, size - s.closedAt - 10}
		}),
		ranged("byte-range-overlapping", "the second part lies in the first", func(s *slot, _ int) []int {
			return []int{0, s.openAt, s.openAt / 2, s.openAt / 4}
		}),
		texts("byte-range-beyond-end", "the second part ends far behind the end of the file", func(p []int) string {
			return fmt.Sprint(p[0], p[1], p[2], p[3]+1<<30)
		}),
		texts("byte-range-negative", "ByteRange begins at -1", func(p []int) string {
			return fmt.Sprint(-1, p[1]+1, p[2], p[3])
		}),
		texts("byte-range-too-large", "a number of ByteRange does not fit 64 bits", func(p []int) string {
			return fmt.Sprint(p[0], p[1], p[2], "18446744073709551616")
		}),
		remade("byte-range-missing", "the signature dictionary has no ByteRange", Uncovered, spoil{noByteRange: true}),
		remade("contents-empty", "Contents is <>", Invalid, spoil{contents: emptyContents}),
		remade("contents-null", "Contents is null", Invalid, spoil{contents: nullContents}),
		remade("contents-zero", "Contents is zeros alone", Invalid, spoil{contents: zeroContents}),
		remade("contents-twice", "Contents stands twice in the dictionary, and the gap holds both", Uncovered, spoil{contents: secondContents}),
	}
}

// messageForgeries are wrong in the CMS message.
func messageForgeries() []Forgery {
	return []Forgery{
		remade("digest-of-other-bytes", "messageDigest is that of other bytes; the signature over it verifies", Invalid, spoil{
			digest: func(sum []byte) []byte {
				other := sha512.Sum512([]byte("Noget andet på dansk"))
				return other[:len(sum)]
			},
		}),
		remade("signature-value-one-bit-off", "one bit of the signature value is another", Invalid, spoil{
			value: func(v []byte) []byte {
				v = slices.Clone(v)
				v[len(v)-1] ^= 1
				return v
			},
		}),
		remade("contents-cut", "the second half of the CMS message is missing", Invalid, spoil{
			message: func(der []byte) []byte { return der[:len(der)/2] },
		}),
		remade("contents-padded-with-bytes", "something else than zeros follows the CMS message", Invalid, spoil{
			message: func(der []byte) []byte { return append(der, "rest"...) },
		}),
		remade("digest-missing", "the message has no messageDigest", Invalid, spoil{edit: func(m *message) { m.noDigest = true }}),
		remade("certificate-unbound", "the message has no signingCertificateV2", Invalid, spoil{edit: func(m *message) { m.unbound = true }}),
		remade("content-embedded", "the message has content of its own, and messageDigest is that of the file", Invalid, spoil{
			edit: func(m *message) { m.content = []byte("Noget andet på dansk") },
		}),
		remade("two-signers", "the message has two SignerInfos, the second without a time stamp", Invalid, spoil{edit: func(m *message) { m.twice = true }}),
		remade("contents-in-ber", "the CMS message has indefinite lengths, as BER allows", Invalid, spoil{message: indefinite}),
		remade("contents-in-broken-ber", "the CMS message has an indefinite length, and no end", Invalid, spoil{
			message: func(der []byte) []byte { whole := indefinite(der); return append(whole[:len(whole)-2], 1, 1) },
		}),
		remade("contents-with-long-length", "the length of the CMS message is written in more bytes than it needs", Invalid, spoil{
			message: func(der []byte) []byte { return append([]byte{0x30, 0x84, 0, 0}, der[2:]...) },
		}),
		remade("contents-too-deep", "five thousand values lie in each other in the place of the CMS message", Invalid, spoil{
			message: func([]byte) []byte {
				return append(bytes.Repeat([]byte{0x30, 0x80}, 5000), make([]byte, 10_000)...)
			},
		}),
		{Name: "signature-of-another-signature", What: "Contents is that of a signature over another file", Is: Invalid, make: otherContents},
	}
}

// indefinite writes the outermost length of a message as indefinite. The message has a length of two bytes.
func indefinite(der []byte) []byte {
	return append(append([]byte{0x30, 0x80}, der[4:]...), 0, 0)
}

// otherContents puts the message of another signature into Contents.
func otherContents(j *job) ([]byte, error) {
	digest := sha512.Sum512([]byte("En anden fil"))
	other, err := j.seals(digest[:], crypto.SHA512, j.at(), spoil{}, nil)
	if err != nil {
		return nil, err
	}
	return j.remake(spoil{message: func([]byte) []byte { return other }})
}

// trustForgeries are by somebody who may not, or prove no time.
func trustForgeries() []Forgery {
	by := func(title, what string, is Defect, f func(j, stranger *Authority) spoil) Forgery {
		return Forgery{Name: title, What: what, Is: is, make: func(j *job) ([]byte, error) {
			s, err := j.stranger()
			if err != nil {
				return nil, err
			}
			return j.remake(f(j.Authority, s))
		}}
	}
	return []Forgery{
		by("seal-by-stranger", "somebody else's root issued the certificate of the seal, which has the same names", Foreign, func(_, s *Authority) spoil {
			return spoil{seal: s.seal, root: s.root.cert}
		}),
		by("seal-with-certificate-of-another-key", "the certificate is the right one, and the key is another", Invalid, func(a, s *Authority) spoil {
			return spoil{seal: &signer{key: s.seal.key, cert: a.seal.cert}}
		}),
		remade("timestamp-missing", "the signature has no time stamp", Untimed, spoil{noToken: true}),
		remade("timestamp-of-another-signature", "the time stamp is a genuine one, of another signature", Untimed, spoil{
			imprint: func([]byte) []byte { return []byte("En anden signatur") },
		}),
		by("timestamp-by-stranger", "somebody else's time-stamping authority made the time stamp", Untimed, func(_, s *Authority) spoil {
			return spoil{stamps: s}
		}),
		by("timestamp-by-seal", "the seal, which may not, made the time stamp", Untimed, func(a, _ *Authority) spoil {
			return spoil{stampsWith: a.seal}
		}),
		{Name: "document-timestamp-of-another-file", What: "the file ends with a document time stamp that is a genuine one, of another file", Is: Untimed, make: falselyClosed},
		by("revocation-of-another-certificate", "the OCSP answers are about somebody else's certificate", Unrevoked, func(a, _ *Authority) spoil {
			return spoil{revocation: otherCertificate(a)}
		}),
	}
}

// otherCertificate is one of this authority's that signed nothing.
func otherCertificate(a *Authority) *x509.Certificate { return a.responder.cert }

// falselyClosed closes the file with a time stamp of other bytes. A file that is closed
// is opened first.
func falselyClosed(j *job) ([]byte, error) {
	open := j.file.data
	if j.closed {
		if base := j.before(j.stamp); base != nil {
			open = base
		}
	}
	return j.closeWith(open, j.at(), func([]byte) []byte {
		other := sha256.Sum256([]byte("En anden fil"))
		return other[:]
	})
}
