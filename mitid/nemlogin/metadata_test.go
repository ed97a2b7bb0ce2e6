package nemlogin

import (
	"encoding/base64"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

var rewrite = flag.Bool("update", false, "rewrite the golden files")

// withMetadata fills in what the metadata needs.
func withMetadata(c *Config) {
	c.Organisation = Organisation{Name: "Ærø & Åbenrå Kommune", DisplayName: "Ærø & Åbenrå", URL: "https://kommune.example/?a=1&b=2"}
	c.Contact = Contact{GivenName: "Søren", SurName: "Ågård <drift>", Email: "drift@kommune.example", Telephone: "+45 33 92 52 00"}
}

func madeMetadata(tb testing.TB, change func(*Config)) []byte {
	tb.Helper()
	b := newBroker(tb, func(c *Config) {
		withMetadata(c)
		if change != nil {
			change(c)
		}
	})
	data, err := b.Metadata(spACS)
	require.NoError(tb, err)
	again, err := b.Metadata(spACS)
	require.NoError(tb, err)
	require.Equal(tb, data, again, "the same Config gives the same bytes")
	return data
}

func TestMetadataIsWrittenDown(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"public":           nil,
		"private-provider": func(c *Config) { c.PrivateProvider = true },
		"cbc-and-two-keys": func(c *Config) { c.CBC, c.Keys = true, []KeyPair{pairs("sp"), pairs("sp-next")} },
		"transient-without-logout": func(c *Config) {
			c.TransientNameID, c.LogoutURL, c.Contact, c.Attributes = true, "", Contact{Email: "drift@kommune.example"}, []string{model + "eid/cprUuid"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := string(madeMetadata(t, change))
			for pair, k := range map[string]KeyPair{"sp": pairs("sp"), "sp-next": pairs("sp-next")} { // keys are new in every run
				got = strings.ReplaceAll(got, base64.StdEncoding.EncodeToString(k.Certificate.Raw), pair)
			}
			golden := filepath.Join("testdata", "metadata", name+".xml")
			if *rewrite {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// What crewjam/saml reads is what Config says.
func TestMetadataReadByCrewjam(t *testing.T) {
	var md saml.EntityDescriptor
	require.NoError(t, xml.Unmarshal(madeMetadata(t, func(c *Config) { c.Keys = []KeyPair{pairs("sp"), pairs("sp-next")} }), &md))
	require.Equal(t, spEntityID, md.EntityID)
	require.Len(t, md.SPSSODescriptors, 1)
	sp := md.SPSSODescriptors[0]
	require.True(t, *sp.AuthnRequestsSigned && *sp.WantAssertionsSigned)
	require.Len(t, sp.AssertionConsumerServices, 1)
	require.Equal(t, bindingPost, sp.AssertionConsumerServices[0].Binding)
	require.Equal(t, spACS, sp.AssertionConsumerServices[0].Location)
	require.Len(t, sp.SingleLogoutServices, 1)
	require.Equal(t, bindingRedirect, sp.SingleLogoutServices[0].Binding)
	require.Equal(t, spLogout, sp.SingleLogoutServices[0].Location)
	require.Len(t, sp.KeyDescriptors, 4)
	for i, want := range []struct {
		use string
		key KeyPair
	}{{"signing", pairs("sp")}, {"signing", pairs("sp-next")}, {"encryption", pairs("sp")}, {"encryption", pairs("sp-next")}} {
		require.Equal(t, want.use, sp.KeyDescriptors[i].Use)
		require.Equal(t, base64.StdEncoding.EncodeToString(want.key.Certificate.Raw), sp.KeyDescriptors[i].KeyInfo.X509Data.X509Certificates[0].Data)
	}
	require.Len(t, sp.AttributeConsumingServices, 1)
	require.Equal(t, "Ærø & Åbenrå", sp.AttributeConsumingServices[0].ServiceNames[0].Value)
	var asked []string
	for _, a := range sp.AttributeConsumingServices[0].RequestedAttributes {
		require.Equal(t, "urn:oasis:names:tc:SAML:2.0:attrname-format:uri", a.NameFormat)
		asked = append(asked, a.Name)
	}
	require.Contains(t, asked, "https://data.gov.dk/model/core/eid/cprNumber")
	require.Contains(t, asked, "https://data.gov.dk/model/core/eid/privilegesIntermediate")
	require.Contains(t, asked, "https://data.gov.dk/concept/core/nsis/loa")
	require.Equal(t, "https://kommune.example/?a=1&b=2", md.Organization.OrganizationURLs[0].Value)
	require.Equal(t, "technical", md.ContactPersons[0].ContactType)
	require.Equal(t, "Ågård <drift>", md.ContactPersons[0].SurName)
	require.True(t, md.ValidUntil.IsZero())
}

// A private service provider asks for neither CPR numbers nor privileges, not even when
// the list says so.
func TestPrivateProviderAsksForNoCPR(t *testing.T) {
	text := string(madeMetadata(t, func(c *Config) { c.PrivateProvider = true }))
	require.NotContains(t, text, "cprNumber")
	require.NotContains(t, text, "privileges")
	require.Contains(t, text, "cprUuid")
	for _, name := range []string{attrCPR, attrPrivileges} {
		cfg := settings()
		cfg.PrivateProvider, cfg.Attributes = true, []string{name}
		_, err := New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid)
	}
}

func TestMetadataThatCannotBeMade(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*Config)
		redirect string
		want     string
	}{
		"no organisation":            {func(c *Config) { c.Organisation.Name = "" }, spACS, "Config.Organisation.Name is missing"},
		"no display name":            {func(c *Config) { c.Organisation.DisplayName = "" }, spACS, "Config.Organisation.DisplayName is missing"},
		"no address":                 {func(c *Config) { c.Organisation.URL = "" }, spACS, "Config.Organisation.URL is missing"},
		"no mail":                    {func(c *Config) { c.Contact.Email = "" }, spACS, "Config.Contact.Email is missing"},
		"a line break":               {func(c *Config) { c.Contact.SurName = "Åse\nÆrø" }, spACS, "without line breaks"},
		"not UTF-8":                  {func(c *Config) { c.Contact.SurName = "\xe5" }, spACS, "in UTF-8"},
		"no redirect address":        {nil, "", "redirectURL is missing"},
		"redirect by http":           {nil, "http://kommune.example/callback", "redirectURL must be https"},
		"redirect with a query":      {nil, spACS + "?a=b", "redirectURL has a query"},
		"redirect with a path alone": {nil, "/callback", "redirectURL is not an absolute address"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, func(c *Config) { withMetadata(c) })
			if c.change != nil {
				b = newBroker(t, func(cfg *Config) { withMetadata(cfg); c.change(cfg) })
			}
			_, err := b.Metadata(c.redirect)
			require.ErrorIs(t, err, mitid.ErrConfigInvalid)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// The order of the children is that of the schema (SAML Metadata 2.0 section 2.4).
func TestMetadataIsInTheOrderOfTheSchema(t *testing.T) {
	doc, err := xmlsig.Parse(madeMetadata(t, nil))
	require.NoError(t, err)
	names := func(el *etree.Element) (all []string) {
		for _, c := range el.ChildElements() {
			if len(all) == 0 || all[len(all)-1] != c.Tag {
				all = append(all, c.Tag)
			}
		}
		return all
	}
	require.Equal(t, []string{"SPSSODescriptor", "Organization", "ContactPerson"}, names(doc.Root()))
	role, err := xmlsig.One(doc.Root(), nsMetadata, "SPSSODescriptor")
	require.NoError(t, err)
	require.Equal(t, []string{"KeyDescriptor", "SingleLogoutService", "NameIDFormat", "AssertionConsumerService", "AttributeConsumingService"}, names(role))
}
