package criipto_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

func ticket() signing.Ticket {
	return signing.Ticket{ID: theOrder, Reference: "sag-1", Documents: []signing.TicketDocument{{ID: "d1", SHA256: digest(lease)}},
		Signatories: []signing.TicketSignatory{{ID: "s1", Reference: "lejer"}}}
}

func TestAddSignatories(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"data":{"addSignatories":{"signatureOrder":`+
		replacing(openOrder, `"signatories":[`, `"signatories":[{"id":"s2","reference":"udlejer","status":"OPEN","href":"https://x.dk/2"},`)+`}}}`))
	s := r.service(t)
	before := ticket()
	p, err := s.AddSignatories(t.Context(), before, []signing.Signatory{{Reference: "udlejer", Who: signing.Who{Subject: "{x}"}}})
	require.NoError(t, err)
	assert.Equal(t, []signing.TicketSignatory{{ID: "s1", Reference: "lejer"}, {ID: "s2", Reference: "udlejer"}}, p.Ticket.Signatories)
	assert.Equal(t, "https://x.dk/2", p.Links[1].Reveal())
	assert.Equal(t, digest(lease), p.Ticket.Documents[0].SHA256)
	assert.Len(t, before.Signatories, 1)
	assert.JSONEq(t, `{"input":{"signatureOrderId":"SignatureOrder:1|x","signatories":[
		{"reference":"udlejer","signatoryRole":"SIGNER","evidenceValidation":[{"key":"sub","value":"{x}"}]}]}}`, string(r.all()[0].Variables))

	for name, g := range map[string]signing.Signatory{
		"known":       {Reference: "lejer", Who: anybody},
		"nobody":      {Reference: "ny"},
		"nameless":    {Who: anybody},
		"in absentia": {Reference: "ny", Who: anybody, Documents: []int{0}},
	} {
		_, err := s.AddSignatories(t.Context(), ticket(), []signing.Signatory{g})
		require.Error(t, err, name)
		silent(t, err)
	}
	withCPR := r.service(t, func(cfg *criipto.Config) { cfg.AskCPR = true })
	_, err = withCPR.AddSignatories(t.Context(), ticket(), []signing.Signatory{{Reference: "ny", Who: signing.Who{CPR: cprtest.Number(1)}}})
	require.ErrorIs(t, err, signing.ErrUnsupported)
	assert.Len(t, r.all(), 1)

	short := newRemote(t, says(http.StatusOK, `{"data":{"addSignatories":{"signatureOrder":`+openOrder+`}}}`))
	_, err = short.service(t).AddSignatories(t.Context(), ticket(), []signing.Signatory{{Reference: "udlejer", Who: anybody}})
	require.ErrorIs(t, err, signing.ErrOutcomeUnknown)
}

func TestBatch(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"data":{"createBatchSignatory":{"batchSignatory":{"id":"b","href":"https://acme.criipto.id/batch?bearer"}}}}`))
	link, err := r.service(t).Batch(t.Context(), []criipto.Pair{{Order: "o1", Signatory: "s1"}, {Order: "o2", Signatory: "s2"}})
	require.NoError(t, err)
	assert.Equal(t, "https://acme.criipto.id/batch?bearer", link.Reveal())
	assert.JSONEq(t, `{"input":{"items":[{"signatoryId":"s1","signatureOrderId":"o1"},{"signatoryId":"s2","signatureOrderId":"o2"}]}}`, string(r.all()[0].Variables))
}

func TestValidateDocument(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"data":{"validateDocument":{"valid":false,"errors":["fejl på side 2"],"fixable":true,"hasBookmarks":null,"previouslySigned":true}}}`))
	v, err := r.service(t).ValidateDocument(t.Context(), signing.Bytes("Lejekontrakt", lease), digest(lease))
	require.NoError(t, err)
	assert.False(t, v.Valid)
	assert.True(t, v.Fixable)
	assert.True(t, v.PreviouslySigned)
	assert.Equal(t, "fejl på side 2", string(v.Errors[0].Reveal()))
	assert.JSONEq(t, `{"input":{"pdf":"`+base64.StdEncoding.EncodeToString(lease)+`"}}`, string(r.all()[0].Variables))
	_, err = r.service(t).ValidateDocument(t.Context(), signing.Bytes("Lejekontrakt", annex), digest(lease))
	require.ErrorIs(t, err, signing.ErrInputInvalid)
}

func TestDeliveries(t *testing.T) {
	r := newRemote(t, func(w http.ResponseWriter, c call) {
		if c.Name == "retrySignatureOrderWebhook" {
			says(http.StatusOK, `{"data":{"retrySignatureOrderWebhook":{"invocation":{"__typename":"WebhookSuccessfulInvocation"}}}}`)(w, c)
			return
		}
		says(http.StatusOK, `{"data":{"signatureOrder":{"id":"SignatureOrder:1|x","webhook":{"logs":[
			{"__typename":"WebhookSuccessfulInvocation","event":"SIGNATORY_SIGNED","timestamp":"2026-11-30T11:59:00Z","responseStatusCode":200},
			{"__typename":"WebhookTimeoutInvocation","event":"NEW","timestamp":"x","retryPayload":"again","retryingAt":"2026-11-30T13:00:00Z"}]}}}}`)(w, c)
	})
	s := r.service(t)
	all, err := s.Deliveries(t.Context(), theOrder, noon, noon.AddDate(0, 0, 1), false)
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.True(t, all[0].Arrived)
	assert.Equal(t, signing.Signed, all[0].Kind)
	assert.Equal(t, 200, all[0].Status)
	assert.False(t, all[1].Arrived)
	assert.Equal(t, signing.Unrecognised, all[1].Kind)
	assert.Equal(t, 13, all[1].Next.Hour())
	assert.JSONEq(t, `{"id":"SignatureOrder:1|x","from":"2026-11-30T12:00:00Z","to":"2026-12-01T12:00:00Z"}`, string(r.all()[0].Variables))
	require.NoError(t, s.RetryWebhook(t.Context(), all[1]))
	assert.JSONEq(t, `{"input":{"signatureOrderId":"SignatureOrder:1|x","retryPayload":"again"}}`, string(r.all()[1].Variables))
}
