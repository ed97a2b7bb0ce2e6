package nemlogin

import (
	"crypto/x509/pkix"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

func TestNewNamesTheFieldThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		field  string
	}{
		"no EntityID":               {func(c *Config) { c.EntityID = "" }, "EntityID"},
		"EntityID no URI":           {func(c *Config) { c.EntityID = "kommune.example" }, "EntityID"},
		"EntityID with a blank":     {func(c *Config) { c.EntityID += " " }, "EntityID"},
		"EntityID not ASCII":        {func(c *Config) { c.EntityID = "https://ærø.example" }, "EntityID"},
		"EntityID too long":         {func(c *Config) { c.EntityID = "urn:" + strings.Repeat("x", 1021) }, "EntityID"},
		"no key":                    {func(c *Config) { c.Keys = nil }, "Keys"},
		"five keys":                 {func(c *Config) { c.Keys = []KeyPair{c.Keys[0], c.Keys[0], c.Keys[0], c.Keys[0], c.Keys[0]} }, "Keys"},
		"an empty pair":             {func(c *Config) { c.Keys = append(c.Keys, KeyPair{}) }, "Keys[1]"},
		"no certificate":            {func(c *Config) { c.Keys[0].Certificate = nil }, "Keys[0]"},
		"another's certificate":     {func(c *Config) { c.Keys[0].Certificate = pairs("ond").Certificate }, "Keys[0]"},
		"a short key":               {func(c *Config) { c.Keys[0] = shortPair() }, "Keys[0]"},
		"no metadata":               {func(c *Config) { c.IdP = nil }, "IdP"},
		"metadata of nothing":       {func(c *Config) { c.IdP = [][]byte{nil} }, "IdP"},
		"LogoutURL http":            {func(c *Config) { c.LogoutURL = "http://kommune.example/logout" }, "LogoutURL"},
		"LogoutURL with a fragment": {func(c *Config) { c.LogoutURL += "#x" }, "LogoutURL"},
		"LogoutURL with a password": {func(c *Config) { c.LogoutURL = "https://a:b@kommune.example/logout" }, "LogoutURL"},
		"LogoutURL relative":        {func(c *Config) { c.LogoutURL = "/logout" }, "LogoutURL"},
		"an unknown attribute":      {func(c *Config) { c.Attributes = []string{attrLoA, "ukendt"} }, "Attributes[1]"},
		"an attribute twice":        {func(c *Config) { c.Attributes = []string{attrLoA, attrLoA} }, "Attributes[1]"},
		"CPR for a company":         {func(c *Config) { c.PrivateProvider, c.Attributes = true, []string{attrCPR} }, "Attributes[0]"},
		"privileges for a company":  {func(c *Config) { c.PrivateProvider, c.Attributes = true, []string{attrLoA, attrPrivileges} }, "Attributes[1]"},
		"an unknown credential":     {func(c *Config) { c.CredentialTypes = []string{"MitID"} }, "CredentialTypes[0]"},
		"a credential twice":        {func(c *Config) { c.CredentialTypes = []string{"mitid", "mitid"} }, "CredentialTypes[1]"},
		"CancelCode no URI":         {func(c *Config) { c.CancelCode = "AuthnFailed" }, "CancelCode"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := settings()
			c.change(&cfg)
			b, err := New(cfg)
			require.Nil(t, b)
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, "Config."+c.field)
			require.ErrorContains(t, err, "(nemlogin)")
		})
	}
}

func shortPair() KeyPair {
	return newPair(pkix.Name{CommonName: "short"}, 1024, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
}

// Whoever orders a certificate for tests could log in as anybody in production, so that
// certificates for tests count in tests alone.
func TestProductionTakesNoTestCertificates(t *testing.T) {
	unit := pkix.Name{Organization: []string{"Den Danske Stat"}, OrganizationalUnit: []string{"Test - cti"}, CommonName: "NemLog-in IdP - Test"}
	test := newPair(unit, 2048, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	for name, c := range map[string]struct {
		entityID string
		idp, own KeyPair
		field    string
	}{
		"test":                    {idpEntityID, test, test, ""},
		"production":              {production, pairs("idp"), pairs("sp"), ""},
		"the IdP's in production": {production, test, pairs("sp"), "Config.IdP"},
		"our own in production":   {production, pairs("idp"), test, "Config.Keys[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := settings()
			cfg.IdP, cfg.Keys = [][]byte{metadata(c.entityID, c.idp)}, []KeyPair{c.own}
			_, err := New(cfg)
			if c.field == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, c.field)
		})
	}
}

func TestTheCallbackRule(t *testing.T) {
	require.Equal(t, mitid.CallbackRule{
		Name: "nemlogin", Issuer: idpEntityID, ClientID: spEntityID, Method: http.MethodPost, State: "RelayState",
		LogoutURL: "https://kommune.example/logout", HoldsStatement: true,
	}, newBroker(t, nil).Callback())
}

func TestABrokerShowsNoKeys(t *testing.T) {
	b := newBroker(t, nil)
	d := pairs("sp").Key.D
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		text := fmt.Sprintf(format, b)
		require.NotContains(t, text, d.String())
		require.NotContains(t, text, fmt.Sprintf("%x", d))
	}
	require.Equal(t, "nemlogin.Broker("+idpEntityID+")", fmt.Sprintf("%#v", b))
}

// What the caller does with the Config afterwards changes nothing.
func TestTheConfigIsCopied(t *testing.T) {
	cfg := settings()
	cfg.Attributes = []string{attrLoA, attrCPR}
	b, err := New(cfg)
	require.NoError(t, err)
	cfg.Keys[0], cfg.Attributes[1] = pairs("ond"), attrName
	_, err = visit{newClient(t, b), mitid.Request{CPR: mitid.CPRRequired}, nil}.run(t)
	require.NoError(t, err)
}

func TestTheDefaultAttributesAreThoseOfTheKind(t *testing.T) {
	public, private := settings(), settings()
	private.PrivateProvider = true
	require.Contains(t, public.requestedAttributes(), attrCPR)
	require.Contains(t, public.requestedAttributes(), attrPrivileges)
	for _, name := range private.requestedAttributes() {
		require.False(t, authoritiesAlone(name), name)
	}
	require.Len(t, private.requestedAttributes(), len(publicAttributes)-2)
}
