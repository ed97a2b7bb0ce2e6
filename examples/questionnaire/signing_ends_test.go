package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
)

// The ends without a signature, each told by the service as a real one does.
func TestAgreementIsNotSigned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(t *testing.T, h *signHouse, link string)
		want    string
		also    string
	}{
		"rejected": {func(t *testing.T, h *signHouse, link string) {
			reason := "Nej tak\x1b[31m\u202e, ikke på Ærø <b>æøå</b>\r\nlinje to"
			require.NoError(t, h.signer.Reject(t.Context(), link, mitidtest.Paiman(), reason))
		}, "Afvist", "<q>Nej tak [31m , ikke på Ærø &lt;b&gt;æøå&lt;/b&gt; linje to</q>"},
		"expired": {func(_ *testing.T, h *signHouse, _ string) { h.fake.Advance(signdesk.SignBy + time.Hour) }, "Udløbet", "Fristen"},
		"cancelled": {func(t *testing.T, h *signHouse, _ string) {
			require.NoError(t, h.cfg.Signing.Client.Cancel(t.Context(), onlyTicket(t, h.sql)))
		}, "Trukket tilbage", "før den var skrevet under"},
		"failed": {func(t *testing.T, h *signHouse, link string) { require.NoError(t, h.signer.Fail(link, "systemfejl")) }, "Ikke underskrevet", "fejl hos underskriftstjenesten"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			b, record, at := h.handedIn("da", mitidtest.Paiman())
			c.happens(t, h, b.link(at))
			h.signer.Settle()
			h.clerk(signdesk.AskOrders)
			b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman())) // a month may have gone by
			page := b.get(at)
			assert.Contains(t, page.body, c.want)
			assert.Contains(t, page.body, c.also)
			assert.Contains(t, b.get(record).body, `data-testid="status">`+c.want+`<`)
			assert.Equal(t, http.StatusNotFound, b.get(at+"/signed").status)
			for range 2 {
				h.clerk(time.Hour)
			}
			assert.Equal(t, 1, h.signer.Count("cleanupSignatureOrder"), "nothing is left at the service")

			// The person may have it again: a new order, a new letter, and then it is signed.
			require.Equal(t, record, b.post(at+"/again", nil).path)
			h.clerk(0)
			require.Equal(t, record, b.post(at+"/again", nil).path, "once")
			h.clerk(0)
			again := signaturePathIn(t, b.get(record))
			require.NotEqual(t, at, again)
			require.NoError(t, h.signer.SignAs(t.Context(), b.link(again), mitidtest.Paiman()))
			h.signer.Settle()
			h.clerk(0)
			assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
			assert.Equal(t, 2, h.signer.Count("createSignatureOrder"))
		})
	}
}

// onlyTicket is the ticket of the only agreement that is placed.
func onlyTicket(t *testing.T, db *sql.DB) (ticket signing.Ticket) {
	t.Helper()
	var raw []byte
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT ticket FROM signature WHERE ticket IS NOT NULL`).Scan(&raw))
	require.NoError(t, json.Unmarshal(raw, &ticket))
	return ticket
}

// What the verifier refuses is stored as nothing, deleted by nobody, and looked into by a
// person. Once the reason is gone the copy is stored.
func TestRefusedCopyNeedsAPerson(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	require.NoError(t, h.signer.Always("blob-other-document"))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Under afklaring<`)
	assert.Contains(t, b.get(at).body, "en medarbejder hos os ser på det")
	assert.Equal(t, http.StatusNotFound, b.get(at+"/signed").status)
	assert.Equal(t, at, signaturePathIn(t, b.post(at+"/again", nil)), "there is no new one")
	assert.Zero(t, h.signer.Count("cleanupSignatureOrder"))
	assert.Contains(t, h.logs.String(), "a signed copy is not stored")
	h.signer.Behave()
	h.clerk(signdesk.ParkedWait)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
}
