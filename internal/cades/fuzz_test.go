package cades_test

import (
	"crypto"
	"testing"

	"github.com/dkeid/dkeid/internal/cades"
)

// FuzzVerify looks for messages that crash the reader, or that verify although they are
// not the seeds.
func FuzzVerify(f *testing.F) {
	s := newSigner(ecKey(), nil)
	good := message{signer: s, digest: digest(crypto.SHA256)}.bytes()
	mark := token(stamper(nil), info("20310314120000Z", nil)).bytes()
	f.Add(good)
	f.Add(mark)
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, der []byte) {
		if got, err := cades.Verify(der, digest); err == nil && len(got.Value) == 0 {
			t.Fatal("a signature without a value")
		}
		if got, err := cades.VerifyTimestamp(der, digest); err == nil && got.Time.IsZero() {
			t.Fatal("a timestamp without a time")
		}
	})
}
