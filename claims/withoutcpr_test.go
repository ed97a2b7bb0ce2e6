package claims

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

// show prints everything in v, methods or not. The digits of a CPR number are noise
// in it, those of a text are not.
func show(v any) string {
	return (&spew.ConfigState{DisableMethods: true, DisablePointerAddresses: true, DisableCapacities: true, SortKeys: true, Indent: " "}).Sdump(v)
}

// disguises are ways to write a number in a text.
func disguises(digits string) map[string]string {
	date, serial := digits[:6], digits[6:]
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, digits)
	return map[string]string{
		"together":            digits,
		"hyphen":              date + "-" + serial,
		"en dash":             date + "–" + serial,
		"no-break space":      date + "\u00a0" + serial,
		"blanks":              date[:2] + " " + date[2:4] + " " + date[4:] + " " + serial,
		"full width":          wide,
		"in a sentence":       "Opslag fejlede: " + digits + " (" + date + "-" + serial + ") findes ikke på Ærø",
		"glued to words":      "CPR" + digits + "ukendt",
		"zero width":          date[:3] + "\u200b" + date[3:] + serial,
		"several separators":  date + " - - " + serial,
		"the year in full":    date[:4] + "20" + date[4:] + "-" + serial,
		"letters O for zeros": strings.ReplaceAll(digits, "0", "O"),
		"base64":              base64.StdEncoding.EncodeToString([]byte("nr. " + digits)),
		"base64 for URLs":     base64.RawURLEncoding.EncodeToString([]byte("nummer?" + digits)),
		"percent":             strings.ReplaceAll(digits, "0", "%30"),
		"an HTML entity":      strings.ReplaceAll(digits, "0", "&#48;"),
		"hexadecimal":         fmt.Sprintf("%x", "nr. "+digits),
	}
}

// dialect is one kind of token.
type dialect struct {
	title string
	base  map[string]any // a login without a CPR number
	names []string       // of the claims that are known
	parse func([]byte) (claimsOf, error)
}

type claimsOf interface{ WithoutCPR() any }

func dialects() []dialect {
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	neb := map[string]any{"sub": uuid, "idp": "mitid", "identity_type": "private", "mitid.uuid": uuid, "idp_identity_id": uuid,
		"transaction_id": "t", "loa": nsis + "Substantial"}
	nebNames := slices.Concat(slices.Collect(maps.Keys(nebClaims)), slices.Collect(maps.Keys(nebDetailsClaims)), slices.Collect(maps.Keys(nemLoginClaims)))
	return []dialect{
		{"criipto", map[string]any{"sub": "{" + uuid + "}", "uuid": uuid, "identityscheme": "dkmitid"}, slices.Collect(maps.Keys(criiptoClaims)),
			func(b []byte) (claimsOf, error) { return ParseCriipto(b) }},
		{"eident", map[string]any{"sub": "mitid:" + uuid, "mitid.uuid": uuid, "identity_type": "private"},
			slices.Concat(slices.Collect(maps.Keys(eIdentClaims)), slices.Collect(maps.Keys(nemLoginClaims))),
			func(b []byte) (claimsOf, error) { return ParseEIdent(b) }},
		{"neb userinfo", neb, slices.Concat(nebNames, slices.Collect(maps.Keys(nebUserInfoClaims))),
			func(b []byte) (claimsOf, error) { return ParseNEBUserInfo(b) }},
		{"neb ID token", neb, slices.Concat(nebNames, slices.Collect(maps.Keys(nebIDTokenClaims))),
			func(b []byte) (claimsOf, error) { return ParseNEBIDToken(b) }},
		{"neb transaction token", neb, slices.Concat(nebNames, slices.Collect(maps.Keys(nebTransactionClaims))),
			func(b []byte) (claimsOf, error) { return ParseNEBTransaction(b) }},
	}
}

// person returns who the claims name, if they can be used.
func person(t *testing.T, c claimsOf) (Identity, error) {
	switch c := c.(type) {
	case *Criipto:
		return c.Identity()
	case *EIdent:
		return c.Identity()
	case *NEBUserInfo:
		id, err := ParseNEBIDToken([]byte(`{"sub":"` + c.Subject + `","idp":"mitid","identity_type":"private","transaction_id":"t"}`))
		require.NoError(t, err)
		return id.Identity(c)
	case *NEBIDToken:
		return c.Identity(nil)
	default:
		return c.(*NEBTransaction).Identity()
	}
}

// parsed returns base with one more claim.
func (d dialect) parsed(t *testing.T, name string, value any) claimsOf {
	payload := maps.Clone(d.base)
	payload[name] = value
	b, err := json.Marshal(payload)
	require.NoError(t, err)
	c, err := d.parse(b)
	require.NoError(t, err)
	return c
}

// Whatever claim a number stands in, and whoever's it is, it reaches neither the
// identity nor what is left of the claims of a login that asked for none.
func TestCPRNumberThatNobodyAskedForLeavesByNoClaim(t *testing.T) {
	number := cprtest.Number(4711)
	for _, d := range dialects() {
		for how, written := range disguises(number.Reveal()) {
			names := d.names
			if !slices.Contains([]string{"together", "en dash", "in a sentence"}, how) {
				names = []string{"name", "nemlogin.org_name", "unknown"} // a test of all takes long
			}
			for _, name := range append([]string{"unknown"}, names...) {
				check := func(c claimsOf, where string) {
					assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.title, "claims", where, how)
					if id, err := person(t, c); err == nil {
						assertSilent(t, id, written, number.Reveal(), d.title, "identity", where, how)
					} else {
						assertSilent(t, err.Error(), written, number.Reveal(), d.title, "error", where, how)
					}
				}
				check(d.parsed(t, name, written), name)
				check(d.parsed(t, name, base64.StdEncoding.EncodeToString([]byte(written))), name)
			}
			for i, value := range []any{map[string]any{"a": []any{written}}, map[string]any{written: 1}, []any{1, written}} {
				c := d.parsed(t, "unknown", value)
				assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.title, fmt.Sprint(i), how)
			}
			c := d.parsed(t, "om "+written, 1)
			assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.title, how)
		}
		whole := strings.TrimLeft(number.Reveal(), "0") // as a JSON number it has lost its zero
		for _, value := range []string{whole, whole + ".0", whole + "e0", whole + "0e-1", whole[:1] + "." + whole[1:] + "e8"} {
			c := d.parsed(t, "unknown", json.Number(value))
			assertSilent(t, c.WithoutCPR(), value, number.Reveal(), d.title, value)
		}
	}
}

// assertSilent fails if v shows the number as it was written, or its digits. The
// value itself may be kept of a field with a form of its own.
func assertSilent(t *testing.T, v any, written, digits string, where ...string) {
	t.Helper()
	shown := show(v)
	if strings.Contains(shown, written) || strings.Contains(shown, fmt.Sprintf("%q", written)) || strings.Contains(shown, digits) {
		for _, form := range []string{`RID: (string) (len=10) "` + digits + `"`} {
			shown = strings.ReplaceAll(shown, form, "")
		}
		if strings.Contains(shown, written) || strings.Contains(shown, digits) {
			t.Errorf("%s: the number is still there", strings.Join(where, ", "))
		}
	}
}

// Where the token tells the number itself, it is found in every arrangement.
func TestOwnCPRNumberIsFoundHoweverItIsWritten(t *testing.T) {
	number := cprtest.WithChecksum(3).Reveal()
	claim := map[string]string{"criipto": "cprNumberIdentifier", "eident": "dk_ssn"}
	for _, d := range dialects() {
		d.base = maps.Clone(d.base)
		d.base[or(claim[d.title], "dk.cpr")] = number
		for _, written := range []string{
			number[:1] + " " + number[1:5] + " " + number[5:], // in parts in which nobody writes a number
			"født " + number[:6] + ", løbenummer " + number[6:],
			strings.Join(strings.Split(number, ""), " og "),
			strings.Map(func(r rune) rune { return r - '0' + '٠' }, number), // Arabic
		} {
			c := d.parsed(t, "unknown", written)
			assert.NotContains(t, show(c.WithoutCPR()), written, d.title)
		}
		c := d.parsed(t, "nemlogin.nemid.rid", number)
		assert.NotContains(t, show(c.WithoutCPR()), number, d.title)
	}
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// Numbers that look like a CPR number, and are something else by their field or by
// their form, stay.
func TestNumbersOfAnotherKindStay(t *testing.T) {
	c, err := ParseCriipto([]byte(`{"sub":"{0f9960a0-d28d-4353-a3e2-ea07f8ffa185}","nameidentifier":"0f9960a01210505234a0ea07f8ffa185","uuid":"74ffcd31-0101-4053-8123-012345678901",
		"employee":"true","cvrNumberIdentifier":"12105052","2.5.4.10":"Firma 1905 A/S","productionUnit":"1010505234","seNumber":"10105052",
		"ridNumberIdentifier":"1010505234","name":"Søren 2. Ågård","sessionindex":"74ffcd31-0101-4053-8123-012345678902",
		"telefon":"+45 12 34 56 78","konto":"8636770830","id":"74ffcd31-0101-4053-8123-0123456789ab","tid":"2026-12-10T10:50:52Z","tal":1799999999,"ting":{"liste":[1,"to"]}}`))
	require.NoError(t, err)
	before := show(c.Unknown)
	c = c.WithoutCPR().(*Criipto)
	assert.Equal(t, before, show(c.Unknown), "nothing that is unknown was a CPR number")
	assert.Equal(t, "1010505234", c.RID)
	assert.Equal(t, "1010505234", c.ProductionUnit.String())
	assert.Equal(t, "10105052", c.SENumber.String())
	assert.Equal(t, "0f9960a01210505234a0ea07f8ffa185", c.NameIdentifier)
	id, err := c.Identity()
	require.NoError(t, err)
	assert.Equal(t, "Firma 1905 A/S", id.Organisation.Name)
	assert.Equal(t, "1010505234", id.Organisation.RID)
	assert.Equal(t, "74ffcd31-0101-4053-8123-012345678902", id.SessionID)
	assert.Equal(t, "Søren 2. Ågård", id.Name.Full)
	e, err := ParseEIdent([]byte(`{"sub":"mitid:74ffcd31-fbaf-4c33-bdac-169f25c1e416","identity_type":"private","nemid.pid":"9208-2002-2-101050523412"}`))
	require.NoError(t, err)
	assert.Equal(t, "9208-2002-2-101050523412", e.WithoutCPR().(*EIdent).NemIDPID)
}

func TestWithoutCPRIsACopy(t *testing.T) {
	c, err := ParseCriipto([]byte(`{"sub":"s","name":"Søren","cprNumberIdentifier":"2101270087","loA":"GULD","x":"210127-0087","y":[1],"address":{"city":"2101270087","region":"Ø"}}`))
	require.NoError(t, err)
	before := show(c)
	d := c.WithoutCPR().(*Criipto)
	assert.Equal(t, before, show(c))
	assert.True(t, d.CPR.IsZero())
	assert.Equal(t, "Søren", d.Name)
	assert.Equal(t, CriiptoAddress{Region: "Ø"}, *d.Address)
	assert.Len(t, d.Unknown, 1)
	assert.True(t, d.TellsLevel(), "an unknown word is still a word")
	for _, payload := range []string{`{}`, `{"aal":"HIGH"}`} {
		c, err := ParseCriipto([]byte(payload))
		require.NoError(t, err)
		assert.False(t, c.TellsLevel())
	}
	whole := (&NEB{}).WithoutCPR().(*NEB)
	assert.Equal(t, NEB{}, *whole)
}

// A text with a number in it goes with its digest, which would tell the number to
// somebody who tries all of them. A P number goes if it is the person's own number.
func TestTransactionTextAndPNumberThatAreTheNumber(t *testing.T) {
	e, err := ParseEIdent([]byte(`{"sub":"mitid:74ffcd31-fbaf-4c33-bdac-169f25c1e416","dk_ssn":"2101270087","nemlogin.p_number":"2101270087",
		"transaction_text":"Nr. 210127-0087","transaction_text_type":"text","transaction_text_sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`))
	require.NoError(t, err)
	require.NotNil(t, e.Text)
	d := e.WithoutCPR().(*EIdent)
	assert.Nil(t, d.Text)
	assert.True(t, d.NemLogin.PNumber.IsZero())
	assert.False(t, e.NemLogin.PNumber.IsZero(), "a copy")
}
