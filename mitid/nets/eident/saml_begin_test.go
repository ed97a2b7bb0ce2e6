package eident_test

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

// newSAMLWire is a client that never calls its broker.
func newSAMLWire(t *testing.T, change func(*eident.SAMLConfig), redirectURL string) *mitid.Client {
	t.Helper()
	cfg := eident.SAMLConfig{Origin: host, MID: "MER2", Password: mitid.NewSecret("hemmelig æøå:")}
	if change != nil {
		change(&cfg)
	}
	b, err := eident.NewSAML(cfg)
	require.NoError(t, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: redirectURL, Now: now})
	require.NoError(t, err)
	return c
}

// masked is readable with the handle masked, which must be the same in both places.
func masked(t *testing.T, q url.Values) string {
	t.Helper()
	handle := q.Get("TARGET")
	require.Regexp(t, `^[A-Za-z0-9_-]{22}$`, handle)
	return regexp.MustCompile(regexp.QuoteMeta(handle)).ReplaceAllString(readable(q), "(random)")
}

func TestSAMLRequests(t *testing.T) {
	text := "Godkend overførsel på 100 kr. til Åse Ærø & søn?"
	for name, c := range map[string]struct {
		request mitid.Request
		config  func(*eident.SAMLConfig)
	}{
		"saml-default":       {},
		"saml-cpr":           {request: mitid.Request{CPR: mitid.CPRRequired}},
		"saml-cpr-optional":  {request: mitid.Request{CPR: mitid.CPRIfPresent, Level: claims.High}},
		"saml-pid":           {request: mitid.Request{NemIDPID: true}},
		"saml-english":       {request: mitid.Request{Locale: mitid.English}},
		"saml-english-pages": {config: func(c *eident.SAMLConfig) { c.Language = mitid.English }},
		"saml-fresh":         {request: mitid.Request{Fresh: true}},
		"saml-professional":  {request: mitid.Request{Capacity: claims.CapacityProfessional, Organisation: true}},
		"saml-either":        {request: mitid.Request{Capacity: claims.CapacityEither}},
		"saml-either-blank":  {request: mitid.Request{Capacity: claims.CapacityEither}, config: func(c *eident.SAMLConfig) { c.PKIVendorSeparator = " " }},
		"saml-aal":           {config: func(c *eident.SAMLConfig) { c.AAL = claims.High }},
		"saml-texts":         {request: mitid.Request{ReferenceText: text, TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b></p>"}}},
		"saml-texts-base64": {request: mitid.Request{ReferenceText: text, TransactionText: mitid.Text{Body: text}},
			config: func(c *eident.SAMLConfig) { c.TextEncoding = eident.Base64 }},
		"saml-uuid":        {request: mitid.Request{UUID: mustUUID(someUUID)}, config: func(c *eident.SAMLConfig) { c.UUIDInURL = true }},
		"saml-uuid-base64": {request: mitid.Request{UUID: mustUUID(someUUID)}, config: func(c *eident.SAMLConfig) { c.UUIDInURL, c.HintEncoding = true, eident.Base64 }},
		"saml-no-status":   {config: func(c *eident.SAMLConfig) { c.NoStatus = true }},
	} {
		t.Run(name, func(t *testing.T) {
			rd, err := newSAMLWire(t, c.config, "https://app.example.dk/callback").Begin(t.Context(), c.request)
			golden(t, name, masked(t, asked(t, rd, err)))
		})
	}
}

// TestSAMLStatusAddressOfARedirectURLWithAQuery: the code is appended to the end.
func TestSAMLStatusAddressOfARedirectURLWithAQuery(t *testing.T) {
	rd, err := newSAMLWire(t, nil, "https://app.example.dk/callback?kanal=web").Begin(t.Context(), mitid.Request{})
	q := asked(t, rd, err)
	require.Equal(t, "https://app.example.dk/callback?kanal=web&TARGET="+q.Get("TARGET")+"&status=", q.Get("status"))
}

func TestSAMLRefusesWhatItCannotCarry(t *testing.T) {
	cvr, err := claims.ParseCVR("12345674")
	require.NoError(t, err)
	for field, r := range map[string]mitid.Request{
		"Address":          {Address: true},
		"Organisation":     {Organisation: true},
		"CPRHint":          {CPRHint: cprtest.Number(1)},
		"UUID":             {UUID: mustUUID(someUUID)},
		"CVRHint":          {Capacity: claims.CapacityProfessional, CVRHint: cvr},
		"Action":           {Action: mitid.Sign},
		"Locale":           {Locale: mitid.Greenlandic},
		"Silent":           {Silent: true},
		"AppSwitch":        {AppSwitch: mitid.AppSwitch{Platform: mitid.IOS}},
		"RevokeCPRConsent": {RevokeCPRConsent: true},
		"Age":              {Age: 18},
	} {
		t.Run(field, func(t *testing.T) {
			rd, err := newSAMLWire(t, nil, "https://app.example.dk/callback").Begin(t.Context(), r)
			require.ErrorIs(t, err, mitid.ErrUnsupported)
			require.ErrorContains(t, err, "Request."+field)
			require.Nil(t, rd)
		})
	}
	_, err = newSAMLWire(t, nil, "https://app.example.dk/callback").Begin(t.Context(), mitid.Request{TransactionText: mitid.Text{Body: strings.Repeat("æ", 601)}})
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
}

func TestSAMLConfigIsChecked(t *testing.T) {
	for why, change := range map[string]func(*eident.SAMLConfig){
		"SAMLConfig.Origin":           func(c *eident.SAMLConfig) { c.Origin = "" },
		"Origin must be":              func(c *eident.SAMLConfig) { c.Origin = "https://www.e-ident.nets.eu/oidc" },
		"an https address":            func(c *eident.SAMLConfig) { c.Origin = "http://www.e-ident.nets.eu" },
		"without a path":              func(c *eident.SAMLConfig) { c.Origin = "https://www.e-ident.nets.eu/" },
		"Origin":                      func(c *eident.SAMLConfig) { c.Origin = "https://u@www.e-ident.nets.eu" },
		"loopback only":               func(c *eident.SAMLConfig) { c.Origin = "ftp://127.0.0.1" },
		"SAMLConfig.MID":              func(c *eident.SAMLConfig) { c.MID = "" },
		"MID must be":                 func(c *eident.SAMLConfig) { c.MID = "MER:2" },
		"visible ASCII":               func(c *eident.SAMLConfig) { c.MID = "MÆR2" },
		"SAMLConfig.Password":         func(c *eident.SAMLConfig) { c.Password = mitid.Secret{} },
		"SAMLConfig.Signers is empty": func(c *eident.SAMLConfig) { c.Signers = certificates() },
		"Signers holds a nil":         func(c *eident.SAMLConfig) { c.Signers = certificates(nil) },
		"Signers holds a key": func(c *eident.SAMLConfig) {
			c.Signers = certificates(&x509.Certificate{PublicKey: ed25519.PublicKey{1}})
		},
		"RSA with 2048 bits": func(c *eident.SAMLConfig) {
			c.Signers = certificates(&x509.Certificate{PublicKey: &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}})
		},
		"SAMLConfig.Language":           func(c *eident.SAMLConfig) { c.Language = mitid.Greenlandic },
		"SAMLConfig.AAL":                func(c *eident.SAMLConfig) { c.AAL = 200 },
		"SAMLConfig.HintEncoding":       func(c *eident.SAMLConfig) { c.HintEncoding = 7 },
		"SAMLConfig.TextEncoding":       func(c *eident.SAMLConfig) { c.TextEncoding = 7 },
		"SAMLConfig.PKIVendorSeparator": func(c *eident.SAMLConfig) { c.PKIVendorSeparator = ";" },
	} {
		t.Run(why, func(t *testing.T) {
			cfg := eident.SAMLConfig{Origin: host, MID: "MER2", Password: mitid.NewSecret("hemmelig")}
			change(&cfg)
			b, err := eident.NewSAML(cfg)
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, why)
			require.Nil(t, b)
		})
	}
}
