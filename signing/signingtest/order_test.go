package signingtest_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

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

	e := evidenceIn(t, closed)
	require.Len(t, e, 1)
	assert.Equal(t, "criipto.signature.jwt.v1", e[0]["type"])
	assert.Equal(t, "TEST", e[0]["environment"])

	for range 2 {
		o = app.end(cleanup, "cleanupSignatureOrder", id)
		assert.Nil(t, at(o, "documents", 0, "blob"))
	}
	assert.Nil(t, at(app.order(id), "documents", 0, "originalBlob"))
	app.refused("CLOSED", closing, object{"input": object{"signatureOrderId": id}})
}
