package evidence_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/signing/evidence"
)

// FuzzBundle holds that no file ends a program, and that a file that is taken is one that
// this package could have written: archive/zip reads the same out of it.
func FuzzBundle(f *testing.F) {
	i := newIssuer(f)
	a, authority := tsa(f, timestamptest.Config{})
	f.Add(write(f, message(f, i), evidence.Options{Authority: authority}))
	plain := write(f, message(f, i), evidence.Options{})
	f.Add(plain)
	f.Add(plain[:len(plain)/2])
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := verify(file, began.AddDate(1, 0, 0), evidence.Policy{Roots: a.Roots(), TimestampOptional: true})
		if err != nil {
			return
		}
		names, contents := files(t, file)
		require.Equal(t, file, evidence.Pack(names, contents))
		require.NotEmpty(t, r.Tokens)
	})
}

// FuzzParts fuzzes the parts of a bundle that is sound as a file: manifest, tokens, keys,
// certificates, OCSP answers.
func FuzzParts(f *testing.F) {
	i := newIssuer(f)
	token := i.token(f, transaction(nil))
	f.Add([]byte(token), []byte(i.jwks(f)), []byte(`{"issuer":"`+issuerURL+`"}`), []byte("MAo="), []byte("a=b"))
	f.Add([]byte(token), []byte(`{"keys":[{"kty":"RSA","x5c":["MAo="]}]}`), []byte("{}"), []byte{0x30, 0}, []byte("%"))
	f.Fuzz(func(t *testing.T, token, keys, discovery, status, request []byte) {
		b := evidence.Bundle{About: evidence.AboutLogin, Reference: "x"}
		for k, content := range map[evidence.PartKind][]byte{
			evidence.PartTransactionToken: token, evidence.PartKeys: keys, evidence.PartDiscovery: discovery,
			evidence.PartOCSP: status, evidence.PartRequest: request, evidence.PartCertificate: status,
		} {
			if len(content) > 0 && len(content) < evidence.MaxToken {
				b.Parts = append(b.Parts, evidence.Bytes(k, "", content))
			}
		}
		if len(b.Parts) == 0 {
			return
		}
		_, err := verify(evidence.WriteUnchecked(t, b, began), began, evidence.Policy{TimestampOptional: true})
		if err == nil {
			t.Fatal("a token without an OCSP answer of its certificate was taken")
		}
	})
}

// FuzzManifest holds that a manifest that is taken is written as we write it.
func FuzzManifest(f *testing.F) {
	_, contents := files(f, write(f, message(f, newIssuer(f)), evidence.Options{}))
	f.Add(contents["manifest.json"])
	f.Add([]byte(`{"format":"dkeid-evidence-1","parts":[{"name":"README.txt","fetched":null}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if again, ok := evidence.ReadManifest(b); ok {
			require.Equal(t, b, again)
		}
	})
}

// FuzzSealed holds that no sealed file ends a program, and that only what was sealed opens.
func FuzzSealed(f *testing.F) {
	key := bytes.Repeat([]byte{7}, evidence.KeySize)
	good := sealed(f, key, []byte("Blåbær"))
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := evidence.Open(bytes.NewReader(file), int64(len(file)), [][]byte{key})
		if err != nil {
			return
		}
		got, err := io.ReadAll(s.Content())
		if err == nil && string(got) != "Blåbær" { // other processes seal the same with other salts
			t.Fatalf("another file opens, as %d bytes", len(got))
		}
		_, _ = evidence.Verify(context.Background(), s, s.Size(), began, untimed())
	})
}
