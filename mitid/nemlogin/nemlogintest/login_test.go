package nemlogintest_test

import (
	"testing"

	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

const (
	core = "https://data.gov.dk/model/core/"
	nsis = "https://data.gov.dk/concept/core/nsis/"
)

// A service provider that is not ours takes what this fake makes, in each way that is no
// fault.
func TestAnotherServiceProviderLogsIn(t *testing.T) {
	for name, change := range map[string]func(*nemlogintest.Settings){
		"as it is":             func(*nemlogintest.Settings) {},
		"GCM with mgf1p":       func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptGCMWithMGF1P },
		"CBC":                  func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptCBC },
		"CBC beside GCM":       func(s *nemlogintest.Settings) { s.CBCBesideGCM = true },
		"ambiguous as OpenSSL": func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptAmbiguousAsOpenSSL },
		"ambiguous as Node":    func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptAmbiguousAsNode },
		"plain":                func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptNothing },
		"key beside the data":  func(s *nemlogintest.Settings) { s.KeyBesideData = true },
		"response signed too":  func(s *nemlogintest.Settings) { s.SignResponse = true },
	} {
		t.Run(name, func(t *testing.T) {
			fake := nemlogintest.New(t)
			fake.Configure(change)
			s := newShop(t, fake, "https://butik.example/saml", 0)
			paiman := mitidtest.Paiman()
			s.visit(fake.NewBrowser(), "/login", mitidtest.Approve(paiman))
			got := s.attributes()
			assert.Equal(t, []string{"Paiman Petersen"}, got[core+"eid/fullName"])
			assert.Equal(t, []string{"OIO-SAML-3.0"}, got[core+"specVersion"])
			assert.Equal(t, []string{"Substantial"}, got[nsis+"loa"])
			assert.Equal(t, []string{paiman.CPR.Reveal()}, got[core+"eid/cprNumber"])
			assert.Equal(t, []string{"urn:uuid:" + paiman.MitIDUUID(nil)}, got[core+"eid/cprUuid"])
			assert.Contains(t, s.latest.Subject.NameID.Value, core+"eid/person/uuid/")
			assert.Equal(t, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", s.latest.Subject.NameID.Format)
		})
	}
}

func TestRefusedEncryptionIsRefused(t *testing.T) {
	for name, way := range map[string]nemlogintest.Encryption{"rsa-1_5": nemlogintest.EncryptRSA15, "3DES": nemlogintest.EncryptTripleDES} {
		t.Run(name, func(t *testing.T) {
			fake := nemlogintest.New(t)
			fake.Configure(func(s *nemlogintest.Settings) { s.Encryption = way })
			s := newShop(t, fake, "https://butik.example/saml", 0)
			s.visit(fake.NewBrowser(), "/login")
			require.Error(t, s.refused)
		})
	}
}

func TestAnEmployeeHasPrivileges(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	s.sp.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: []string{nsis + "loa/Substantial", "https://data.gov.dk/eid/Professional"}}
	fake.Configure(func(s *nemlogintest.Settings) {
		s.Privileges = func(_ *mitidtest.Citizen, co *mitidtest.Company) []nemlogintest.PrivilegeGroup {
			return []nemlogintest.PrivilegeGroup{
				{Scope: nemlogintest.ScopeCVR(co.CVR), Privileges: []string{"urn:dk:kommune:sagsbehandler"}, Constraints: []nemlogintest.Constraint{{Name: "KLE", Value: "25.*"}}},
				{Scope: nemlogintest.ScopeCVR("87654320"), Privileges: []string{"urn:dk:kommune:læser"}}, // delegated
			}
		}
	})
	s.visit(fake.NewBrowser(), "/login", mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674"))
	got := s.attributes()
	assert.Equal(t, []string{"12345674"}, got[core+"eid/professional/cvr"])
	assert.Equal(t, []string{"Smørrebrød & Søn ApS"}, got[core+"eid/professional/orgName"])
	assert.Equal(t, []string{"1092738120"}, got[core+"eid/professional/productionUnit"])
	require.Len(t, got[core+"eid/privilegesIntermediate"], 1)
	assert.Contains(t, s.latest.Subject.NameID.Value, core+"eid/professional/uuid/")
	assert.Empty(t, got[core+"eid/professional/authorizedToRepresent"])

	s.visit(fake.NewBrowser(), "/login", mitidtest.Approve(mitidtest.CompanySignatory()))
	assert.Equal(t, []string{"12345674"}, s.attributes()[core+"eid/professional/authorizedToRepresent"])

	s.visit(fake.NewBrowser(), "/login", mitidtest.Approve(mitidtest.Ditlev()))
	require.Error(t, s.refused, "somebody without a company")
}
