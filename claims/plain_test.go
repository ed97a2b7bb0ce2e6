package claims_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// full has something in every field, each text another canary.
func full(t testing.TB) claims.Identity {
	t.Helper()
	p, err := claims.ParsePNumber("1092738120")
	require.NoError(t, err)
	se, err := claims.ParseSENumber("98202298")
	require.NoError(t, err)
	return claims.Identity{
		Capacity:       claims.CapacitySignatory,
		Subject:        "{canary-subject-æ}",
		UUID:           claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"),
		CPR:            cpr.MustParse("2101270087"),
		CPRStatus:      claims.StatusEmigrated,
		Protection:     claims.NameAndAddressProtected,
		Name:           &claims.Name{Full: "canary full ø", Given: "canary given", Family: "canary family å"},
		BirthDate:      time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC),
		Country:        "canary-country",
		Address:        fullAddress(),
		Organisation:   &claims.Organisation{Name: "canary org", CVR: claims.MustParseCVR("13748136"), PNumber: p, SENumber: se, RID: "7770001"},
		Levels:         claims.Levels{LoA: claims.Low, IAL: claims.Substantial, AAL: claims.High, FAL: claims.Low},
		Authenticators: []claims.Authenticator{{Kind: claims.Chip}, {Word: "canary-word"}, {}},
		AuthTime:       time.Date(2026, 1, 1, 10, 0, 2, 410e6, time.UTC),
		SessionID:      "canary-session",
		NemIDPID:       "9208-2002-2-123456789012",
	}
}

func fullAddress() *claims.Address {
	return &claims.Address{
		Lines: []string{"canary line 1", "canary line 2 å"}, Street: "canary street", Road: "canary road", RoadCode: "canary-rc",
		HouseNumber: "canary-hn", Floor: "canary-fl", Side: "canary-sd", PostalCode: "canary-pc", City: "canary-city",
		Locality: "canary-loc", Region: "canary-region", Municipality: "canary-mun", MunicipalityCode: "canary-mc", Country: "canary-ac",
	}
}

func TestPlainRoundTrip(t *testing.T) {
	for name, id := range map[string]claims.Identity{
		"everything":  full(t),
		"nothing":     {},
		"empty parts": {Name: &claims.Name{}, Address: &claims.Address{}, Organisation: &claims.Organisation{}},
	} {
		t.Run(name, func(t *testing.T) {
			j, err := json.Marshal(claims.Plain(id))
			require.NoError(t, err)
			back := claims.Plain(full(t)) // reading must replace all of it
			require.NoError(t, json.Unmarshal(j, &back))
			assert.True(t, assert.ObjectsAreEqual(id, claims.Identity(back)))
		})
	}
	j, err := json.Marshal(claims.Plain{})
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(j))
	j, err = json.Marshal(claims.Plain(full(t)))
	require.NoError(t, err)
	assert.Contains(t, string(j), `"cpr":"2101270087"`)
	assert.LessOrEqual(t, len(j), 1400)
}

// The names are stored in people's databases and cookies: they never change.
func TestPlainNames(t *testing.T) {
	j, err := json.Marshal(claims.Plain(full(t)))
	require.NoError(t, err)
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(j, &m))
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	assert.ElementsMatch(t, []string{
		"kind", "subject", "uuid", "cpr", "cpr_status", "protection", "name", "birth_date", "country", "address",
		"organisation", "levels", "authenticators", "auth_time", "session", "nemid_pid",
	}, names)
	assert.JSONEq(t, `"signatory"`, string(m["kind"]))
	assert.JSONEq(t, `"80"`, string(m["cpr_status"]))
	assert.JSONEq(t, `"protected"`, string(m["protection"]))
	assert.JSONEq(t, `"1927-01-21"`, string(m["birth_date"]))
	assert.JSONEq(t, `[{"kind":"chip"},{"word":"canary-word"},{}]`, string(m["authenticators"]))
	assert.JSONEq(t, `{"loa":"low","ial":"substantial","aal":"high","fal":"low"}`, string(m["levels"]))
}

func TestPlainRefuses(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `"x"`, `{"kind":"Private"}`, `{"kind":7}`, `{"cpr":2101270087}`, `{"cpr":"9999999999"}`, `{"uuid":"æ"}`,
		`{"cpr":"2101270087","cpr":"2712589100"}`, `{"CPR":"2101270087"}`, `{"name":{"Full":"Åse"}}`, `{"birth_date":"21-01-1927"}`,
		`{"birth_date":"1927-02-29"}`, `{"levels":{"loa":"enormous"}}`, `{"auth_time":"yesterday"}`, `{} {}`, `{"cpr_status":"9"}`,
		`{"organisation":{"cvr":"1"}}`, `{"authenticators":[{"kind":"pigeon"}]}`, `{"protection":"x"}`,
	} {
		p := claims.Plain(full(t))
		err := p.UnmarshalJSON([]byte(text))
		require.Error(t, err, text)
		assert.True(t, assert.ObjectsAreEqual(claims.Plain(full(t)), p), "an error leaves the value alone")
		for _, secret := range []string{"2101270087", "9999999999", "Åse", "1927", "pigeon", "enormous", "yesterday"} {
			assert.NotContains(t, err.Error(), secret)
		}
	}
	var p claims.Plain
	require.NoError(t, p.UnmarshalJSON([]byte(`{"of_a_later_version":1,"country":"DK"}`)))
	assert.Equal(t, "DK", p.Country)
	require.NoError(t, p.UnmarshalJSON([]byte(`null`)))
}

func FuzzPlain(f *testing.F) {
	j, err := json.Marshal(claims.Plain(full(f)))
	require.NoError(f, err)
	f.Add(j)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"auth_time":"2026-01-01T10:00:02.41+01:00","name":{"full":"Åse"}}`))
	f.Add([]byte(`{"auth_time":"9999-12-31T23:30:00-01:00"}`))
	f.Add([]byte(`{"auth_time":"2026-01-01T10:00:02+24:00"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p, back claims.Plain
		if p.UnmarshalJSON(data) != nil {
			return
		}
		j, err := p.MarshalJSON()
		if err != nil {
			t.Fatal("what was read cannot be written")
		}
		if back.UnmarshalJSON(j) != nil || !assert.ObjectsAreEqual(normal(p), normal(back)) {
			t.Fatal("does not round-trip")
		}
		if !strings.HasPrefix(string(j), "{") {
			t.Fatal("not an object")
		}
	})
}

// normal makes lists without entries nil, which JSON tells apart and nobody else.
func normal(p claims.Plain) claims.Plain {
	if p.Address != nil && len(p.Address.Lines) == 0 {
		p.Address.Lines = nil
	}
	return p
}
