package neb

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/mitid"
)

// Whatever a Request says, idp_params is JSON that says the same.
func FuzzIdPParams(f *testing.F) {
	f.Add("Godkend æøå \"\\", "<p>Ærø</p>", "https://app.example.dk/?a=1&b=2", uint8(2), uint8(1), true)
	f.Add("", "", "", uint8(0), uint8(0), false)
	f.Fuzz(func(t *testing.T, reference, text, resume string, action, platform uint8, either bool) {
		if !utf8.ValidString(resume) {
			return // refused before
		}
		a := &mitid.Attempt{Level: claims.Substantial, Request: mitid.Request{ReferenceText: reference, Action: mitid.Action(action % 5),
			TransactionText: mitid.Text{Body: text}, AppSwitch: mitid.AppSwitch{Platform: mitid.Platform(platform % 3), ResumeURL: resume}}}
		if either {
			a.Request.Capacity = claims.CapacityEither
		}
		raw := (&Broker{cfg: settings{carrier: RequestObject}}).idpParams(a, false)
		var got idpParams
		require.NoError(t, json.Unmarshal([]byte(raw), &got))
		body, err := base64.StdEncoding.DecodeString(got.MitID.ReferenceText)
		require.True(t, !utf8.ValidString(reference) || err == nil && string(body) == reference)
		body, err = base64.StdEncoding.DecodeString(got.MitID.Text)
		require.True(t, !utf8.ValidString(text) || err == nil && string(body) == text)
		require.Equal(t, resume, got.MitID.AppSwitchURL)
		require.Equal(t, either, got.Erhverv != nil && got.Erhverv.AllowPrivate)
		require.NotContains(t, raw, "\n")
	})
}

// Whatever a transaction token says, a text that it gives is the one of its
// digest and was approved.
func FuzzTransactionToken(f *testing.F) {
	f.Add([]byte(`{"transaction_text":"U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l","transaction_text_type":"text","transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_actions":["mitid.login","mitid.transaction_signing"],"mitid.reference_text":"w6bDuMOl"}`))
	f.Add([]byte(`{"transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_text_type":"text","transaction_actions":"mitid.transaction_signing"}`))
	f.Add([]byte(`{"transaction_actions":{},"mitid.reference_text":null}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := ParseTransaction(payload)
		if err != nil {
			require.Nil(t, c)
			return
		}
		a := &mitid.Attempt{Transaction: mitid.DigestOf(mitid.Text{Body: "StubID transaction text one"})}
		text, err := (&transaction{claims: c}).approved(a)
		if err != nil {
			require.Nil(t, text)
			require.Equal(t, fault.TransactionMismatch, fault.ClassOf(err))
		}
		if text != nil {
			sum := sha256.Sum256([]byte(text.Body))
			require.Equal(t, c.Text.SHA256, sum)
			require.True(t, slices.Contains(c.Actions, signingAction))
		}
		if a.Transaction == nil {
			require.Nil(t, text)
			require.Equal(t, sha256.Sum256([]byte("StubID transaction text one")), c.Text.SHA256)
		}
	})
}

func FuzzMatchAnswer(f *testing.F) {
	f.Add(200, []byte(`{"cprNumberMatch":true}`))
	f.Add(400, []byte(`{"errorMessage":"Cpr Match exceeded. Only 3 tries is allowed within a session."}`))
	f.Add(200, []byte(`{"cprNumberMatch":"æ"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		match, err := readMatch(&httpx.Response{Status: status, Body: body})
		require.False(t, match && (err != nil || status != 200))
	})
}

func FuzzSubject(f *testing.F) {
	f.Add(preProductionSubject)
	f.Add(`CN=a\,b,O=`)
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := parseSubject(text)
		require.Equal(t, ok, s != nil)
		require.True(t, slices.IsSorted(s))
	})
}
