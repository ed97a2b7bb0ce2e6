package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// A webhook that never comes: the clerk asks by itself.
func TestLostWebhookIsFoundByAsking(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	require.NoError(t, h.signer.Always("webhook-dropped"))
	b, record, at := h.handedIn("en", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(at).body, "Waiting for you", "nobody has said anything")
	h.clerk(signdesk.AskOrders)
	assert.Contains(t, b.get(record).body, `data-testid="status">Signed<`)
}

// Events of others, forged or about nothing of ours, change nothing.
func TestForgedWebhookIsRefused(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, _, at := h.handedIn("da", mitidtest.Paiman())
	before := h.signer.Count("signatureOrder")
	body := `{"event":"SIGNATORY_SIGNED","signatureOrderId":"SignatureOrder:7","signatoryId":"Signatory:1"}`
	for _, signature := range []string{"", signingtest.Sign(make([]byte, 32), []byte(body))} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+signdesk.HookPath, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(signingtest.SignatureHeader, signature)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	}
	assert.Equal(t, before, h.signer.Count("signatureOrder"), "nothing is asked for")
	assert.Contains(t, b.get(at).body, "Venter på dig")
}

// The person comes back from the service before any webhook, and sees the end at once.
func TestComingBackAsksTheService(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	require.NoError(t, h.signer.Always("webhook-dropped"))
	b, _, at := h.handedIn("da", mitidtest.Paiman())
	back := b.get(at + "/back")
	assert.Equal(t, at, back.path)
	assert.Contains(t, back.body, "Vi venter på svar fra underskriftstjenesten")
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	assert.Contains(t, b.get(at+"/back").body, "Aftalen gælder nu")
	assert.Equal(t, at, b.get(at+"/back").path, "once more is no harm")
}

// The service is away: nothing is lost, and nothing is placed twice.
func TestServiceThatIsAway(t *testing.T) {
	t.Parallel()
	for _, trouble := range []string{"maintenance-page", "maintenance-page-after", "lost-answer", "reset", "error-personal", "redirect"} {
		t.Run(trouble, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			require.NoError(t, h.signer.At("createSignatureOrder", trouble))
			b, record, at := h.handedIn("da", mitidtest.Paiman())
			assert.Equal(t, at, b.get(at+"/sign").path, "there is nothing to sign yet")
			for range 3 {
				h.clerk(signdesk.ParkedWait)
			}
			assert.Contains(t, b.get(record).body, `data-testid="status">Til underskrift<`)
			require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
			h.signer.Settle()
			h.clerk(0)
			assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
			var orders int
			require.NoError(t, h.sql.QueryRowContext(context.Background(), `SELECT count(*) FROM letter`).Scan(&orders))
			assert.Equal(t, 1, orders, "one letter")
			found, _, err := h.cfg.Signing.Service.Orders(t.Context(), signing.OrderUnknown, "")
			require.NoError(t, err)
			assert.Len(t, found, 1, "one order")
			assert.NotContains(t, h.logs.String(), "Paiman")
		})
	}
}

// The link is read anew each time. If it cannot be had, the person is told so.
func TestLinkThatCannotBeHad(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, _, at := h.handedIn("da", mitidtest.Paiman())
	for _, trouble := range []string{"link-script", "link-escapes", "no-link"} {
		require.NoError(t, h.signer.Next(trouble))
		away := b.get(at + "/sign")
		assert.Equal(t, http.StatusServiceUnavailable, away.status, trouble)
		assert.Contains(t, away.body, "Underskriftstjenesten svarer ikke", trouble)
	}
	assert.NotEmpty(t, b.link(at))
}

// Of several who are at one agreement at once, one counts; a visitor waits for the others.
func TestOneClerkAtATime(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { h.app.Clerk.Round(t.Context()) })
	}
	back := b.get(at + "/back")
	all.Wait()
	assert.Contains(t, back.body, "Aftalen gælder nu")
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.Equal(t, 1, h.signer.Count("closeSignatureOrder"))
	var changes int
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT count(*) FROM status_change WHERE status = 'signed'`).Scan(&changes))
	assert.Equal(t, 1, changes)
}

// Somebody who died in the middle holds an agreement for a minute, and no longer.
func TestWhoTookAnAgreementHoldsIt(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	_, _, at := h.handedIn("da", mitidtest.Paiman())
	id := strings.TrimPrefix(at, "/signatures/")
	var owner string
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT account_id FROM signature`).Scan(&owner))
	take := func() (store.Work, bool) {
		all, err := h.store.WorkOf(t.Context(), owner, id)
		require.NoError(t, err)
		require.Len(t, all, 1)
		ok, err := h.store.TakeSignature(t.Context(), &all[0], h.store.Now().Add(signdesk.ClaimLasts))
		require.NoError(t, err)
		return all[0], ok
	}
	first, ok := take()
	require.True(t, ok)
	require.NoError(t, h.store.Nudge(t.Context(), onlyTicket(t, h.sql).ID))
	due, err := h.store.DueSignatures(t.Context())
	require.NoError(t, err)
	assert.Empty(t, due, "an event waits for whoever is at it")
	_, ok = take()
	assert.False(t, ok)
	require.NoError(t, h.store.Rest(t.Context(), &first, h.store.Now().Add(signdesk.AskOrders), 0, "", store.Follows{}))
	due, err = h.store.DueSignatures(t.Context())
	require.NoError(t, err)
	assert.Len(t, due, 1, "the event that came meanwhile is not lost")
	_, ok = take()
	require.True(t, ok)
	h.fake.Advance(signdesk.ClaimLasts)
	_, ok = take()
	assert.True(t, ok)
}

// A store that says no: nothing is deleted at the service, and the copy is stored later.
func TestStoreThatSaysNo(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	_, err := h.sql.ExecContext(t.Context(), `CREATE TRIGGER no BEFORE UPDATE OF status ON record WHEN NEW.status = 'signed' BEGIN SELECT raise(ABORT, 'no'); END`)
	require.NoError(t, err)
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Til underskrift<`)
	assert.Equal(t, http.StatusNotFound, b.get(at+"/signed").status, "the copy and the status come together or not at all")
	assert.Zero(t, h.signer.Count("cleanupSignatureOrder"))
	_, err = h.sql.ExecContext(t.Context(), `DROP TRIGGER no`)
	require.NoError(t, err)
	h.clerk(signdesk.LongestWait)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.Equal(t, 1, h.signer.Count("closeSignatureOrder"), "closed once")
	assert.Equal(t, 1, h.signer.Count("cleanupSignatureOrder"))
}

// A distributor that carries no attachments: the link in the letter leads to the agreement.
func TestLetterWithoutAttachments(t *testing.T) {
	t.Parallel()
	var post *ebokstest.Distributor
	h := newSignHouse(t, postBy(t, "postnord", &post))
	h.handedIn("en", mitidtest.Paiman())
	h.deliver(0)
	post.Advance(time.Hour)
	letters := post.Letters(eboks.Person(mitidtest.Paiman().CPR))
	require.Len(t, letters, 1)
	assert.Equal(t, "Agreement to sign from the Ærø Panel", letters[0].Title)
	assert.Len(t, letters[0].Documents, 1)
}

// Credentials that the service refuses: somebody of ours must look, and then it goes on
// by itself.
func TestRefusedCredentialsNeedAPerson(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	require.NoError(t, h.signer.At("createSignatureOrder", "401"))
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	assert.Contains(t, b.get(record).body, `data-testid="status">Under afklaring<`)
	assert.Contains(t, b.get(at).body, "en medarbejder hos os ser på det")
	// An hour later the service is away, which changes nothing of that.
	require.NoError(t, h.signer.Next("maintenance-page"))
	h.clerk(signdesk.ParkedWait)
	assert.Contains(t, b.get(at).body, "en medarbejder hos os ser på det")
	h.clerk(signdesk.ParkedWait)
	assert.Contains(t, b.get(record).body, `data-testid="status">Til underskrift<`)
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
}
