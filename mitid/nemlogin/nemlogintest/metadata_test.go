package nemlogintest_test

import (
	"encoding/xml"
	"testing"

	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

func TestMetadata(t *testing.T) {
	fake := nemlogintest.New(t)
	status, served := get(t, fake, fake.MetadataURL())
	assert.Equal(t, 200, status)
	assert.Equal(t, string(fake.Metadata()), served)
	var m saml.EntityDescriptor
	require.NoError(t, xml.Unmarshal(fake.Metadata(), &m))
	assert.Equal(t, fake.EntityID(), m.EntityID)
	assert.True(t, m.ValidUntil.IsZero())
	require.Len(t, m.IDPSSODescriptors, 1)
	role := m.IDPSSODescriptors[0]
	assert.True(t, *role.WantAuthnRequestsSigned)
	require.Len(t, role.KeyDescriptors, 1, "one signing key, and none for encryption")
	assert.Equal(t, "signing", role.KeyDescriptors[0].Use)
	require.Len(t, role.SingleSignOnServices, 1)
	assert.Equal(t, saml.HTTPRedirectBinding, role.SingleSignOnServices[0].Binding)
	assert.Equal(t, fake.Origin()+"/idp/saml/3.0/", role.SingleSignOnServices[0].Location)
	assert.Len(t, role.SingleLogoutServices, 2)
	assert.Len(t, role.Attributes, 23)
	assert.NotContains(t, string(fake.Metadata()), "Signature")
}

// Old and new metadata differ in the key alone, and the next one becomes the present one.
func TestKeyChange(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	old, next := fake.Metadata(), fake.NextMetadata()
	assert.NotEqual(t, string(old), string(next))
	fake.RotateKeys()
	assert.Equal(t, string(next), string(fake.Metadata()))
	s.visit(fake.NewBrowser(), "/login")
	require.Error(t, s.refused, "signed by a key that the old metadata does not have")
	var m saml.EntityDescriptor
	require.NoError(t, xml.Unmarshal(next, &m))
	s.sp.IDPMetadata = &m
	s.visit(fake.NewBrowser(), "/login")
	require.NoError(t, s.refused)
}

func TestRegister(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	right, err := xml.Marshal(s.sp.Metadata())
	require.NoError(t, err)
	require.NoError(t, fake.Register(right))
	change := func(f func(m *saml.EntityDescriptor, role *saml.SPSSODescriptor)) []byte {
		m := s.sp.Metadata()
		f(m, &m.SPSSODescriptors[0])
		text, err := xml.Marshal(m)
		require.NoError(t, err)
		return text
	}
	for name, c := range map[string]struct {
		metadata []byte
		why      string
	}{
		"nothing":               {nil, "EntityDescriptor"},
		"IdP metadata":          {fake.Metadata(), "AssertionConsumerService"},
		"no entity id":          {change(func(m *saml.EntityDescriptor, _ *saml.SPSSODescriptor) { m.EntityID = "" }), "entityID"},
		"no consumer":           {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) { r.AssertionConsumerServices = nil }), "AssertionConsumerService"},
		"no key for encryption": {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) { r.KeyDescriptors = r.KeyDescriptors[1:] }), "encryption"},
		"no key for signing":    {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) { r.KeyDescriptors = r.KeyDescriptors[:1] }), "signing"},
		"a certificate is no Base64": {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) {
			r.KeyDescriptors[0].KeyInfo.X509Data.X509Certificates[0].Data = "æøå"
		}), "Base64"},
		"a certificate is none": {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) {
			r.KeyDescriptors[0].KeyInfo.X509Data.X509Certificates[0].Data = "AAAA"
		}), "damaged"},
		"a NameID format is unknown": {change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) {
			r.NameIDFormats = []saml.NameIDFormat{saml.EmailAddressNameIDFormat}
		}), "NameIDFormat"},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, fake.Register(c.metadata), c.why) })
	}

	asksCPR := change(func(_ *saml.EntityDescriptor, r *saml.SPSSODescriptor) {
		r.AttributeConsumingServices = []saml.AttributeConsumingService{{RequestedAttributes: []saml.RequestedAttribute{{Attribute: saml.Attribute{Name: core + "eid/cprNumber"}}}}}
	})
	require.NoError(t, fake.Register(asksCPR))
	fake.Configure(func(s *nemlogintest.Settings) { s.PrivateProviders = true })
	require.ErrorContains(t, fake.Register(asksCPR), "private service provider")
}

// Only attributes that the metadata asks for come, beside the level and the version.
func TestAttributesAreThoseAskedFor(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0, func(m *saml.EntityDescriptor) {
		m.SPSSODescriptors[0].AttributeConsumingServices = []saml.AttributeConsumingService{{RequestedAttributes: []saml.RequestedAttribute{{Attribute: saml.Attribute{Name: core + "eid/fullName"}}}}}
	})
	s.visit(fake.NewBrowser(), "/login")
	got := s.attributes()
	assert.Equal(t, []string{"Ditlev Von Testesen"}, got[core+"eid/fullName"])
	assert.Equal(t, []string{"Substantial"}, got[nsis+"loa"])
	assert.Empty(t, got[core+"eid/cprNumber"])
	assert.Len(t, got, 5)
}
