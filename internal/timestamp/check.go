package timestamp

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"

	tsp "github.com/notaryproject/tspclient-go"

	"github.com/dkeid/dkeid/internal/fault"
)

// MaxToken is the length limit of a token or a reply, in bytes. Those of authorities
// have 1 to 10 kB.
const MaxToken = 64 << 10

// The limits of what a token may bring.
const (
	maxCertificates = 16
	maxModulus      = 8192 // bits of an RSA key, which make a check cost what it should
)

// Timestamp is what a token says, after every check.
type Timestamp struct {
	Time        time.Time     // UTC
	Accuracy    time.Duration // how far Time may be off; zero if the token does not say
	Policy      string        // the authority's policy, in dotted form
	Serial      *big.Int
	Certificate *x509.Certificate // the one whose key signed
}

func invalid(why string) *fault.Error { return fault.New(fault.SignatureInvalid, "timestamp: "+why) }

// Check checks that token is a timestamp of digest by an authority that one of roots
// vouched for at the time of the token. roots may also hold the authority's own
// certificate.
func Check(ctx context.Context, token []byte, digest [sha256.Size]byte, roots *x509.CertPool) (*Timestamp, error) {
	info, err := infoOf(token)
	if err != nil {
		return nil, err
	}
	if err := matches(info, digest); err != nil {
		return nil, err
	}
	if roots == nil {
		return nil, fault.New(fault.ConfigInvalid, "there is no root to trust timestamps by")
	}
	signed, err := tsp.ParseSignedToken(token)
	if err != nil {
		return nil, invalid("malformed")
	}
	for _, c := range signed.Certificates {
		if k, ok := c.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > maxModulus {
			return nil, invalid("with a key that is too large")
		}
	}
	chain, err := signed.Verify(ctx, x509.VerifyOptions{
		Roots: roots, CurrentTime: info.GenTime, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil || len(chain) == 0 {
		return nil, invalid("its signature does not hold, or its signer is not one that your roots vouch for as a timestamp authority at that time")
	}
	// The library verifies with the certificate that it returns first. Hold it to that:
	// this is the certificate that is reported.
	signer, err := signed.SigningCertificate(&signed.SignerInfos[0])
	if err != nil || !signer.Equal(chain[0]) {
		return nil, invalid("its signer is not the certificate that was checked")
	}
	if signer.KeyUsage != 0 && signer.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, invalid("its signer's key is not for signatures")
	}
	return &Timestamp{
		Time: info.GenTime.UTC(), Accuracy: accuracy(info), Policy: info.Policy.String(), Serial: info.SerialNumber, Certificate: signer,
	}, nil
}

func accuracy(info *tsp.TSTInfo) time.Duration {
	a := info.Accuracy
	return time.Duration(a.Seconds)*time.Second + time.Duration(a.Milliseconds)*time.Millisecond + time.Duration(a.Microseconds)*time.Microsecond
}

// matches checks what a token says against what was asked.
func matches(info *tsp.TSTInfo, digest [sha256.Size]byte) error {
	imprint := info.MessageImprint
	switch {
	case !imprint.HashAlgorithm.Algorithm.Equal(oidSHA256), len(imprint.HashedMessage) != sha256.Size:
		return invalid("of a digest that is not SHA-256")
	case !bytes.Equal(imprint.HashedMessage, digest[:]):
		return invalid("of another content")
	}
	return nil
}

// infoOf returns what token says, before any signature was checked. It reads the form
// strictly with encoding/asn1, which takes DER alone.
func infoOf(token []byte) (*tsp.TSTInfo, error) {
	content, err := contentOf(token)
	if err != nil {
		return nil, err
	}
	info := new(tsp.TSTInfo)
	if !read(content, info) {
		return nil, invalid("malformed content")
	}
	switch {
	case info.Version != 1:
		return nil, invalid("of an unknown version")
	case info.SerialNumber == nil:
		return nil, invalid("without a serial number")
	case info.GenTime.IsZero() || info.GenTime.Location() != time.UTC:
		return nil, invalid("without a time in UTC")
	case info.Accuracy.Seconds < 0 || info.Accuracy.Seconds > 24*60*60:
		return nil, invalid("with an impossible accuracy")
	case info.Accuracy.Milliseconds < 0 || info.Accuracy.Milliseconds > 999 || info.Accuracy.Microseconds < 0 || info.Accuracy.Microseconds > 999:
		return nil, invalid("with an impossible accuracy")
	}
	for _, e := range info.Extensions {
		if e.Critical {
			return nil, invalid("with an unknown critical extension")
		}
	}
	return info, nil
}

// read decodes exactly one value.
func read(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}
