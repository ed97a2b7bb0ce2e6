package fakepdf_test

import (
	"encoding/asn1"
	"testing"

	"github.com/stretchr/testify/require"
)

// The types of RFC 5652 for reading: writing and reading must not share their mistakes.
type (
	readAttribute struct {
		ID     asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
	readSigner struct {
		Version   int
		Issuer    asn1.RawValue
		Digest    asn1.RawValue
		Signed    []readAttribute `asn1:"implicit,tag:0,set"`
		Algorithm asn1.RawValue
		Value     []byte
		Unsigned  []readAttribute `asn1:"implicit,tag:1,set,optional"`
	}
	readMessage struct {
		Type asn1.ObjectIdentifier
		Data struct {
			Version int
			Digests asn1.RawValue
			Content asn1.RawValue
			Certs   asn1.RawValue `asn1:"optional,tag:0"`
			Signers []readSigner  `asn1:"set"`
		} `asn1:"explicit,tag:0"`
	}
)

func readSignerInfo(t *testing.T, message []byte) readSigner {
	t.Helper()
	var m readMessage
	_, err := asn1.Unmarshal(message, &m)
	require.NoError(t, err)
	require.Len(t, m.Data.Signers, 1)
	return m.Data.Signers[0]
}

func attributeIDs(attributes []readAttribute) []string {
	var out []string
	for _, a := range attributes {
		out = append(out, a.ID.String())
	}
	return out
}

// token returns the time stamp of a signature, or nothing.
func token(s readSigner) []byte {
	for _, a := range s.Unsigned {
		if a.ID.String() == "1.2.840.113549.1.9.16.2.14" {
			return a.Values[0].FullBytes
		}
	}
	return nil
}
