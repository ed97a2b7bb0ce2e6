package criipto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

// Whatever arrives is either read or refused in our own words.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		created(openOrder), `{"data":{"signatureOrder":` + openOrder + `}}`, `{"data":{"signatureOrder":null}}`, pageSays(true, `"c"`, node("o1", "sag-1")),
		`{"errors":[{"message":"x","path":["a",0],"extensions":{"code":"NOT_FOUND"}}],"data":{}}`, `{"data":{"a":1},"data":{}}`, "<html>", "",
		`{"data":{"closeSignatureOrder":{"signatureOrder":{"id":"SignatureOrder:1|x","status":"CLOSED"}}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		cfg := config("http://localhost/")
		cfg.HTTPClient = answering(body)
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		for called, f := range eachCall(s) {
			if called == "fetch" { // FuzzDocument
				continue
			}
			err := f(t.Context())
			if err == nil {
				assert.True(t, json.Valid(body), called)
				continue
			}
			var e *signing.Error
			require.ErrorAs(t, err, &e)
			assert.NotZero(t, e.Kind)
		}
		if p, err := s.Order(t.Context(), theOrder); err == nil {
			assert.Equal(t, theOrder, p.ID)
		}
	})
}

// A fetch without an error gave the bytes that every other reader of JSON would take.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		documentSays(quoted(lease)), documentSays("null"), documentSays(`""`), documentSays(`"AA\u002b\/"`), documentSays(`"QQ=="`),
		`{"data":{"document":{"blob":"QQ==","id":"d1","__typename":"PdfDocument"}},"errors":null}`, `{"blob":"QQ=="}`, `{"data":{"document":{"blob":`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		cfg := config("http://localhost/")
		cfg.HTTPClient = answering(body)
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		var got bytes.Buffer
		if err := s.Fetch(t.Context(), theOrder, "d1", &got); err != nil {
			assert.NotZero(t, signing.KindOf(err))
			return
		}
		var want struct {
			Data struct{ Document struct{ Blob string } }
		}
		require.NoError(t, json.Unmarshal(body, &want))
		plain, err := base64.StdEncoding.DecodeString(want.Data.Document.Blob)
		require.NoError(t, err)
		assert.Equal(t, plain, got.Bytes())
		assert.NotZero(t, got.Len())
	})
}

// An authentic event of any body is answered, and acts only on an order that it names.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{signedEvent, `{"event":"WEBHOOK_VALIDATION"}`, `{"event":"NEW"}`, "", "[]", `{"event":"SIGNATORY_SIGNED","signatureOrderId":"\u0000"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		cfg := config("http://localhost/")
		cfg.HTTPClient = answering([]byte(`{"data":{"signatureOrder":` + openOrder + `}}`))
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		acted := 0
		h, err := s.Webhook(criipto.WebhookConfig{Secrets: [][]byte{secretNow}, Handle: func(_ context.Context, e signing.Event) error {
			acted++
			assert.Equal(t, theOrder, e.Order)
			assert.NotEqual(t, signing.Unrecognised, e.Kind)
			return nil
		}})
		require.NoError(t, err)
		assert.Contains(t, []int{http.StatusUnauthorized, http.StatusRequestEntityTooLarge}, post(h, string(body), "X-Criipto-Signature", signature(secretBefore, string(body))))
		assert.Zero(t, acted)
		// 500: about an order of another id.
		status := deliver(h, string(body))
		assert.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusInternalServerError}, status)
		assert.LessOrEqual(t, acted, 1)
		if acted == 1 {
			assert.Equal(t, http.StatusOK, status)
			assert.True(t, json.Valid(body))
		}
	})
}
