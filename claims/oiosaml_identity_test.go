package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
)

var (
	personUUID   = claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416")
	employeeUUID = claims.MustParseUUID("0c23111c-98f1-4a1b-9d26-1b4c54d9d1f0")
	bakery       = claims.MustParseCVR("13748136")
	dairy        = claims.MustParseCVR("43950932")
)

// citizen and worker are what NemLog-in tells of a private person and of an employee.
func citizen() *claims.OIOSAML {
	return &claims.OIOSAML{
		SpecVersion: "OIO-SAML-3.0", Levels: claims.Levels{LoA: claims.Substantial, IAL: claims.High, AAL: claims.Substantial},
		CPR: cprtest.Number(4), CPRUUID: personUUID, FullName: "Åse Bøgh Ærø", FirstName: "Åse", LastName: "Ærø",
		Age: 60, BirthDate: time.Date(1966, 2, 28, 0, 0, 0, 0, time.UTC), NemIDPID: "9208-2002-2-123456789012",
	}
}

func worker(t *testing.T) *claims.OIOSAML {
	o := citizen()
	o.NemIDPID = ""
	o.CVR, o.OrgName, o.ProfessionalID, o.RID = bakery, "Bageren på Ærø", employeeUUID, "0012345678"
	o.PNumber, o.SENumber = pNumber(t, "1092738120"), seNumber(t, "98202298")
	return o
}

func TestOIOSAMLIdentityOfACitizen(t *testing.T) {
	id, err := citizen().Identity()
	require.NoError(t, err)
	assert.Equal(t, claims.Identity{
		Capacity: claims.CapacityPrivate, UUID: personUUID, CPR: cprtest.Number(4),
		Name: &claims.Name{Full: "Åse Bøgh Ærø", Given: "Åse", Family: "Ærø"}, BirthDate: time.Date(1966, 2, 28, 0, 0, 0, 0, time.UTC),
		Levels: claims.Levels{LoA: claims.Substantial, IAL: claims.High, AAL: claims.Substantial}, NemIDPID: "9208-2002-2-123456789012",
	}, id)
	id, err = (&claims.OIOSAML{}).Identity()
	require.NoError(t, err, "a person without any attribute is private, and has no level")
	assert.Equal(t, claims.Identity{Capacity: claims.CapacityPrivate}, id)
}

func TestOIOSAMLIdentityOfAnEmployee(t *testing.T) {
	o := worker(t)
	id, err := o.Identity()
	require.NoError(t, err)
	assert.Equal(t, claims.CapacityProfessional, id.Capacity)
	assert.Equal(t, employeeUUID, id.UUID, "never the key of the private person")
	assert.Equal(t, &claims.Organisation{Name: "Bageren på Ærø", CVR: bakery, PNumber: o.PNumber, SENumber: o.SENumber, RID: "0012345678"}, id.Organisation)
	o.ProfessionalID = claims.UUID{}
	id, err = o.Identity()
	require.NoError(t, err)
	assert.Equal(t, claims.UUID{}, id.UUID)
}

// Each attribute of an organisation makes a login professional, which needs cvr and
// orgName.
func TestOIOSAMLCapacity(t *testing.T) {
	for name, c := range map[string]struct {
		make func(o *claims.OIOSAML)
		want claims.Capacity
		err  fault.Class
	}{
		"cvr alone":            {func(o *claims.OIOSAML) { o.CVR = bakery }, 0, fault.ClaimMissing},
		"orgName alone":        {func(o *claims.OIOSAML) { o.OrgName = "Ærø" }, 0, fault.ClaimMissing},
		"productionUnit alone": {func(o *claims.OIOSAML) { o.PNumber = pNumber(t, "1092738120") }, 0, fault.ClaimMissing},
		"seNumber alone":       {func(o *claims.OIOSAML) { o.SENumber = seNumber(t, "98202298") }, 0, fault.ClaimMissing},
		"rid alone":            {func(o *claims.OIOSAML) { o.RID = "1" }, 0, fault.ClaimMissing},
		"uuid alone":           {func(o *claims.OIOSAML) { o.ProfessionalID = employeeUUID }, 0, fault.ClaimMissing},
		"authorised, no cvr":   {func(o *claims.OIOSAML) { o.AuthorizedToRepresent = []claims.CVR{bakery} }, 0, fault.ClaimMissing},
		"cvr and orgName":      {func(o *claims.OIOSAML) { o.CVR, o.OrgName = bakery, "Ærø" }, claims.CapacityProfessional, 0},
		"may bind the company": {func(o *claims.OIOSAML) {
			o.CVR, o.OrgName, o.AuthorizedToRepresent = bakery, "Ærø", []claims.CVR{dairy, bakery}
		}, claims.CapacitySignatory, 0},
		"may bind another": {func(o *claims.OIOSAML) {
			o.CVR, o.OrgName, o.AuthorizedToRepresent = bakery, "Ærø", []claims.CVR{dairy}
		}, claims.CapacityProfessional, 0},
		"privileges alone": {func(o *claims.OIOSAML) {
			o.Privileges = []claims.PrivilegeGroup{{Scope: claims.PrivilegeScope{CVR: dairy}}}
		}, claims.CapacityPrivate, 0},
		"an administrator flag": {func(o *claims.OIOSAML) { o.UserAdministrator = true }, claims.CapacityPrivate, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := citizen()
			c.make(o)
			assert.Equal(t, c.want != claims.CapacityPrivate, o.Professional())
			id, err := o.Identity()
			assert.Equal(t, c.err, fault.ClassOf(err))
			assert.Equal(t, c.want, id.Capacity)
			if err != nil {
				assert.Equal(t, claims.Identity{}, id)
				return
			}
			if id.Organisation != nil {
				assert.Equal(t, bakery, id.Organisation.CVR, "never a company of the list")
			}
		})
	}
}

func TestOIOSAMLName(t *testing.T) {
	for name, c := range map[string]struct {
		make      func(o *claims.OIOSAML)
		want      *claims.Name
		protected claims.Protection
	}{
		"joined parts":            {func(o *claims.OIOSAML) { o.FullName = "" }, &claims.Name{Full: "Åse Ærø", Given: "Åse", Family: "Ærø"}, 0},
		"a pseudonym":             {func(o *claims.OIOSAML) { o.Alias = "Pseudonym" }, nil, 0},
		"a pseudonym and no name": {func(o *claims.OIOSAML) { o.Alias, o.FullName, o.FirstName, o.LastName = "Pseudonym", "", "", "" }, nil, 0},
		"an alias":                {func(o *claims.OIOSAML) { o.Alias = "Blåbær" }, &claims.Name{Full: "Åse Bøgh Ærø", Given: "Åse", Family: "Ærø"}, 0},
		"an alias alone":          {func(o *claims.OIOSAML) { o.Alias, o.FullName, o.FirstName, o.LastName = "Blåbær", "", "", "" }, nil, 0},
		"protected":               {func(o *claims.OIOSAML) { o.FullName = "NAVNE & ADRESSEBESKYTTET" }, nil, claims.NameAndAddressProtected},
		"protected parts":         {func(o *claims.OIOSAML) { o.LastName = "NAVNE & ADRESSEBESKYTTET" }, nil, claims.NameAndAddressProtected},
		"a number in it":          {func(o *claims.OIOSAML) { o.FullName = "Åse " + cprtest.Number(9).Reveal() }, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := citizen()
			c.make(o)
			id, err := o.Identity()
			require.NoError(t, err)
			assert.Equal(t, c.want, id.Name)
			assert.Equal(t, c.protected, id.Protection)
		})
	}
}
