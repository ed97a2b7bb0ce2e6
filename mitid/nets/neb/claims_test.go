package neb

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
	"github.com/dkeid/dkeid/mitid/nets"
)

// nebParts are the tokens of a sample.
var nebParts = []string{"id_token", "userinfo", "transaction_token"}

// nebSample returns the payloads of a sample, as they are on the wire.
func nebSample(t testing.TB, name string) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/claims/payloads/" + name + ".json")
	require.NoError(t, err)
	var parts map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &parts))
	payloads := map[string][]byte{}
	for part, raw := range parts {
		require.Contains(t, nebParts, part)
		var b bytes.Buffer
		require.NoError(t, json.Compact(&b, raw))
		payloads[part] = b.Bytes()
	}
	return payloads
}

// nebOf reads the payloads of a login.
func nebOf(t testing.TB, payloads map[string][]byte) *Claims {
	t.Helper()
	n := &Claims{}
	var err error
	n.IDToken, err = readIDToken(payloads["id_token"])
	require.NoError(t, err)
	if p := payloads["userinfo"]; p != nil {
		n.UserInfo, err = readUserInfo(p)
		require.NoError(t, err)
	}
	if p := payloads["transaction_token"]; p != nil {
		n.Transaction, err = ParseTransaction(p)
		require.NoError(t, err)
	}
	return n
}

// Every sample gives the identity in its golden file, by the ID token and
// userinfo as by the transaction token.
func TestClaimsGolden(t *testing.T) {
	for _, name := range claimsuite.Samples(t) {
		t.Run(name, func(t *testing.T) {
			n := nebOf(t, nebSample(t, name))
			id, err := n.Identity()
			require.NoError(t, err)
			claimsuite.Golden(t, name, id)
			assert.Nil(t, n.IDToken.Unknown)
			if n.UserInfo != nil {
				assert.Nil(t, n.UserInfo.Unknown)
				same, err := n.IDToken.Identity(n.UserInfo)
				require.NoError(t, err)
				assert.True(t, assert.ObjectsAreEqual(id, same))
			}
			if n.Transaction != nil {
				assert.Nil(t, n.Transaction.Unknown)
				same, err := n.Transaction.Identity()
				require.NoError(t, err)
				same.SessionID = id.SessionID // it has none
				assert.True(t, assert.ObjectsAreEqual(id, same))
			}
		})
	}
}

// The wire types of each recorded message end in the same values.
func TestClaimsWireTypes(t *testing.T) {
	n := nebOf(t, nebSample(t, "ssn"))
	at := time.Unix(1787999998, 0).UTC()
	assert.Equal(t, []string{"code_app"}, n.IDToken.AMR, "a list in the ID token")
	assert.Equal(t, []string{"code_app"}, n.Transaction.AMR, "a text in the transaction token")
	assert.Equal(t, at, n.IDToken.AuthTime, "a number in the ID token")
	assert.Equal(t, at, n.Transaction.AuthTime, "a text in the transaction token")
	assert.Equal(t, at.Add(16198*time.Second), n.IDToken.SessionExpiry, "a text everywhere")
	assert.Equal(t, n.IDToken.SessionExpiry, n.UserInfo.SessionExpiry)
	assert.Equal(t, []string{"mitid.login", "mitid.cpr_match"}, n.Transaction.Actions, "a list when there are several")
	assert.Equal(t, 40, n.UserInfo.Age)
	assert.True(t, *n.UserInfo.HasCPR)
	assert.True(t, *n.UserInfo.SessionIsActive)
	assert.False(t, n.UserInfo.PSD2)
	assert.Equal(t, "Indtast dit CPR-nummer", n.UserInfo.CPRConsentHeader)
	assert.Contains(t, n.Transaction.CPRConsentText, "spørger")
	assert.Equal(t, "unable_to_lookup", n.UserInfo.Details.Status)
	assert.Equal(t, "openid mitid transaction_token", n.Transaction.RequestedScope)
	assert.Equal(t, "192.0.2.7", n.Transaction.ClientIP)
	assert.Equal(t, int64(189388800), n.Transaction.Expires-n.Transaction.IssuedAt)
	assert.Equal(t, "strict", n.IDToken.IDTokenType)
	assert.Equal(t, n.IDToken.SessionID, n.IDToken.NEBSession)
	assert.Empty(t, n.UserInfo.Issuer, "an answer in JSON")
	assert.Equal(t, cprtest.Born(time.Date(1986, 8, 14, 0, 0, 0, 0, time.UTC), 1), n.UserInfo.CPR, "a replacement number")

	n = nebOf(t, nebSample(t, "reference"))
	assert.Equal(t, []string{"mitid.login"}, n.Transaction.Actions, "a text when there is one")
	assert.Equal(t, "Godkend lån på æblemarken", n.Transaction.ReferenceText)
	assert.Equal(t, n.Transaction.ReferenceText, n.UserInfo.ReferenceText)
	assert.Equal(t, "12", n.UserInfo.GeoIPDistance)

	token := nebOf(t, nebSample(t, "ssn-userinfo-token"))
	assert.Equal(t, "https://pp.netseidbroker.dk/op", token.UserInfo.Issuer)
	assert.Equal(t, at, token.UserInfo.AuthTime, "a text in the userinfo token")

	// JSON numbers and booleans are read if they are unambiguous.
	p := nebSample(t, "ssn")
	for member, value := range map[string]string{
		"mitid.age": `40`, "mitid.has_cpr": `true`, "session_is_active": `true`, "session_expiry": `1788016196`,
		"mitid.psd2": `false`, "mitid.geo_ip_distance_km": `0`,
	} {
		p["userinfo"] = claimsuite.Change(t, p["userinfo"], member, value)
	}
	p["transaction_token"] = claimsuite.Change(t, p["transaction_token"], "auth_time", `1787999998`)
	p["id_token"] = claimsuite.Change(t, claimsuite.Change(t, p["id_token"], "auth_time", `"1787999998"`), "amr", `"code_app"`)
	id, err := nebOf(t, p).Identity()
	require.NoError(t, err)
	claimsuite.Golden(t, "ssn", id)
}

// What decides over a token itself is TokenInvalid at once, in every token.
func TestTokens(t *testing.T) {
	p := nebSample(t, "text")
	for part, read := range map[string]func([]byte) error{
		"id_token":          func(b []byte) error { _, err := readIDToken(b); return err },
		"userinfo":          func(b []byte) error { _, err := readUserInfo(b); return err },
		"transaction_token": func(b []byte) error { _, err := ParseTransaction(b); return err },
	} {
		t.Run(part, func(t *testing.T) {
			claimsuite.NetsToken(t, p[part], read)
			if part != "transaction_token" {
				assert.NoError(t, read(claimsuite.Change(t, p[part], "Transaction_text", `"x"`)), "no claim of this token")
				return
			}
			assert.Equal(t, fault.TokenInvalid, fault.ClassOf(read(claimsuite.Change(t, p[part], "Transaction_text", `"x"`))))
		})
	}
	for _, folded := range []string{`{"DK.CPR":"1"}`, `{"SSN.details.floor":"1"}`, `{"Mitid.Age":"1"}`} {
		_, err := readIDToken([]byte(folded))
		assert.Equal(t, fault.TokenInvalid, fault.ClassOf(err))
	}
}

// The documented vector: the digest is over the decoded text.
func TestClaimsTransactionText(t *testing.T) {
	n := nebOf(t, nebSample(t, "text"))
	require.NotNil(t, n.Transaction.Text)
	assert.Equal(t, "StubID transaction text one", n.Transaction.Text.Body)
	assert.Equal(t, "U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l", n.Transaction.Text.Encoded)
	assert.Equal(t, "text", n.Transaction.Text.Type)
	assert.Equal(t, "KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=", base64.StdEncoding.EncodeToString(n.Transaction.Text.SHA256[:]))
	assert.True(t, n.Transaction.Text.Agrees())
	assert.Equal(t, n.Transaction.Text.SHA256, n.UserInfo.Text.SHA256)
	assert.False(t, n.UserInfo.Text.Agrees(), "userinfo does not hold the text")

	document := nebOf(t, nebSample(t, "document")).Transaction.Text
	assert.Equal(t, "pdf", document.Type)
	assert.Empty(t, document.Body)
	assert.False(t, document.Agrees())
	assert.Nil(t, nebOf(t, nebSample(t, "reference")).Transaction.Text)

	for name, test := range map[string]struct {
		member, value string
		agrees        bool
	}{
		"the broker's half alone":        {"mitid.transaction_text", ``, true},
		"MitID's half alone":             {"transaction_text", ``, true},
		"another digest in neither half": {"mitid.transaction_text_type", ``, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := nebSample(t, "text")
			tx, err := ParseTransaction(claimsuite.Change(t, p["transaction_token"], test.member, test.value))
			require.NoError(t, err)
			assert.Equal(t, test.agrees, tx.Text.Agrees())
			_, err = tx.Identity()
			assert.NoError(t, err)
		})
	}
	for name, members := range map[string]map[string]string{
		"two texts":         {"transaction_text": `"w6Y="`},
		"two types":         {"transaction_text_type": `"html"`},
		"two digests":       {"transaction_text_sha256": `"` + base64.StdEncoding.EncodeToString(make([]byte, 32)) + `"`},
		"text not base64":   {"transaction_text": `"æ"`, "mitid.transaction_text": `"æ"`},
		"text with a break": {"transaction_text": `"w6Y=\n"`, "mitid.transaction_text": `"w6Y=\n"`},
		"text a number":     {"mitid.transaction_text": `7`},
		"short digest":      {"transaction_text_sha256": `"w6Y="`, "mitid.transaction_text_sha256": `"w6Y="`},
		"digest in hex": {"transaction_text_sha256": `"` + strings.Repeat("0a", 32) + `"`,
			"mitid.transaction_text_sha256": `"` + strings.Repeat("0a", 32) + `"`},
		"reference not base64": {"mitid.reference_text": `"Godkend lån"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := nebSample(t, "text")
			for member, value := range members {
				p["transaction_token"] = claimsuite.Change(t, p["transaction_token"], member, value)
			}
			n := nebOf(t, p)
			_, err := n.Identity()
			assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "%v", err)
			_, err = n.Transaction.Identity()
			assert.Equal(t, fault.ClaimInvalid, fault.ClassOf(err), "%v", err)
			if strings.HasPrefix(name, "two") {
				assert.Nil(t, n.Transaction.Text)
			}
		})
	}
	// A text that differs from its digest parses, but does not agree.
	p := nebSample(t, "text")
	for _, member := range []string{"transaction_text", "mitid.transaction_text"} {
		p["transaction_token"] = claimsuite.Change(t, p["transaction_token"], member, `"w6Y="`)
	}
	other := nebOf(t, p).Transaction.Text
	assert.Equal(t, "æ", other.Body)
	assert.False(t, other.Agrees())
	assert.False(t, nets.TransactionText{}.Agrees())
}
