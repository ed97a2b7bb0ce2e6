package cades_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// openssl makes messages that do not come from our own writer. A test that finds none is
// skipped; with DKEID_NO_SKIP=1 it fails.
func openssl(t *testing.T, args ...string) {
	t.Helper()
	path := toolstest.Program(t, "openssl", "no openssl is installed; apt-get install openssl, to read messages that others have written")
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestVerifyReadsWhatOpenSSLWrites(t *testing.T) {
	dir := t.TempDir()
	file := func(title string) string { return filepath.Join(dir, title) }
	write := func(title, kind string, der []byte) {
		require.NoError(t, os.WriteFile(file(title), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	s := newSigner(rsaKey(), nil)
	write("cert.pem", "CERTIFICATE", s.cert.Raw)
	write("key.pem", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(s.key.(*rsa.PrivateKey)))
	require.NoError(t, os.WriteFile(file("in.txt"), []byte(document), 0o600))
	for title, c := range map[string]struct {
		args []string
		good bool
	}{
		"RSA with SHA-256":                 {[]string{"-cades", "-md", "sha256"}, true},
		"RSA with SHA-512":                 {[]string{"-cades", "-md", "sha512"}, true},
		"RSA-PSS":                          {[]string{"-cades", "-md", "sha384", "-keyopt", "rsa_padding_mode:pss"}, true},
		"by key id":                        {[]string{"-cades", "-md", "sha256", "-keyid"}, true},
		"SHA-1":                            {[]string{"-cades", "-md", "sha1"}, false},
		"without the certificate's digest": {[]string{"-md", "sha256"}, true},
		"without attributes":               {[]string{"-md", "sha256", "-noattr"}, false},
		"without the certificate":          {[]string{"-cades", "-md", "sha256", "-nocerts"}, false},
		"with the document":                {[]string{"-cades", "-md", "sha256", "-nodetach"}, false},
	} {
		t.Run(title, func(t *testing.T) {
			args := append([]string{"cms", "-sign", "-binary", "-in", file("in.txt"), "-signer", file("cert.pem"), "-inkey", file("key.pem"), "-outform", "DER", "-out", file("out.der")}, c.args...)
			openssl(t, args...)
			message, err := os.ReadFile(file("out.der"))
			require.NoError(t, err)
			_, err = cades.Verify(message, digest)
			if c.good {
				assert.NoError(t, err)
			} else {
				assert.Error(t, err)
			}
		})
	}
}
