package fakepdf

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// Object identifiers, with where they come from.
var (
	oidData             = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}         // RFC 5652
	oidSignedData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}         // RFC 5652
	oidContentType      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}         // RFC 5652
	oidMessageDigest    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}         // RFC 5652
	oidSigningTime      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}         // RFC 5652
	oidProtection       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 52}        // RFC 6211
	oidCertificateV2    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035
	oidTimestampToken   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14} // RFC 3161
	oidTSTInfo          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}  // RFC 3161
	oidAdobeRevocation  = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}         // Adobe's, ISO 32000-1, 12.8.3.3.2
	oidBasicOCSP        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}      // RFC 6960
	oidExtendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}                       // RFC 5280
	oidTimeStamping     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}          // RFC 3161
	oidPolicy           = asn1.ObjectIdentifier{2, 999, 1}                          // X.660, for examples
	oidSHA1             = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}                 // RFC 3279
	oidSHA256           = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}     // RFC 5754
	oidSHA384           = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}     // RFC 5754
	oidSHA512           = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}     // RFC 5754
	oidRSASHA256        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}        // RFC 8017
	oidRSASHA512        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}        // RFC 8017
	oidECDSASHA256      = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}          // RFC 5758
	oidECDSASHA512      = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}          // RFC 5758
)

const (
	tagSequence = 0x30
	tagSet      = 0x31
)

// der writes one value in DER.
func der(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	out := []byte{tag}
	switch n := len(body); {
	case n < 0x80:
		out = append(out, byte(n))
	default:
		length := big.NewInt(int64(n)).Bytes()
		out = append(append(out, 0x80|byte(len(length))), length...)
	}
	return append(out, body...)
}

func sequence(parts ...[]byte) []byte { return der(tagSequence, parts...) }

// tagged is a compound value of a context-specific tag.
func tagged(n byte, parts ...[]byte) []byte { return der(0xa0|n, parts...) }

// setOf sorts its members, as DER wants it.
func setOf(tag byte, parts ...[]byte) []byte {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, bytes.Compare)
	return der(tag, parts...)
}

func octetString(b []byte) []byte { return der(0x04, b) }
func null() []byte                { return der(0x05) }
func bitString(b []byte) []byte   { return der(0x03, []byte{0}, b) }

func generalized(t time.Time) []byte {
	return der(0x18, []byte(t.UTC().Format("20060102150405Z")))
}

// signingTime is UTCTime until 2049, and GeneralizedTime from then on (RFC 5652,
// 11.3).
func signingTime(t time.Time) []byte {
	if t.UTC().Year() >= 2050 {
		return generalized(t)
	}
	return der(0x17, []byte(t.UTC().Format("060102150405Z")))
}

// oid writes an object identifier, whose first two arcs are small here.
func oid(id asn1.ObjectIdentifier) []byte {
	body := base128(nil, id[0]*40+id[1])
	for _, arc := range id[2:] {
		body = base128(body, arc)
	}
	return der(0x06, body)
}

func base128(b []byte, n int) []byte {
	var out []byte
	for last := true; n > 0 || last; last = false {
		c := byte(n & 0x7f)
		if !last {
			c |= 0x80
		}
		out = append(out, c)
		n >>= 7
	}
	slices.Reverse(out)
	return append(b, out...)
}

func bigInteger(n *big.Int) []byte {
	body := n.Bytes() // never negative here
	if len(body) == 0 || body[0] >= 0x80 {
		body = append([]byte{0}, body...)
	}
	return der(0x02, body)
}

func smallInteger(n int64) []byte { return bigInteger(big.NewInt(n)) }

// algorithm writes an AlgorithmIdentifier with the parameters NULL.
func algorithm(id asn1.ObjectIdentifier) []byte { return sequence(oid(id), null()) }

// bareAlgorithm writes one without parameters, as ECDSA has it.
func bareAlgorithm(id asn1.ObjectIdentifier) []byte { return sequence(oid(id)) }

func attribute(id asn1.ObjectIdentifier, value []byte) []byte {
	return sequence(oid(id), der(tagSet, value))
}

// criticalTimeStamping is the extension that a time-stamping certificate must have:
// this usage alone, and critical (RFC 3161, 2.3).
func criticalTimeStamping() pkix.Extension {
	return pkix.Extension{Id: oidExtendedKeyUsage, Critical: true, Value: sequence(oid(oidTimeStamping))}
}
