package signingtest_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

const day = 24 * time.Hour

func TestCreateSignCloseFetchCleanUp(t *testing.T) {
	s, app := start(t)
	o := app.place()
	id := word(o, "id")
	assert.Equal(t, "OPEN", word(o, "status"))
	assert.Equal(t, "Aftale på Ærø", word(o, "title"))
	assert.Equal(t, "2027-01-31T09:30:00.000Z", word(o, "expiresAt"), "ninety days")
	assert.EqualValues(t, 14, at(o, "maxSignatories"))
	assert.True(t, bytes.Equal(contract(), content(t, o, "documents", 0, "blob")))
	link := word(o, "signatories", 0, "href")
	assert.Contains(t, link, s.URL())

	require.NoError(t, s.SignAs(t.Context(), link, mitidtest.Ditlev()))
	o = app.order(id)
	assert.Equal(t, "OPEN", word(o, "status"), "nothing closes by itself")
	assert.Equal(t, "SIGNED", word(o, "signatories", 0, "status"))
	assert.Equal(t, "SIGNED", word(o, "signatories", 0, "documents", "edges", 0, "status"))
	open := content(t, o, "documents", 0, "blob")
	assert.True(t, bytes.HasPrefix(open, contract()))

	o = app.close(id, "retainDocumentsForDays", 7)
	assert.Equal(t, "CLOSED", word(o, "status"))
	closed := content(t, o, "documents", 0, "blob")
	assert.True(t, bytes.HasPrefix(closed, open), "the document timestamp is appended")
	assert.Greater(t, len(closed), len(open))
	assert.True(t, bytes.Equal(closed, content(t, app.order(id), "documents", 0, "blob")), "retained")
	assert.Equal(t, "JWTSignature", word(o, "documents", 0, "signatures", 0, "__typename"))
	assert.Equal(t, word(o, "signatories", 0, "id"), word(o, "documents", 0, "signatures", 0, "signatory", "id"))
	assert.Equal(t, "2026-11-02T09:30:00.000Z", word(o, "documents", 0, "signatures", 0, "timestampToken", "timestamp"))

	for range 2 {
		o = app.end(cleanup, "cleanupSignatureOrder", id)
		assert.Nil(t, at(o, "documents", 0, "blob"))
	}
	assert.Nil(t, at(app.order(id), "documents", 0, "originalBlob"))
	app.refused("CLOSED", closing, object{"input": object{"signatureOrderId": id}})
}

func TestEvidenceStandsInTheFile(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{object{"criiptoVerify": object{"message": "Aftale af 2. november, æøå", "acrValues": []any{"urn:grn:authn:dk:mitid:substantial"}}}}
	})
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Paiman()))
	o = app.close(word(o, "id"))
	e := evidenceIn(t, content(t, o, "documents", 0, "blob"))
	require.Len(t, e, 1)
	assert.Equal(t, "criipto.signature.jwt.v1", e[0]["type"])
	assert.Equal(t, "TEST", e[0]["environment"])
	var meta, value object
	require.NoError(t, json.Unmarshal([]byte(word(e[0], "meta")), &meta), "a JSON text inside of JSON")
	require.NoError(t, json.Unmarshal([]byte(word(e[0], "value")), &value))
	for _, name := range []string{"applicationId", "signatureOrderId", "signatoryId"} {
		assert.Len(t, meta[name], 36, name)
		assert.Equal(t, name != "applicationId", strings.Contains(word(o, "id")+word(o, "signatories", 0, "id"), word(meta, name)), name)
	}
	assert.Equal(t, word(o, "documents", 0, "signatures", 0, "jwt"), value["jwt"])
	assert.Contains(t, value["jwks"], `"kid"`)
	claims := map[string]string{}
	for _, c := range at(o, "documents", 0, "signatures", 0, "claims").([]any) {
		claims[word(c, "name")] = word(c, "value")
	}
	assert.Equal(t, s.Verify().Issuer(), claims["iss"])
	assert.Equal(t, s.Verify().ClientID(), claims["aud"])
	assert.Equal(t, "Aftale af 2. november, æøå", claims["refTextBody"])
	assert.Equal(t, "Sign at Acme", claims["refTextHeader"])
	assert.Equal(t, "Paiman Petersen", claims["name"])
	assert.Empty(t, claims["cprNumberIdentifier"], "nobody asked")
}

func TestEvidenceWithOtherIDs(t *testing.T) {
	s, app := start(t)
	s.Configure(func(set *signingtest.Settings) { set.OtherIDs = true })
	o := app.place()
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Paiman()))
	e := evidenceIn(t, content(t, app.close(word(o, "id")), "documents", 0, "blob"))
	var meta object
	require.NoError(t, json.Unmarshal([]byte(word(e[0], "meta")), &meta))
	for _, name := range []string{"signatureOrderId", "signatoryId"} {
		assert.Len(t, meta[name], 36)
		assert.NotContains(t, word(o, "id")+word(o, "signatories", 0, "id"), meta[name])
	}
}

func TestClosingWithoutRetentionDeletes(t *testing.T) {
	_, app := start(t)
	o := app.place(func(in object) { delete(in, "signatories") })
	id := word(o, "id")
	o = app.close(id)
	assert.True(t, bytes.HasPrefix(content(t, o, "documents", 0, "blob"), contract()), "this answer is the only chance; nobody needs to have signed")
	o = app.order(id)
	assert.Nil(t, at(o, "documents", 0, "blob"))
	assert.Nil(t, at(o, "documents", 0, "originalBlob"))
	assert.Nil(t, at(o, "documents", 0, "signatures"))
}

func TestRetentionEndsOnTheClock(t *testing.T) {
	s, app := start(t)
	id := word(app.place(), "id")
	for _, days := range []int{0, 8, -1} {
		app.refused("from 1 to 7", closing, object{"input": object{"signatureOrderId": id, "retainDocumentsForDays": days}})
	}
	app.close(id, "retainDocumentsForDays", 2)
	s.Advance(2*day - time.Minute)
	assert.NotNil(t, at(app.order(id), "documents", 0, "blob"))
	s.Advance(2 * time.Minute)
	assert.Nil(t, at(app.order(id), "documents", 0, "blob"))
	assert.Equal(t, "CLOSED", word(app.order(id), "status"))
}

func TestExpiry(t *testing.T) {
	s, app := start(t)
	short := app.place(func(in object) { in["expiresInDays"] = 3 })
	exact := app.place(func(in object) { in["expiresAt"] = "2026-11-05T10:00:00+01:00" })
	assert.Equal(t, "2026-11-05T09:00:00.000Z", word(exact, "expiresAt"))
	app.end(extend, "extendSignatureOrder", word(short, "id"), "additionalExpirationInDays", 30)
	for _, days := range []int{0, 31} {
		app.refused("from 1 to 30", extend, object{"input": object{"signatureOrderId": word(short, "id"), "additionalExpirationInDays": days}})
	}
	s.Advance(4 * day)
	assert.Equal(t, "OPEN", word(app.order(word(short, "id")), "status"), "extended")
	assert.Equal(t, "EXPIRED", word(app.order(word(exact, "id")), "status"))
	assert.Nil(t, at(app.order(word(exact, "id")), "documents", 0, "blob"))
	require.Error(t, s.SignAs(t.Context(), word(exact, "signatories", 0, "href"), mitidtest.Ditlev()))
	app.refused("EXPIRED", extend, object{"input": object{"signatureOrderId": word(exact, "id"), "additionalExpirationInDays": 1}})
	s.Advance(30 * day)
	assert.Equal(t, "EXPIRED", word(app.order(word(short, "id")), "status"))
}

func TestCancel(t *testing.T) {
	s, app := start(t)
	o := app.place()
	cancelled := app.end(cancel, "cancelSignatureOrder", word(o, "id"))
	assert.Equal(t, "CANCELLED", word(cancelled, "status"))
	assert.Nil(t, at(cancelled, "documents", 0, "blob"))
	app.refused("CANCELLED", cancel, object{"input": object{"signatureOrderId": word(o, "id")}})
	app.refused("not found", cancel, object{"input": object{"signatureOrderId": "SignatureOrder:æ"}})
	require.Error(t, s.SignAs(t.Context(), word(o, "signatories", 0, "token"), mitidtest.Ditlev()))
	app.refused("OPEN", cleanup, object{"input": object{"signatureOrderId": word(app.place(), "id")}})
}

func TestCreateRefuses(t *testing.T) {
	_, app := start(t)
	signed := func() []byte {
		a, err := fakepdf.NewAuthority(fakepdf.Config{})
		require.NoError(t, err)
		pdf, err := a.Sign(contract(), fakepdf.Signature{At: time.Unix(1700000000, 0)})
		require.NoError(t, err)
		return pdf
	}()
	encrypted := fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EncryptionMarker}}.Bytes()
	for name, c := range map[string]struct {
		words  string
		change func(object)
	}{
		"no document":         {"must not be empty", func(in object) { in["documents"] = []any{} }},
		"neither pdf nor xml": {"exactly one", func(in object) { in["documents"] = []any{object{}} }},
		"xml": {"not there yet", func(in object) {
			in["documents"] = []any{object{"xml": object{"title": "æ", "blob": "PGEvPg==", "storageMode": "Temporary"}}}
		}},
		"an empty PDF":     {"it is empty", func(in object) { in["documents"] = []any{pdf("æ", nil)} }},
		"no PDF":           {"does not begin", func(in object) { in["documents"] = []any{pdf("æ", []byte("Kære Åse"))} }},
		"a cut PDF":        {"does not end", func(in object) { in["documents"] = []any{pdf("æ", contract()[:300])} }},
		"an encrypted PDF": {"encrypted", func(in object) { in["documents"] = []any{pdf("æ", encrypted)} }},
		"a broken PDF":     {"not understood", func(in object) { in["documents"] = []any{pdf("æ", []byte("%PDF-1.7\n%%EOF"))} }},
		"a signed PDF":     {"signed already", func(in object) { in["documents"] = []any{pdf("æ", signed)} }},
		"no Base64": {"Base64", func(in object) {
			in["documents"] = []any{object{"pdf": object{"title": "æ", "blob": "æøå", "storageMode": "Temporary"}}}
		}},
		"both expiries":          {"together", func(in object) { in["expiresInDays"], in["expiresAt"] = 3, "2027-01-01T00:00:00Z" }},
		"an expiry in the past":  {"to come", func(in object) { in["expiresAt"] = "2026-01-01T00:00:00Z" }},
		"an expiry without zone": {"to come", func(in object) { in["expiresAt"] = "2027-01-01T00:00:00" }},
		"six decimals":           {"to come", func(in object) { in["expiresAt"] = "2027-01-01T00:00:00.000000Z" }},
		"a made-up time zone":    {"timezone", func(in object) { in["timezone"] = "Europe/Ærø" }},
		"too many signatories":   {"more signatories", func(in object) { in["maxSignatories"], in["signatories"] = 1, []any{object{}, object{}} }},
		"no provider":            {"no evidence provider", func(in object) { in["disableVerifyEvidenceProvider"] = true }},
		"two kinds at once": {"exactly one", func(in object) {
			in["evidenceProviders"] = []any{object{"drawable": object{}, "noop": object{"name": "æ"}}}
		}},
		"a long message": {"130", func(in object) {
			in["evidenceProviders"] = []any{object{"criiptoVerify": object{"message": string(bytes.Repeat([]byte("x"), 131))}}}
		}},
		"a strange provider":   {"not one of the order", func(in object) { in["signatories"] = []any{object{"evidenceProviders": []any{object{"id": "æ"}}}} }},
		"a strange document":   {"not one of the order", func(in object) { in["signatories"] = []any{object{"documents": []any{object{"id": "æ"}}}} }},
		"no documents at all":  {"must not be empty", func(in object) { in["signatories"] = []any{object{"documents": []any{}}} }},
		"a rule without value": {"value or boolean", func(in object) { in["signatories"] = []any{object{"evidenceValidation": []any{object{"key": "sub"}}}} }},
		"a relative redirect":  {"absolute", func(in object) { in["ui"] = object{"signatoryRedirectUri": "/æ"} }},
		"a short secret":       {"256 to 512", func(in object) { in["webhook"] = object{"url": "http://127.0.0.1:1/", "secret": "c2hvcnQ="} }},
		"sequence zero":        {"1 or more", func(in object) { in["signatories"] = []any{object{"signingSequence": 0}} }},
	} {
		t.Run(name, func(t *testing.T) {
			app := application(t, app.s)
			app.refused(c.words, create, object{"input": input(c.change)})
		})
	}
	app.place(func(in object) {
		d := pdf("æ", signed)
		d["removePreviousSignatures"] = true
		in["documents"] = []any{d}
	})
	o := app.place(func(in object) {
		d := pdf("æ", signed)
		d["keepPreviousSignatures"] = true
		in["documents"] = []any{d}
	})
	assert.True(t, bytes.Equal(signed, content(t, o, "documents", 0, "blob")))
}

func TestRewrites(t *testing.T) {
	s, app := start(t, func(c *signingtest.Config) { c.Settings.Rewrites = true })
	o := app.place()
	original := content(t, o, "documents", 0, "originalBlob")
	assert.False(t, bytes.Equal(contract(), original))
	assert.NoError(t, fakepdf.Check(original))
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	assert.True(t, bytes.HasPrefix(content(t, app.close(word(o, "id")), "documents", 0, "blob"), original))
}
