package eident

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

func identityOf(t testing.TB, payload []byte) (*Claims, claims.Identity, error) {
	t.Helper()
	e, err := parseClaims(payload)
	require.NoError(t, err)
	id, err := e.Identity()
	return e, id, err
}

func TestClaimsGolden(t *testing.T) {
	for _, name := range claimsuite.Samples(t) {
		t.Run(name, func(t *testing.T) {
			e, id, err := identityOf(t, claimsuite.Sample(t, name))
			require.NoError(t, err)
			assert.Nil(t, e.Unknown)
			assert.Equal(t, []string{"mitid"}, e.AMR, "the eID, as a list or a text")
			claimsuite.Golden(t, name, id)
		})
	}
}

func TestClaimsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		sample, member, value string
		want                  fault.Class
	}{
		"dk_ssn a number":            {"ssn", "dk_ssn", `7408860003`, fault.ClaimInvalid},
		"ssn a list":                 {"ssn", "ssn", `["7408860003","6203990004"]`, fault.ClaimInvalid},
		"dk_ssn malformed":           {"ssn", "dk_ssn", `"740886000"`, fault.ClaimInvalid},
		"dk_ssn with a hyphen":       {"ssn", "dk_ssn", `"740886-0003"`, fault.ClaimInvalid},
		"ssn of eleven":              {"ssn", "ssn", `"24027625599"`, fault.ClaimInvalid},
		"dk_ssn is not ssn":          {"ssn", "ssn", `"6203990004"`, fault.ClaimInvalid},
		"dk_ssn is not nemlogin.cpr": {"dk-ssn-alone", "nemlogin.cpr", `"6203990004"`, fault.ClaimInvalid},
		"birthdate American":         {"profile", "birthdate", `"08/14/1986"`, fault.ClaimInvalid},
		"birthdate that is not":      {"profile", "birthdate", `"31.02.1986"`, fault.ClaimInvalid},
		"birthdate in one digit":     {"profile", "birthdate", `"1.08.1986"`, fault.ClaimInvalid},
		"birthdate a number":         {"profile", "birthdate", `14081986`, fault.ClaimInvalid},
		"another eID in sub":         {"citizen", "sub", `"passport_reader:CCC026592"`, fault.ClaimInvalid},
		"no eID in sub":              {"citizen", "sub", `"6867f1a2-90ab-4cde-8f01-23456789abcd"`, fault.ClaimInvalid},
		"no sub":                     {"citizen", "sub", ``, fault.ClaimInvalid},
		"another eID in amr":         {"citizen", "amr", `["no_bankid"]`, fault.ClaimInvalid},
		"two eIDs":                   {"citizen", "amr", `["mitid","no_bankid"]`, fault.ClaimInvalid},
		"amr a number":               {"citizen", "amr", `1`, fault.ClaimInvalid},
		"sub of another":             {"citizen", "sub", `"mitid:0c23111c-928b-4adb-a413-e07006c48c16"`, fault.ClaimInvalid},
		"mitid.uuid of another":      {"citizen", "mitid.uuid", `"0c23111c-928b-4adb-a413-e07006c48c16"`, fault.ClaimInvalid},
		"mitid.uuid malformed":       {"citizen", "mitid.uuid", `"6867f1a2"`, fault.ClaimInvalid},
		"pid of another":             {"citizen", "pid", `"0c23111c-928b-4adb-a413-e07006c48c16"`, fault.ClaimInvalid},
		"sub with blank":             {"citizen", "sub", `"mitid: 6867f1a2-90ab-4cde-8f01-23456789abcd"`, fault.ClaimInvalid},
		"no identity_type":           {"citizen", "identity_type", ``, fault.ClaimInvalid},
		"a company in a private":     {"citizen", "authorized_to_represent", `"16662879"`, fault.ClaimInvalid},
		"an employer in a private":   {"citizen", "nemlogin.cvr", `"43950932"`, fault.ClaimInvalid},
		"two companies":              {"signatory", "authorized_to_represent", `"43950932"`, fault.ClaimInvalid},
		"CVR of letters":             {"employee", "nemlogin.cvr", `"blankcvr"`, fault.ClaimInvalid},
		"employee without CVR":       {"employee", "nemlogin.cvr", ``, fault.ClaimMissing},
		"digest malformed":           {"transaction", "transaction_text_sha256", `"æ"`, fault.ClaimInvalid},
		"text a list":                {"transaction", "transaction_text", `["Køb"]`, fault.ClaimInvalid},
		"PID malformed":              {"ssn", "nemid.pid", `"9208-2002-2-1"`, fault.ClaimInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			e, id, err := identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, test.sample), test.member, test.value))
			require.Error(t, err)
			assert.Equal(t, test.want, fault.ClassOf(err), "%v", err)
			assert.Equal(t, claims.Identity{}, id)
			if v := strings.Trim(test.value, `"`); len(v) > 4 && v != "blankcvr" {
				assert.NotContains(t, err.Error(), v)
			}
			if name == "dk_ssn is not ssn" {
				assert.True(t, e.CPR.IsZero())
			}
		})
	}
}

// Both spellings, one of them, or a third that says the same.
func TestClaimsSpellings(t *testing.T) {
	_, both, err := identityOf(t, claimsuite.Sample(t, "ssn"))
	require.NoError(t, err)
	for _, gone := range []string{"ssn", "dk_ssn"} {
		_, one, err := identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "ssn"), gone, ``))
		require.NoError(t, err)
		assert.True(t, assert.ObjectsAreEqual(both, one))
	}
	_, neither, err := identityOf(t, claimsuite.Change(t, claimsuite.Change(t, claimsuite.Sample(t, "ssn"), "ssn", `""`), "dk_ssn", `null`))
	require.NoError(t, err)
	assert.True(t, neither.CPR.IsZero())

	e, id, err := identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "signatory"), "authorized_to_represent", `"16662879"`))
	require.NoError(t, err)
	assert.Equal(t, claims.CapacitySignatory, id.Capacity)
	assert.Equal(t, e.AuthorizedToRepresent, id.Organisation.CVR)

	_, id, err = identityOf(t, claimsuite.Change(t, claimsuite.Change(t, claimsuite.Sample(t, "citizen"), "mitid.uuid", ``), "pid", ``))
	require.NoError(t, err)
	assert.Equal(t, claims.MustParseUUID("6867f1a2-90ab-4cde-8f01-23456789abcd"), id.UUID)

	for _, date := range []string{`"14.08.1986"`, `"1986-08-14"`} {
		_, id, err = identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "profile"), "birthdate", date))
		require.NoError(t, err)
		assert.Equal(t, time.Date(1986, 8, 14, 0, 0, 0, 0, time.UTC), id.BirthDate)
	}
}

// An auth_time that cannot be read is not told, and never a failure; a
// login that had to be fresh is refused for it by mitid.Attempt.Admit.
func TestClaimsAuthTime(t *testing.T) {
	for value, want := range map[string]time.Time{
		`1787999998`:                {},
		`"1787999998"`:              {},
		`"14-06-2021 21:45:53 UTC"`: time.Date(2021, 6, 14, 21, 45, 53, 0, time.UTC),
		`"31-02-2021 21:45:53 UTC"`: {}, `"14-06-2021 21:45:53 CET"`: {}, `"i går"`: {}, `""`: {}, `null`: {}, ``: {},
		`[]`: {}, `{}`: {}, `true`: {}, `1e400`: {}, `-1`: {}, `0`: {}, `253402300800`: {},
	} {
		if strings.Contains(value, "1787999998") {
			want = time.Unix(1787999998, 0).UTC()
		}
		_, id, err := identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "citizen"), "auth_time", value))
		require.NoError(t, err, value)
		assert.Equal(t, want, id.AuthTime, value)
	}
}

// acr says high of every login and is not asked.
func TestClaimsLevel(t *testing.T) {
	for value, want := range map[string]claims.Level{
		`"` + claimsuite.NSIS + `Low"`: claims.Low, `"` + claimsuite.NSIS + `High"`: claims.High, ``: 0, `null`: 0, `"high"`: 0,
		`"urn:eident:cert:eidas:high"`: 0, `"urn:eident:acrp:level:high"`: 0, `["` + claimsuite.NSIS + `High"]`: 0,
	} {
		e, id, err := identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "citizen"), "loa", value))
		require.NoError(t, err)
		assert.Equal(t, want, id.Levels.LoA, value)
		assert.Equal(t, value != "", e.TellsLevel())
	}
}

func TestClaimsTransaction(t *testing.T) {
	for _, name := range []string{"transaction", "transaction-base64"} {
		e, _, err := identityOf(t, claimsuite.Sample(t, name))
		require.NoError(t, err)
		assert.Equal(t, "<p>Køb af <b>æbler</b></p>", e.Text.Body, "the digest tells how it is encoded")
		assert.Equal(t, "html", e.Text.Type)
		assert.True(t, e.Text.Agrees())
	}
	e, _, err := identityOf(t, claimsuite.Sample(t, "transaction"))
	require.NoError(t, err)
	assert.Equal(t, "Køb", e.ReferenceText)
	assert.Equal(t, "617b5cdc6fb84f16a6022e328d970bb7", e.TransactionID)

	for member, value := range map[string]string{
		"transaction_text": `"<p>Køb af 2 æbler</p>"`, "transaction_text_sha256": ``,
	} {
		e, _, err = identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "transaction"), member, value))
		require.NoError(t, err)
		assert.False(t, e.Text.Agrees())
		assert.Equal(t, e.Text.Encoded, e.Text.Body, "as it came")
	}
}

func TestClaimsOrganisation(t *testing.T) {
	_, id, err := identityOf(t, claimsuite.Sample(t, "employee"))
	require.NoError(t, err)
	assert.Equal(t, claims.CapacityProfessional, id.Capacity)
	assert.Equal(t, claims.MustParseUUID("0c23111c-928b-4adb-a413-e07006c48c16"), id.UUID)
	assert.Equal(t, []claims.Authenticator{{Kind: claims.App}}, id.Authenticators)
	assert.True(t, id.CPR.IsZero())

	// An employee without a name from the employer does not get the private name.
	for _, member := range []string{"nemlogin.name", "nemlogin.given_name", "nemlogin.family_name"} {
		_, _, err = identityOf(t, claimsuite.Change(t, claimsuite.Sample(t, "employee"), member, ``))
		require.NoError(t, err)
	}
	p := claimsuite.Sample(t, "employee")
	for _, member := range []string{"nemlogin.name", "nemlogin.given_name", "nemlogin.family_name"} {
		p = claimsuite.Change(t, p, member, ``)
	}
	_, id, err = identityOf(t, claimsuite.Change(t, p, "name", `"Åse Ærøskøbing"`))
	require.NoError(t, err)
	assert.Nil(t, id.Name)

	_, id, err = identityOf(t, claimsuite.Sample(t, "signatory"))
	require.NoError(t, err)
	assert.Equal(t, "Åse Ærøskøbing", id.Name.Full)
}

func TestClaimsWithoutCPR(t *testing.T) {
	e, before, err := identityOf(t, claimsuite.Change(t, claimsuite.Change(t, claimsuite.Sample(t, "ssn"), "nemlogin.cpr", `"7408860003"`), "other", `{"å":1}`))
	require.NoError(t, err)
	d := e.WithoutCPR().(*Claims)
	assert.True(t, d.CPR.IsZero())
	assert.True(t, d.NemLogin.CPR.IsZero())
	id, err := d.Identity()
	require.NoError(t, err)
	assert.True(t, id.CPR.IsZero())
	assert.False(t, before.CPR.IsZero())
	assert.False(t, e.NemLogin.CPR.IsZero())
	assert.Equal(t, `{"å":1}`, string(d.Unknown["other"]))
}

func TestNemIDPIDThatLooksLikeACPRNumberStays(t *testing.T) {
	e, err := parseClaims([]byte(`{"sub":"mitid:74ffcd31-fbaf-4c33-bdac-169f25c1e416","identity_type":"private","nemid.pid":"9208-2002-2-101050523412"}`))
	require.NoError(t, err)
	assert.Equal(t, "9208-2002-2-101050523412", e.WithoutCPR().(*Claims).NemIDPID)
}

// A text with a number in it goes with its digest, which would tell the number to
// somebody who tries all of them. A P number goes if it is the person's own number.
func TestTransactionTextAndPNumberThatAreTheNumber(t *testing.T) {
	e, err := parseClaims([]byte(`{"sub":"mitid:74ffcd31-fbaf-4c33-bdac-169f25c1e416","dk_ssn":"2101270087","nemlogin.p_number":"2101270087",
		"transaction_text":"Nr. 210127-0087","transaction_text_type":"text","transaction_text_sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`))
	require.NoError(t, err)
	require.NotNil(t, e.Text)
	d := e.WithoutCPR().(*Claims)
	assert.Nil(t, d.Text)
	assert.True(t, d.NemLogin.PNumber.IsZero())
	assert.False(t, e.NemLogin.PNumber.IsZero(), "a copy")
}

func TestTimeOfLoginWithAFractionIsRead(t *testing.T) {
	want := time.Unix(1790000000, 0).UTC()
	for _, number := range []string{`1790000000`, `1790000000.75`, `1.79e9`, `"1790000000"`} {
		e, err := parseClaims([]byte(`{"auth_time":` + number + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, e.AuthTime, number)
	}
}

func TestTokens(t *testing.T) {
	read := func(b []byte) error { _, err := parseClaims(b); return err }
	payload := claimsuite.Sample(t, "transaction")
	claimsuite.NetsToken(t, payload, read)
	assert.Equal(t, fault.TokenInvalid, fault.ClassOf(read(claimsuite.Change(t, payload, "Transaction_text", `"x"`))))
	assert.Equal(t, fault.TokenInvalid, fault.ClassOf(read([]byte(`{"DK_SSN":"1"}`))))
}

func TestTokenWhoseTimesHaveAFractionOrAnExponentIsRead(t *testing.T) {
	claimsuite.Times(t, func(b []byte) (claims.Registered, error) {
		c, err := parseClaims(b)
		if err != nil {
			return claims.Registered{}, err
		}
		return c.Registered, nil
	})
}

// suite is what the tests of all dialects need to know of this one.
func suite() claimsuite.Dialect {
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	return claimsuite.Dialect{
		Title: "eident", Base: map[string]any{"sub": "mitid:" + uuid, "mitid.uuid": uuid, "identity_type": "private"},
		CPR: "dk_ssn", Names: dialect.Names(),
		Parse:    func(b []byte) (claimsuite.Claims, error) { return parseClaims(b) },
		Identity: func(c claimsuite.Claims) (claims.Identity, error) { return c.(*Claims).Identity() },
	}
}

func TestCPRNumberThatNobodyAskedForLeavesByNoClaim(t *testing.T) {
	claimsuite.NoNumberLeaves(t, cprtest.Number(4711), suite())
}

func TestOwnCPRNumberIsFoundHoweverItIsWritten(t *testing.T) {
	claimsuite.OwnNumberIsFound(t, cprtest.WithChecksum(3), suite())
}

func TestCloneSharesNothing(t *testing.T) { claimsuite.CloneSharesNothing[Claims](t) }
