package nemlogin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// The judges are programs that are not ours. Each of them is one party of SAML, and a test
// puts our code on the other side: Lasso and npm samlp as IdPs, Lasso and node-saml as
// service providers, xmlsec1 for signatures and encryption.

const (
	persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	aes256CBC  = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
	aes256GCM  = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
)

// judgeLimit is how long one question to a judge may take. It takes a second on an idle
// machine.
const judgeLimit = 2 * time.Minute

// needsNode returns the program node. Both packages of npm must be there.
func needsNode(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		toolstest.Missing(t, "node is not installed; apt install nodejs npm brings it")
	}
	for _, name := range []string{"samlp", "@node-saml/node-saml"} {
		if _, err := os.Stat(filepath.Join("testdata", "judges", "node_modules", filepath.FromSlash(name), "package.json")); err != nil {
			toolstest.Missing(t, name+" is not installed; npm ci --prefix mitid/nemlogin/testdata/judges brings it")
		}
	}
	return node
}

// needsLasso returns the Python that Debian's package python3-lasso belongs to.
func needsLasso(t *testing.T) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import lasso").CombinedOutput(); err != nil {
		toolstest.Missing(t, fmt.Sprintf("Lasso is not installed; apt install python3-lasso brings it: %s", out))
	}
	return python
}

// judge asks a script of testdata/judges. It returns what the script refused.
func judge(t *testing.T, program, script string, question, answer any) error {
	t.Helper()
	asked, err := json.Marshal(question)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), judgeLimit)
	defer cancel()
	run := exec.CommandContext(ctx, program, script)
	run.Dir = filepath.Join("testdata", "judges")
	run.Stdin = bytes.NewReader(asked)
	var complaints bytes.Buffer
	run.Stderr = &complaints
	out, err := run.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", script, err, complaints.Bytes())
	}
	require.NoError(t, json.Unmarshal(out, answer), "%s", out)
	return nil
}

// party is one side of SAML, with a key that the test has made.
type party struct {
	EntityID    string
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

func newParty(t *testing.T, entityID string) *party {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{Organization: []string{"Fictitious"}, CommonName: "Prøve"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &party{entityID, key, certificate}
}

func (p *party) keyPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(p.Key)}))
}

func (p *party) certificatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate.Raw}))
}

// lassoSelf is p as the scripts of Lasso want it.
func (p *party) lassoSelf(metadata []byte) map[string]string {
	return map[string]string{"metadata": string(metadata), "key": p.keyPEM(), "certificate": p.certificatePEM()}
}

const (
	idpSSO = "https://idp.example/saml/sso/"
	idpSLO = "https://idp.example/saml/slo/"
)

// idpMetadata is shaped as NemLog-in's: unsigned, without an expiry, with one signing key.
func (p *party) idpMetadata() []byte {
	return fmt.Appendf(nil, `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%[3]s"/>
<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%[3]s"/>
<NameIDFormat>%[4]s</NameIDFormat>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%[5]s"/>
</IDPSSODescriptor>
</EntityDescriptor>`, p.EntityID, base64.StdEncoding.EncodeToString(p.Certificate.Raw), idpSLO, persistent, idpSSO)
}
