package neb

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

const nsis = claimsuite.NSIS

// edit is one change to one token of a sample.
type edit struct{ sample, part, member, value string }

func (e edit) identity(t *testing.T) (*Claims, claims.Identity, error) {
	t.Helper()
	p := maps.Clone(nebSample(t, e.sample))
	require.Contains(t, p, e.part)
	p[e.part] = claimsuite.Change(t, p[e.part], e.member, e.value)
	n := nebOf(t, p)
	id, err := n.Identity()
	return n, id, err
}

func TestIdentityRefused(t *testing.T) {
	for name, test := range map[string]struct {
		edit
		want fault.Class
	}{
		"CPR a number":                {edit{"ssn", "userinfo", "dk.cpr", `7408860003`}, fault.ClaimInvalid},
		"CPR a list of two":           {edit{"ssn", "userinfo", "dk.cpr", `["7408860003","6203990004"]`}, fault.ClaimInvalid},
		"CPR with a hyphen":           {edit{"ssn", "userinfo", "dk.cpr", `"740886-0003"`}, fault.ClaimInvalid},
		"CPR with a digit more":       {edit{"ssn", "userinfo", "dk.cpr", `"74088600031"`}, fault.ClaimInvalid},
		"CPR of no date":              {edit{"ssn", "userinfo", "dk.cpr", `"9908860003"`}, fault.ClaimInvalid},
		"nemlogin.cpr a number":       {edit{"employee-public", "userinfo", "nemlogin.cpr", `7408860003`}, fault.ClaimInvalid},
		"two CPR numbers":             {edit{"employee-public", "userinfo", "dk.cpr", `"6203990004"`}, fault.ClaimInvalid},
		"CPR of one who has none":     {edit{"ssn", "userinfo", "mitid.has_cpr", `"false"`}, fault.ClaimInvalid},
		"has_cpr in capitals":         {edit{"ssn", "userinfo", "mitid.has_cpr", `"TRUE"`}, fault.ClaimInvalid},
		"uuid malformed":              {edit{"login", "userinfo", "mitid.uuid", `"6867f1a2"`}, fault.ClaimInvalid},
		"uuid a list":                 {edit{"login", "userinfo", "mitid.uuid", `["6867f1a2-90ab-4cde-8f01-23456789abcd"]`}, fault.ClaimInvalid},
		"idp_identity_id of another":  {edit{"login", "userinfo", "idp_identity_id", `"0c23111c-928b-4adb-a413-e07006c48c16"`}, fault.ClaimInvalid},
		"date of birth that is not":   {edit{"login", "userinfo", "mitid.date_of_birth", `"1986-02-30"`}, fault.ClaimInvalid},
		"date of birth Danish":        {edit{"login", "userinfo", "mitid.date_of_birth", `"14.08.1986"`}, fault.ClaimInvalid},
		"name a list":                 {edit{"login", "userinfo", "mitid.identity_name", `["Åse"]`}, fault.ClaimInvalid},
		"PID of another form":         {edit{"ssn", "userinfo", "nemid.pid", `"PID:9208-2002-2-012345678901"`}, fault.ClaimInvalid},
		"name_address_protected: yes": {edit{"protected", "userinfo", "ssn.details.name_address_protected", `"yes"`}, fault.ClaimInvalid},
		"zip code a number":           {edit{"details", "userinfo", "ssn.details.zip_code", `3400`}, fault.ClaimInvalid},
		"another eID":                 {edit{"id-token-alone", "id_token", "idp", `"passkeyid"`}, fault.ClaimInvalid},
		"no eID":                      {edit{"id-token-alone", "id_token", "idp", ``}, fault.ClaimInvalid},
		"identity_type test":          {edit{"id-token-alone", "id_token", "identity_type", `"test"`}, fault.ClaimInvalid},
		"identity_type Private":       {edit{"id-token-alone", "id_token", "identity_type", `"Private"`}, fault.ClaimInvalid},
		"no identity_type":            {edit{"id-token-alone", "id_token", "identity_type", ``}, fault.ClaimInvalid},
		"auth_time a date":            {edit{"id-token-alone", "id_token", "auth_time", `"2026-08-29"`}, fault.ClaimInvalid},
		"auth_time negative":          {edit{"id-token-alone", "id_token", "auth_time", `-1`}, fault.ClaimInvalid},
		"auth_time 1e400":             {edit{"id-token-alone", "id_token", "auth_time", `1e400`}, fault.ClaimInvalid},
		"auth_time zero":              {edit{"id-token-alone", "id_token", "auth_time", `0`}, fault.ClaimInvalid},
		"amr with a number in it":     {edit{"id-token-alone", "id_token", "amr", `["code_app",7]`}, fault.ClaimInvalid},
		"amr an object":               {edit{"id-token-alone", "id_token", "amr", `{}`}, fault.ClaimInvalid},
		"an employer in a private":    {edit{"login", "userinfo", "nemlogin.cvr", `"43950932"`}, fault.ClaimInvalid},
		"a company in a private":      {edit{"login", "userinfo", "nemlogin.auth_to_repr", `"43950932"`}, fault.ClaimInvalid},
		"an organisation's name":      {edit{"login", "userinfo", "nemlogin.org_name", `"Bageren på Ærø"`}, fault.ClaimInvalid},
		"CVR with DK":                 {edit{"employee-public", "userinfo", "nemlogin.cvr", `"DK43950932"`}, fault.ClaimInvalid},
		"CVR that lost a zero":        {edit{"employee-public", "userinfo", "nemlogin.cvr", `4395093`}, fault.ClaimInvalid},
		"P-number of nine digits":     {edit{"employee-public", "userinfo", "nemlogin.p_number", `"109273812"`}, fault.ClaimInvalid},
		"RID a number":                {edit{"employee-public", "userinfo", "nemlogin.nemid.rid", `12345678`}, fault.ClaimInvalid},
		"RID of letters":              {edit{"employee-public", "userinfo", "nemlogin.nemid.rid", `"CVR:43950932-RID:æ"`}, fault.ClaimInvalid},
		"professional id malformed":   {edit{"employee-public", "userinfo", "nemlogin.persistent_professional_id", `"0c23"`}, fault.ClaimInvalid},
		"two organisations":           {edit{"employee-public", "userinfo", "nemlogin.auth_to_repr", `"16662879"`}, fault.ClaimInvalid},
		"employee without CVR":        {edit{"employee-public", "userinfo", "nemlogin.cvr", ``}, fault.ClaimMissing},
		"signatory without CVR":       {edit{"signatory", "userinfo", "nemlogin.auth_to_repr", `""`}, fault.ClaimMissing},

		"userinfo of another":          {edit{"login", "userinfo", "sub", `"d3b0f6a2-5c3e-4c1e-9d7a-0f6e2a1b4c5e"`}, fault.TokenInvalid},
		"userinfo of nobody":           {edit{"login", "userinfo", "sub", ``}, fault.TokenInvalid},
		"sub and a character":          {edit{"login", "userinfo", "sub", `"d3b0f6a2-5c3e-4c1e-9d7a-0f6e2a1b4c5d "`}, fault.TokenInvalid},
		"sub in capitals":              {edit{"login", "userinfo", "sub", `"D3B0F6A2-5C3E-4C1E-9D7A-0F6E2A1B4C5D"`}, fault.TokenInvalid},
		"userinfo of another level":    {edit{"login", "userinfo", "loa", `"` + nsis + `High"`}, fault.TokenInvalid},
		"userinfo of no known level":   {edit{"login", "userinfo", "loa", `"gold"`}, fault.TokenInvalid},
		"userinfo of another ial":      {edit{"login", "userinfo", "ial", `"` + nsis + `High"`}, fault.TokenInvalid},
		"userinfo of another aal":      {edit{"login", "userinfo", "aal", `"` + nsis + `Low"`}, fault.TokenInvalid},
		"userinfo of another eID":      {edit{"login", "userinfo", "idp", `"mitid_erhverv"`}, fault.TokenInvalid},
		"userinfo of another capacity": {edit{"login", "userinfo", "identity_type", `"professional"`}, fault.TokenInvalid},
		"userinfo of another login":    {edit{"login", "userinfo", "mitid.transaction_id", `"x"`}, fault.TokenInvalid},
		"userinfo, transaction_id":     {edit{"login", "userinfo", "transaction_id", `"x"`}, fault.TokenInvalid},
		"userinfo, subject_type":       {edit{"login", "userinfo", "subject_type", `"public"`}, fault.TokenInvalid},
		"userinfo token, other time":   {edit{"ssn-userinfo-token", "userinfo", "auth_time", `"1787999999"`}, fault.TokenInvalid},
		"userinfo token unbound":       {edit{"ssn-userinfo-token", "userinfo", "transaction_id", ``}, fault.TokenInvalid},
		"userinfo token, other iss":    {edit{"ssn-userinfo-token", "userinfo", "iss", `"https://netseidbroker.dk/op"`}, fault.TokenInvalid},
		"userinfo token, other aud":    {edit{"ssn-userinfo-token", "userinfo", "aud", `"x"`}, fault.TokenInvalid},
		"userinfo token, two aud":      {edit{"ssn-userinfo-token", "userinfo", "aud", `["0a775a87-878c-4b83-abe3-ee29c720c3e7","x"]`}, fault.TokenInvalid},
		"ID token without transaction": {edit{"ssn-userinfo-token", "id_token", "transaction_id", ``}, fault.TokenInvalid},
		"CIBA, userinfo of another":    {edit{"login", "id_token", "mitid.uuid", `"0c23111c-928b-4adb-a413-e07006c48c16"`}, fault.TokenInvalid},

		"transaction of another":          {edit{"text", "transaction_token", "sub", `"x"`}, fault.TokenInvalid},
		"transaction of nobody":           {edit{"text", "transaction_token", "sub", ``}, fault.TokenInvalid},
		"transaction of another login":    {edit{"text", "transaction_token", "transaction_id", `"x"`}, fault.TokenInvalid},
		"transaction unbound":             {edit{"text", "transaction_token", "transaction_id", ``}, fault.TokenInvalid},
		"transaction of another nonce":    {edit{"text", "transaction_token", "nonce", `"x"`}, fault.TokenInvalid},
		"transaction without nonce":       {edit{"text", "transaction_token", "nonce", ``}, fault.TokenInvalid},
		"transaction of another issuer":   {edit{"text", "transaction_token", "iss", `"x"`}, fault.TokenInvalid},
		"transaction for another client":  {edit{"text", "transaction_token", "aud", `"x"`}, fault.TokenInvalid},
		"transaction of another level":    {edit{"text", "transaction_token", "loa", `"` + nsis + `High"`}, fault.TokenInvalid},
		"transaction of another person":   {edit{"text", "transaction_token", "mitid.uuid", `"0c23111c-928b-4adb-a413-e07006c48c16"`}, fault.TokenInvalid},
		"transaction, other CPR":          {edit{"ssn", "transaction_token", "dk.cpr", `"6203990004"`}, fault.TokenInvalid},
		"transaction, other birth date":   {edit{"ssn", "transaction_token", "mitid.date_of_birth", `"1986-08-15"`}, fault.TokenInvalid},
		"transaction, other MitID id":     {edit{"ssn", "transaction_token", "mitid.transaction_id", `"x"`}, fault.TokenInvalid},
		"transaction, other organisation": {edit{"employee", "transaction_token", "nemlogin.cvr", `"16662879"`}, fault.TokenInvalid},
		"transaction, CPR a number":       {edit{"ssn", "transaction_token", "dk.cpr", `7408860003`}, fault.ClaimInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			n, id, err := test.identity(t)
			require.Error(t, err)
			assert.Equal(t, test.want, fault.ClassOf(err), "%v", err)
			assert.Equal(t, claims.Identity{}, id)
			if v := strings.Trim(test.value, `"`); len(v) > 4 {
				assert.NotContains(t, err.Error(), v)
			}
			if test.member == "dk.cpr" && test.want == fault.ClaimInvalid && name != "two CPR numbers" {
				assert.True(t, n.UserInfo.CPR.IsZero() || test.part != "userinfo", "nothing of it is kept")
			}
		})
	}
	_, err := (&Claims{}).Identity()
	assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err))
}

// The level comes from loa alone, and only the URIs of NSIS are levels.
func TestIdentityLevel(t *testing.T) {
	for value, want := range map[string]claims.Level{
		`"` + nsis + `Low"`: claims.Low, `"` + nsis + `Substantial"`: claims.Substantial, `"` + nsis + `High"`: claims.High,
		``: 0, `null`: 0, `""`: 0, `"High"`: 0, `"high"`: 0, `"HIGH"`: 0, `"` + nsis + `high"`: 0, `"` + nsis + `High "`: 0,
		`"http://data.gov.dk/concept/core/nsis/High"`: 0, `3`: 0, `["` + nsis + `High"]`: 0, `true`: 0, `{}`: 0,
		`"urn:grn:authn:dk:mitid:high"`: 0,
	} {
		_, id, err := edit{"id-token-alone", "id_token", "loa", value}.identity(t)
		require.NoError(t, err)
		assert.Equal(t, want, id.Levels.LoA, value)
		tok, err := readIDToken([]byte(`{"acr":"` + nsis + `High"}`))
		require.NoError(t, err)
		assert.False(t, tok.TellsLevel(), "acr is not asked")
	}
	for _, payload := range []string{`{"loa":"gold"}`, `{"loa":null}`, `{"loa":[]}`} {
		tok, err := readIDToken([]byte(payload))
		require.NoError(t, err)
		assert.True(t, tok.TellsLevel())
	}
	// Userinfo without a level does not contradict the ID token.
	_, id, err := edit{"login", "userinfo", "loa", ``}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, claims.Substantial, id.Levels.LoA)
}

// Each way in which something is absent is a type, no error.
func TestIdentityAbsent(t *testing.T) {
	for _, value := range []string{``, `null`, `""`} {
		for _, e := range []edit{
			{"ssn-userinfo-token", "userinfo", "dk.cpr", value}, {"ssn-userinfo-token", "userinfo", "mitid.identity_name", value},
			{"ssn-userinfo-token", "userinfo", "mitid.date_of_birth", value}, {"ssn-userinfo-token", "userinfo", "mitid.uuid", value},
			{"ssn-userinfo-token", "userinfo", "nemid.pid", value},
		} {
			n, id, err := e.identity(t)
			require.NoError(t, err)
			switch e.member {
			case "dk.cpr":
				assert.True(t, id.CPR.IsZero())
				assert.True(t, *n.UserInfo.HasCPR, "has one and did not give it")
			case "mitid.identity_name":
				assert.Nil(t, id.Name)
				assert.Equal(t, claims.ProtectionUnknown, id.Protection)
			case "mitid.date_of_birth":
				assert.True(t, id.BirthDate.IsZero())
			case "mitid.uuid":
				assert.True(t, id.UUID.IsZero())
			case "nemid.pid":
				assert.Empty(t, id.NemIDPID)
			}
		}
	}
	_, id, err := edit{"ssn-userinfo-token", "userinfo", "nemid.pid_status", `"unable_to_lookup"`}.identity(t)
	require.NoError(t, err)
	assert.Empty(t, id.NemIDPID)
	_, id, err = edit{"id-token-alone", "id_token", "auth_time", ``}.identity(t)
	require.NoError(t, err)
	assert.True(t, id.AuthTime.IsZero())
}

func TestIdentityDetails(t *testing.T) {
	_, id, err := edit{"details", "userinfo", "x", ``}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, &claims.Name{Full: "Åse Ærøskøbing", Given: "Åse", Middle: "Bæk", Family: "Ærøskøbing"}, id.Name)
	assert.Equal(t, &claims.Address{CareOf: "Søren Testesen", Road: "Grusgraven", HouseNumber: "1B", Floor: "3", Side: "tv",
		Locality: "Øster Å", PostalCode: "3400", City: "Hillerød"}, id.Address)
	assert.Equal(t, claims.Unprotected, id.Protection)

	_, id, err = edit{"details", "userinfo", "mitid.identity_name", ``}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, "Åse Bæk Ærøskøbing", id.Name.Full)

	// A name that one of the two claims says is protected is protected.
	for _, e := range []edit{
		{"details", "userinfo", "ssn.details.name_address_protected", `"true"`},
		{"details", "userinfo", "ssn.details.name_address_protected", `true`},
		{"details", "userinfo", "mitid.identity_name", `"NAVNE & ADRESSEBESKYTTET"`},
	} {
		_, id, err = e.identity(t)
		require.NoError(t, err)
		assert.Nil(t, id.Name)
		assert.Nil(t, id.Address)
		assert.Equal(t, claims.NameAndAddressProtected, id.Protection)
		assert.False(t, id.CPR.IsZero())
	}

	// Nothing is taken from a look-up that failed or whose outcome is unknown.
	for _, status := range []string{`"unable_to_lookup"`, `"Success"`, `"æ"`} {
		_, id, err = edit{"details", "userinfo", "ssn.details.status", status}.identity(t)
		require.NoError(t, err)
		assert.Nil(t, id.Address)
		assert.Equal(t, claims.ProtectionUnknown, id.Protection)
		assert.Equal(t, claims.StatusNotTold, id.CPRStatus)
		assert.Equal(t, &claims.Name{Full: "Åse Ærøskøbing"}, id.Name)
	}
	for word, want := range map[string]claims.CPRStatus{
		"active": claims.StatusResident, "Active": claims.StatusResident, "ActiveWithHighRoadCode": claims.StatusResidentHighRoad,
		"activewithhighroadcode":                                    claims.StatusResidentHighRoad,
		"ActiveRegisteredResidenceInGreenlandicCpr":                 claims.StatusGreenland,
		"activeregisteredresidenceingreenlandiccprwithhighroadcode": claims.StatusGreenlandHighRoad,
		"ActiveAdministrativeSocialSecurityNumber":                  claims.StatusAdministrative,
		"CancelledSocialSecurityNumber":                             claims.StatusCancelled,
		"DeletedSocialSecurityNumber":                               claims.StatusDeleted,
		"ChangedSocialSecurityNumber":                               claims.StatusChanged,
		"MISSING":                                                   claims.StatusMissing,
		"Emigrated":                                                 claims.StatusEmigrated,
		"Deceased":                                                  claims.StatusDead,
		"død":                                                       claims.StatusNotTold,
		"active ":                                                   claims.StatusNotTold,
	} {
		n, id, err := edit{"details", "userinfo", "ssn.details.person_status", `"` + word + `"`}.identity(t)
		require.NoError(t, err)
		assert.Equal(t, want, id.CPRStatus, word)
		assert.Equal(t, word, n.UserInfo.Details.PersonStatus)
	}
	_, id, err = edit{"details", "userinfo", "ssn.details.city_name", `"Hillerød"`}.identity(t)
	require.NoError(t, err)
	assert.Empty(t, id.Address.Locality)
}

// Everything about an organisation, and whose name and UUID it is.
func TestIdentityOrganisation(t *testing.T) {
	_, id, err := edit{"employee", "userinfo", "x", ``}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, claims.CapacityProfessional, id.Capacity)
	assert.Equal(t, claims.MustParseUUID("0c23111c-928b-4adb-a413-e07006c48c16"), id.UUID)
	assert.Equal(t, "Bageren på Ærø ApS", id.Organisation.Name)
	assert.Equal(t, "0012345678", id.Organisation.RID)
	assert.Equal(t, claims.MustParseCVR("43950932"), id.Organisation.CVR)
	assert.Equal(t, &claims.Name{Full: "Åse Ærøskøbing", Given: "Åse", Family: "Ærøskøbing"}, id.Name)

	_, id, err = edit{"employee-public", "userinfo", "nemlogin.nemid.rid", `"CVR:43950932-RID:0072131748"`}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, "0072131748", id.Organisation.RID)

	// A signatory: the company, their own name, and no UUID of the private person.
	n, id, err := edit{"signatory", "userinfo", "x", ``}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, claims.CapacitySignatory, id.Capacity)
	assert.Equal(t, claims.MustParseCVR("16662879"), id.Organisation.CVR)
	assert.Equal(t, "Åse Ærøskøbing", id.Name.Full)
	assert.True(t, id.UUID.IsZero())
	assert.False(t, n.UserInfo.UUID.IsZero())
	_, id, err = edit{"signatory", "userinfo", "nemlogin.cvr", `"16662879"`}.identity(t)
	require.NoError(t, err)
	assert.Equal(t, claims.CapacitySignatory, id.Capacity)

	// A person with a pseudonym has no name, even if MitID gives one.
	n, id, err = edit{"pseudonym", "userinfo", "nemlogin.name", `"Åse Ærøskøbing"`}.identity(t)
	require.NoError(t, err)
	assert.Nil(t, id.Name)
	assert.NotEmpty(t, n.UserInfo.IdentityName)
	_, id, err = edit{"signatory", "userinfo", "nemlogin.alias", `"Pseudonym"`}.identity(t)
	require.NoError(t, err)
	assert.Nil(t, id.Name)

	// The ID token alone says that the login is for an organisation, but not for which.
	id, err = n.IDToken.Identity(nil)
	require.NoError(t, err)
	assert.Equal(t, claims.CapacityProfessional, id.Capacity)
	assert.Equal(t, &claims.Organisation{}, id.Organisation)
	assert.Equal(t, claims.Substantial, id.Levels.LoA)
	assert.Equal(t, time.Unix(1787999998, 0).UTC(), id.AuthTime)

	// The two claims with MitID's transaction are equal in private logins only.
	_, _, err = edit{"employee", "userinfo", "mitid.transaction_id", `"another"`}.identity(t)
	assert.NoError(t, err)
}

func TestIdentityAuthenticators(t *testing.T) {
	for amr, want := range map[string][]claims.Authenticator{
		`["code_app"]`:                 {{Kind: claims.App}},
		`"code_app"`:                   {{Kind: claims.App}},
		`["mitid:code_app_enchanced"]`: {{Kind: claims.AppEnhanced}},
		`["code_app_enhanced"]`:        {{Kind: claims.AppEnhanced}},
		`["password","code_token"]`:    {{Kind: claims.Password}, {Kind: claims.CodeDisplay}},
		`["mitid.password","mitid:code_reader","u2f_token"]`: {{Kind: claims.Password}, {Kind: claims.CodeReader}, {Kind: claims.Chip}},
		`["Code_app"]`:    {{Word: "Code_app"}},
		`["mitid:æ",""]`:  {{Word: "mitid:æ"}},
		`[]`:              nil,
		``:                nil,
		`["code_app",""]`: {{Kind: claims.App}},
	} {
		_, id, err := edit{"id-token-alone", "id_token", "amr", amr}.identity(t)
		require.NoError(t, err)
		assert.True(t, assert.ObjectsAreEqual(want, id.Authenticators), amr)
	}
}

// No CPR number is left in any place, and the login it was taken from is whole.
func TestIdentityWithoutCPR(t *testing.T) {
	for _, sample := range []string{"ssn", "employee-public", "text", "id-token-alone"} {
		n := nebOf(t, nebSample(t, sample))
		before, err := n.Identity()
		require.NoError(t, err)
		d := n.WithoutCPR().(*Claims)
		id, err := d.Identity()
		require.NoError(t, err)
		assert.True(t, id.CPR.IsZero())
		if d.UserInfo != nil {
			assert.True(t, d.UserInfo.CPR.IsZero())
			if d.UserInfo.NemLogin != nil {
				assert.True(t, d.UserInfo.NemLogin.CPR.IsZero())
			}
		}
		if d.Transaction != nil {
			assert.True(t, d.Transaction.CPR.IsZero())
		}
		after, err := n.Identity()
		require.NoError(t, err)
		assert.True(t, assert.ObjectsAreEqual(before, after))
		id.CPR = before.CPR
		assert.True(t, assert.ObjectsAreEqual(before, id), "nothing else is gone")
	}
	n, _, _ := edit{"ssn", "userinfo", "dk.cpr", `7`}.identity(t)
	_, err := n.WithoutCPR().(*Claims).Identity()
	assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "what was unusable stays unusable")
}

// The claims do not hold on to the caller's buffer, nor an identity to the claims.
func TestIdentityKeepsNothingOfTheBuffer(t *testing.T) {
	p := nebSample(t, "ssn")
	p["userinfo"] = claimsuite.Change(t, p["userinfo"], "somethingNew", `{"å":[1]}`)
	n := nebOf(t, p)
	before, err := n.Identity()
	require.NoError(t, err)
	for _, b := range p {
		clear(b)
	}
	after, err := n.Identity()
	require.NoError(t, err)
	assert.True(t, assert.ObjectsAreEqual(before, after))
	assert.Equal(t, `{"å":[1]}`, string(n.UserInfo.Unknown["somethingNew"]))
}

// The ID token and the userinfo answer may name the same person in two claims;
// then they must name the same one.
func TestIdentityIDAgainstTheOtherPartsUUID(t *testing.T) {
	idToken := func(id string) *IDToken {
		c, err := readIDToken([]byte(`{"sub":"s","idp":"mitid","identity_type":"private","idp_identity_id":"` + id + `","loa":"https://data.gov.dk/concept/core/nsis/Substantial"}`))
		require.NoError(t, err)
		return c
	}
	u, err := readUserInfo([]byte(`{"sub":"s","mitid.uuid":"74ffcd31-fbaf-4c33-bdac-169f25c1e416"}`))
	require.NoError(t, err)
	_, err = idToken("11111111-fbaf-4c33-bdac-169f25c1e416").Identity(u)
	require.Equal(t, fault.TokenInvalid, fault.ClassOf(err))
	id, err := idToken("74ffcd31-fbaf-4c33-bdac-169f25c1e416").Identity(u)
	require.NoError(t, err)
	require.False(t, id.UUID.IsZero())
}

func TestTimeOfLoginWithAFractionIsRead(t *testing.T) {
	want := time.Unix(1790000000, 0).UTC()
	for _, number := range []string{`1790000000`, `1790000000.75`, `1.79e9`, `"1790000000"`} {
		n, err := readIDToken([]byte(`{"auth_time":` + number + `,"session_expiry":` + number + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, n.AuthTime, number)
		assert.Equal(t, want, n.SessionExpiry, number)
	}
}
