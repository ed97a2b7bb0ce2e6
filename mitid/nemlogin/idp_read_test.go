package nemlogin

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// replaced returns the metadata of the tests with old replaced by new, once.
func replaced(tb testing.TB, old, new string) []byte {
	tb.Helper()
	data := metadata(idpEntityID, pairs("idp"))
	require.Contains(tb, string(data), old)
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}

// signedMetadata returns data with a signature by k over the root.
func signedMetadata(tb testing.TB, data []byte, k KeyPair) []byte {
	tb.Helper()
	doc := etree.NewDocument()
	require.NoError(tb, doc.ReadFromBytes(data))
	doc.Root().CreateAttr("ID", "_metadata")
	signed, err := xmlsig.Sign(doc.Root(), "ID", k.Key, k.Certificate)
	require.NoError(tb, err)
	return xmlOf(signed)
}

func TestMetadataFilesThatAreRead(t *testing.T) {
	old, next := pairs("idp"), pairs("idp-next")
	for name, c := range map[string]struct {
		files [][]byte
		want  []KeyPair
	}{
		"one file":                       {[][]byte{metadata(idpEntityID, old)}, []KeyPair{old}},
		"old and new":                    {[][]byte{metadata(idpEntityID, old), metadata(idpEntityID, next)}, []KeyPair{old, next}},
		"the same file twice":            {[][]byte{metadata(idpEntityID, old), metadata(idpEntityID, old)}, []KeyPair{old}},
		"two keys in one file":           {[][]byte{metadata(idpEntityID, old, next)}, []KeyPair{old, next}},
		"byte order mark":                {[][]byte{append([]byte("\xef\xbb\xbf"), metadata(idpEntityID, old)...)}, []KeyPair{old}},
		"declaration and line ends":      {[][]byte{append([]byte("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"), append(metadata(idpEntityID, old), "\r\n"...)...)}, []KeyPair{old}},
		"key without use":                {[][]byte{replaced(t, ` use="signing"`, ``)}, []KeyPair{old}},
		"Base64 in lines":                {[][]byte{replaced(t, `<X509Certificate>`, "<X509Certificate>\r\n  ")}, []KeyPair{old}},
		"an attribute authority beside":  {[][]byte{replaced(t, `</EntityDescriptor>`, `<AttributeAuthorityDescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>`)}, []KeyPair{old}},
		"SAML 1.1 beside SAML 2.0":       {[][]byte{replaced(t, `protocolSupportEnumeration="`, `protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol `)}, []KeyPair{old}},
		"a signature nobody asked about": {[][]byte{signedMetadata(t, metadata(idpEntityID, old), pairs("stranger"))}, []KeyPair{old}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := readIdP(&Config{IdP: c.files})
			require.NoError(t, err)
			require.Equal(t, idpEntityID, p.entityID)
			require.Equal(t, idpEndpoints{idpSSO, idpSSO, idpSSO}, p.idpEndpoints)
			signers, err := p.signers(now)
			require.NoError(t, err)
			require.Len(t, signers, len(c.want))
			for i := range c.want {
				require.True(t, c.want[i].Certificate.Equal(signers[i]))
			}
		})
	}
}

func TestMetadataThatIsRefused(t *testing.T) {
	good := metadata(idpEntityID, pairs("idp"))
	weak := newPair(pkix.Name{CommonName: "weak"}, 1024, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: now}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &curve.PublicKey, curve)
	require.NoError(t, err)
	certificate := base64.StdEncoding.EncodeToString(pairs("idp").Certificate.Raw)
	key := `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + certificate + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
	sso := `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="` + idpSSO + `"/>`
	role := string(good[bytes.Index(good, []byte("<IDPSSODescriptor")):bytes.Index(good, []byte("</EntityDescriptor>"))])
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":                         {nil, "IdP[1]: "},
		"not XML":                       {[]byte("æøå"), "IdP[1]: "},
		"a web page":                    {[]byte("<html><body>Vedligeholdelse</body></html>"), "a web page"},
		"a web page with a type":        {[]byte("\n<!DOCTYPE html>\n<title>Æv</title>"), "a web page"},
		"document type":                 {append([]byte("<!DOCTYPE x>"), good...), "IdP[1]: "},
		"two roots":                     {append(good[:len(good):len(good)], good...), "IdP[1]: "},
		"larger than the limit":         {append(good[:len(good):len(good)], bytes.Repeat([]byte(" "), 10<<20)...), "IdP[1]: "},
		"list of entities":              {[]byte(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + string(good) + `</EntitiesDescriptor>`), "take out NemLog-in's"},
		"another namespace":             {replaced(t, `xmlns="urn:oasis:names:tc:SAML:2.0:metadata"`, `xmlns="urn:oasis:names:tc:SAML:2.0:metadatum"`), "no EntityDescriptor"},
		"no entityID":                   {replaced(t, ` entityID="`+idpEntityID+`"`, ``), "no entityID"},
		"entityID in a namespace":       {replaced(t, ` entityID="`, ` xmlns:x="urn:x" x:entityID="`), "no entityID"},
		"entityID without the slash":    {replaced(t, idpEntityID+`"`, strings.TrimSuffix(idpEntityID, "/")+`"`), "another entityID"},
		"entityID too long":             {replaced(t, ` entityID="`, ` entityID="`+strings.Repeat("æ", 600)), "no entityID of at most"},
		"a service provider":            {[]byte(strings.ReplaceAll(string(good), "IDPSSODescriptor", "SPSSODescriptor")), "not exactly one IDPSSODescriptor"},
		"two roles":                     {replaced(t, role, role+role), "not exactly one IDPSSODescriptor"},
		"SAML 1.1 alone":                {replaced(t, `Enumeration="urn:oasis:names:tc:SAML:2.0:protocol"`, `Enumeration="urn:oasis:names:tc:SAML:1.1:protocol"`), "not for SAML 2.0"},
		"protocol plus one character":   {replaced(t, `Enumeration="urn:oasis:names:tc:SAML:2.0:protocol"`, `Enumeration="urn:oasis:names:tc:SAML:2.0:protocols"`), "not for SAML 2.0"},
		"no SSO":                        {replaced(t, sso, ``), "no SingleSignOnService"},
		"SSO by POST alone":             {replaced(t, `SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`, `SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`), "no SingleSignOnService"},
		"two SSO addresses":             {replaced(t, sso, sso+sso), "several addresses for SingleSignOnService"},
		"SSO without Location":          {replaced(t, sso, strings.Replace(sso, "Location", "Lokation", 1)), "must be https"},
		"SSO by http":                   {replaced(t, sso, strings.Replace(sso, "https:", "http:", 1)), "must be https"},
		"SSO by another scheme":         {replaced(t, sso, strings.Replace(sso, "https:", "javascript:", 1)), "must be https"},
		"SSO with a query":              {replaced(t, sso, strings.Replace(sso, `3.0/`, `3.0/?a=b`, 1)), "without a query"},
		"SSO with a user":               {replaced(t, sso, strings.Replace(sso, `https://`, `https://x@`, 1)), "must be https"},
		"another SSO address":           {replaced(t, sso, strings.Replace(sso, `3.0/`, `3.1/`, 1)), "other addresses than IdP[0]"},
		"another logout address":        {replaced(t, `HTTP-Redirect" Location="`+idpSSO+`"/><NameIDFormat>`, `HTTP-Redirect" Location="`+idpSSO+`x"/><NameIDFormat>`), "other addresses than IdP[0]"},
		"another address for answers":   {replaced(t, `HTTP-Redirect" Location="`+idpSSO+`"/><NameIDFormat>`, `HTTP-Redirect" ResponseLocation="`+idpSSO+`x" Location="`+idpSSO+`"/><NameIDFormat>`), "other addresses than IdP[0]"},
		"an answer by http":             {replaced(t, `HTTP-Redirect" Location="`+idpSSO+`"/><NameIDFormat>`, `HTTP-Redirect" ResponseLocation="http://x.example/" Location="`+idpSSO+`"/><NameIDFormat>`), "must be https"},
		"no key":                        {replaced(t, key, ``), "no signing key"},
		"a key for encryption alone":    {replaced(t, ` use="signing"`, ` use="encryption"`), "no signing key"},
		"an unknown use":                {replaced(t, ` use="signing"`, ` use="Signing"`), "neither for signing nor for encryption"},
		"17 keys":                       {replaced(t, key, strings.Repeat(key, 17)), "more than 16 signing keys"},
		"two certificates in one key":   {replaced(t, `</X509Certificate>`, `</X509Certificate><X509Certificate>`+certificate+`</X509Certificate>`), "not exactly one certificate"},
		"a certificate in another":      {replaced(t, `</X509Certificate>`, `<X509Certificate/></X509Certificate>`), "IdP[1]: "},
		"a key without a certificate":   {replaced(t, `<X509Certificate>`+certificate+`</X509Certificate>`, ``), "not exactly one certificate"},
		"a certificate cut short":       {replaced(t, certificate, certificate[:400]), "cannot be read"},
		"a certificate in another code": {replaced(t, certificate, "æøå"), "not in Base64"},
		"a key of 1,024 bits":           {metadata(idpEntityID, weak), "not RSA with 2,048"},
		"an elliptic curve":             {replaced(t, certificate, base64.StdEncoding.EncodeToString(der)), "not RSA with 2,048"},
		"validUntil is no time":         {replaced(t, ` entityID=`, ` validUntil="i morgen" entityID=`), "validUntil is no time"},
		"validUntil without a zone":     {replaced(t, ` entityID=`, ` validUntil="2026-12-01T00:00:00" entityID=`), "validUntil is no time"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, good, c.file)
			_, err := readIdP(&Config{IdP: [][]byte{good, c.file}})
			require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err), err)
			require.ErrorContains(t, err, c.want)
			for _, private := range []string{certificate[:40], "nemlog-in.dk", "æ", "Vedligeholdelse"} {
				require.NotContains(t, err.Error(), private, "no content of the file")
			}
			cfg := settings()
			cfg.IdP = [][]byte{good, c.file}
			_, err = New(cfg)
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, "Config.IdP[1]: ")
		})
	}
}

func TestMetadataFilesMustBeThereAndFew(t *testing.T) {
	_, err := readIdP(&Config{})
	require.ErrorContains(t, err, "IdP is missing")
	_, err = readIdP(&Config{IdP: make([][]byte, maxFiles+1)})
	require.ErrorContains(t, err, "more than 16 files")
}

func TestOnlyPinnedCertificatesSign(t *testing.T) {
	old, next := pairs("idp"), pairs("idp-next")
	files := [][]byte{metadata(idpEntityID, old), metadata(idpEntityID, next)}
	p, err := readIdP(&Config{IdP: files, Pins: [][32]byte{sha256.Sum256(next.Certificate.Raw)}})
	require.NoError(t, err)
	require.Len(t, p.certificates, 1)
	require.True(t, p.certificates[0].Equal(next.Certificate))
	_, err = readIdP(&Config{IdP: files, Pins: [][32]byte{sha256.Sum256([]byte("ø"))}})
	require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err))
	require.ErrorContains(t, err, "Pins: ")
}

// A file that has expired does not count, and the others do.
func TestExpiredMetadata(t *testing.T) {
	in := func(d time.Duration) string { return ` validUntil="` + stamp(now.Add(d)) + `"` }
	dated := func(k KeyPair, on string, d time.Duration) []byte {
		return bytes.Replace(metadata(idpEntityID, k), []byte("<"+on), []byte("<"+on+in(d)), 1)
	}
	old, next := pairs("idp"), pairs("idp-next")
	for name, c := range map[string]struct {
		files [][]byte
		want  []KeyPair
	}{
		"expires in a second":                {[][]byte{dated(old, "EntityDescriptor", time.Second)}, []KeyPair{old}},
		"expires now":                        {[][]byte{dated(old, "EntityDescriptor", 0)}, nil},
		"the role has expired":               {[][]byte{dated(old, "IDPSSODescriptor", -time.Second)}, nil},
		"the role expires before the entity": {[][]byte{bytes.Replace(dated(old, "EntityDescriptor", time.Hour), []byte("<IDPSSODescriptor"), []byte("<IDPSSODescriptor"+in(-time.Second)), 1)}, nil},
		"one expired, one without end":       {[][]byte{dated(old, "EntityDescriptor", -time.Hour), metadata(idpEntityID, next)}, []KeyPair{next}},
		"all expired":                        {[][]byte{dated(old, "EntityDescriptor", -time.Hour), dated(next, "EntityDescriptor", -time.Second)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, func(cfg *Config) { cfg.IdP = c.files })
			got, err := b.idp.signers(now)
			require.Len(t, got, len(c.want))
			for i := range c.want {
				require.True(t, got[i].Equal(c.want[i].Certificate))
			}
			client := newClient(t, b)
			_, begin := client.Begin(t.Context(), mitid.Request{})
			_, logout := client.ReceiveLogout(t.Context(), requestBy(c.files, old).redirect(t))
			if len(c.want) > 0 {
				require.NoError(t, err)
				require.NoError(t, begin)
				return
			}
			require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err))
			require.ErrorIs(t, begin, mitid.ErrConfigInvalid)
			require.ErrorIs(t, logout, mitid.ErrConfigInvalid)
		})
	}
}

// requestBy returns a LogoutRequest of an IdP that signs with k.
func requestBy(_ [][]byte, k KeyPair) *logoutNote {
	n := newLogoutRequest()
	n.signer = k
	return n
}

// Where signers are named, every file must be signed by one of them.
func TestSignedMetadata(t *testing.T) {
	signer, stranger := pairs("metadata-signer"), pairs("stranger")
	good := metadata(idpEntityID, pairs("idp"))
	wrapped := func() []byte { // the signed entity inside another one with a key of the attacker's
		inner := signedMetadata(t, good, signer)
		return bytes.Replace(metadata(idpEntityID, stranger), []byte("<IDPSSODescriptor"), append([]byte("<Extensions>"), append(inner, "</Extensions><IDPSSODescriptor"...)...), 1)
	}
	for name, c := range map[string]struct {
		file []byte
		ok   bool
	}{
		"signed":                       {signedMetadata(t, good, signer), true},
		"unsigned":                     {good, false},
		"signed by a stranger":         {signedMetadata(t, good, stranger), false},
		"changed after signing":        {bytes.Replace(signedMetadata(t, good, signer), []byte(idpEntityID), []byte("https://evil.example/"), 1), false},
		"signed entity inside another": {wrapped(), false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := readIdP(&Config{IdP: [][]byte{c.file}, IdPSigners: []*x509.Certificate{signer.Certificate}, Now: func() time.Time { return now }})
			if c.ok {
				require.NoError(t, err)
				require.True(t, p.certificates[0].Equal(pairs("idp").Certificate))
				return
			}
			require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err))
			require.ErrorContains(t, err, "no valid signature of Config.IdPSigners")
		})
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add(metadata(idpEntityID, pairs("idp")))
	f.Add(signedMetadata(f, metadata(idpEntityID, pairs("idp")), pairs("metadata-signer")))
	f.Add([]byte(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="æ"/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := readIdP(&Config{IdP: [][]byte{data}})
		if err != nil {
			require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err))
			return
		}
		require.NotEmpty(t, p.entityID)
		require.Empty(t, addressProblem(p.ssoURL))
		require.NotEmpty(t, p.certificates)
		_, err = readIdP(&Config{IdP: [][]byte{data}, IdPSigners: []*x509.Certificate{pairs("stranger").Certificate}})
		require.Equal(t, fault.ConfigInvalid, fault.ClassOf(err))
	})
}
