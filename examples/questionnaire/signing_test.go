package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/signingtest"
)

const agreementPath = "/questionnaires/aftale"

// signHouse is a house with a fake signing service, whose clock runs ahead of the house's
// when it is advanced.
type signHouse struct {
	*house
	signer *signingtest.Service
}

func newSignHouse(t testing.TB, change ...func(*appConfig)) *signHouse {
	t.Helper()
	s := &signHouse{}
	signs := func(c *appConfig) {
		s.signer = signingtest.NewWith(t, signingtest.Config{Now: c.Now})
		var err error
		c.Signing, err = openDesk(fakeAccount(s.signer), c.PublicURL, c.Keys, c.Logger)
		require.NoError(t, err)
		c.Questionnaires = append(c.Questionnaires, agreements()...)
	}
	s.house = newHouse(t, append([]func(*appConfig){signs}, change...)...)
	return s
}

// clerk lets the clerk go one round, after time has gone by for agreements. For people it
// stands still, so that nobody is logged out.
func (h *signHouse) clerk(after time.Duration) {
	h.t.Helper()
	_, err := h.store.db.ExecContext(h.t.Context(), `UPDATE signature SET next_at = next_at - ?1, busy_until = max(busy_until - ?1, 0)`, after.Milliseconds())
	require.NoError(h.t, err)
	h.app.clerk.round(h.t.Context())
}

func agreementAnswers() url.Values {
	return url.Values{"tasks": {"cleaning"}, "often": {"weekly"}, "note": {"Nøglen ligger på Ærøvej – æøå"}, "action": {"hand"}}
}

var signatureHref = regexp.MustCompile(`href="(/signatures/[A-Z0-9]{26})"`)

// signaturePathIn finds the agreement that a page leads to.
func signaturePathIn(t testing.TB, p shown) string {
	t.Helper()
	m := signatureHref.FindStringSubmatch(p.body)
	require.NotNil(t, m, p.body)
	return m[1]
}

// handedIn is a person who has answered, and their agreement with the service.
func (h *signHouse) handedIn(lang string, who mitidtest.Citizen) (b *browser, record, at string) {
	h.t.Helper()
	b = h.browser(lang)
	b.get("/login/cpr?return="+agreementPath, mitidtest.Approve(who))
	done := b.post(agreementPath, agreementAnswers())
	require.Equal(h.t, http.StatusOK, done.status, done.body)
	record = strings.TrimSuffix(done.path, "/done")
	at = signaturePathIn(h.t, done)
	h.clerk(0)
	return b, record, at
}

// link is where the person signs, as the app leads there.
func (b *browser) link(at string) string {
	b.h.t.Helper()
	keep := b.client.CheckRedirect
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { b.client.CheckRedirect = keep }()
	res := b.get(at + "/sign")
	require.Equal(b.h.t, http.StatusSeeOther, res.status, res.body)
	assert.Equal(b.h.t, "no-store", res.header.Get("Cache-Control"))
	assert.Equal(b.h.t, "no-referrer", res.header.Get("Referrer-Policy"))
	return res.header.Get("Location")
}

// TestAgreementIsSigned is the story of the seed: an event changes the status, a document
// is made and sent, the person logs in and signs, the signed copy comes back, the record
// changes status.
func TestAgreementIsSigned(t *testing.T) {
	h := newSignHouse(t)
	who := mitidtest.Paiman()
	b, record, at := h.handedIn("da", who)
	assert.Contains(t, b.get(record).body, "Til underskrift")
	agreement := b.get(at + "/document")
	text := pdfText(t, []byte(agreement.body))
	for _, want := range []string{"Aftale om hjælp i hjemmet", "Nøglen ligger på Ærøvej – æøå", "Rengøring", "Begge kan sige aftalen op"} {
		assert.Contains(t, text, want)
	}

	// The letter, and its link, which is ours.
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(who.CPR))
	require.Len(t, letters, 1, "one letter, which brings the agreement")
	assert.Equal(t, "Aftale til underskrift fra Ærøpanelet", letters[0].Title)
	letterAt := letterPath(t, b.get("/letters"))
	pdf := b.get(letterAt + "/pdf").body
	brev := pdfLink.FindStringSubmatch(pdf)
	require.NotNil(t, brev)
	assert.True(t, strings.HasPrefix(brev[1], h.url+linkPath), "a link of ours, that asks for MitID")
	assert.Equal(t, at, b.get(strings.TrimPrefix(brev[1], h.url)).path, "it leads to the agreement")
	assert.Contains(t, b.get(letterAt).body, "Aftale: »Aftale om hjælp i hjemmet«")

	link := b.link(at)
	assert.True(t, strings.HasPrefix(link, h.signer.URL()+"/"))
	assert.NotContains(t, pdf, link)
	require.NoError(t, h.signer.SignAs(t.Context(), link, who))
	h.signer.Settle() // the webhook has come
	h.clerk(0)
	page := b.get(at)
	assert.Contains(t, page.body, "Aftalen gælder nu")
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)

	// The signed copy begins with what was read, byte for byte; the evidence holds.
	signed := []byte(b.get(at + "/signed").body)
	assert.True(t, bytes.HasPrefix(signed, []byte(agreement.body)))
	assert.Greater(t, len(signed), len(agreement.body)+1000)
	bundle := []byte(b.get(at + "/evidence").body)
	report, err := evidence.Verify(t.Context(), bytes.NewReader(bundle), int64(len(bundle)), h.signer.Now().AddDate(10, 0, 0),
		evidence.Policy{Issuer: h.signer.Verify().Issuer(), TimestampOptional: true})
	require.NoError(t, err)
	assert.Len(t, report.Tokens, 1)

	// Everything once.
	for range 3 {
		h.clerk(2 * time.Hour)
		h.deliver(time.Hour)
	}
	assert.Equal(t, 1, h.signer.Count("createSignatureOrder"))
	assert.Equal(t, 1, h.signer.Count("closeSignatureOrder"))
	assert.Equal(t, 1, h.signer.Count("cleanupSignatureOrder"))
	assert.Equal(t, 1, h.post.Total())
	assert.Equal(t, at, b.get(at+"/sign").path, "there is nothing to sign any more")
}

// Somebody else can neither see an agreement nor sign it.
func TestAgreementIsForOnePerson(t *testing.T) {
	h := newSignHouse(t)
	b, _, at := h.handedIn("da", mitidtest.Paiman())
	other := h.browser("da")
	other.get("/login/cpr", mitidtest.Approve(mitidtest.Ditlev()))
	for _, tail := range []string{"", "/sign", "/back", "/document", "/signed", "/evidence"} {
		assert.Equal(t, http.StatusNotFound, other.get(at+tail).status, tail)
	}
	assert.Equal(t, http.StatusNotFound, other.post(at+"/again", nil).status)
	assert.Error(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Ditlev()), "the service asks for the right person")
	h.signer.Settle()
	h.clerk(time.Hour)
	assert.Contains(t, b.get(at).body, "Venter på dig")
}

// The ends without a signature, each told by the service as it does in earnest.
func TestAgreementIsNotSigned(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(t *testing.T, h *signHouse, link string)
		want    string
		also    string
	}{
		"rejected": {func(t *testing.T, h *signHouse, link string) {
			reason := "Nej tak\x1b[31m\u202e, ikke på Ærø <b>æøå</b>\r\nlinje to"
			require.NoError(t, h.signer.Reject(t.Context(), link, mitidtest.Paiman(), reason))
		}, "Afvist", "<q>Nej tak [31m , ikke på Ærø &lt;b&gt;æøå&lt;/b&gt; linje to</q>"},
		"expired": {func(_ *testing.T, h *signHouse, _ string) { h.fake.Advance(signBy + time.Hour) }, "Udløbet", "Fristen"},
		"cancelled": {func(t *testing.T, h *signHouse, _ string) {
			require.NoError(t, h.app.clerk.desk.client.Cancel(t.Context(), onlyTicket(t, h.store)))
		}, "Trukket tilbage", "før den var skrevet under"},
		"failed": {func(t *testing.T, h *signHouse, link string) { require.NoError(t, h.signer.Fail(link, "systemfejl")) }, "Ikke underskrevet", "fejl hos underskriftstjenesten"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			b, record, at := h.handedIn("da", mitidtest.Paiman())
			c.happens(t, h, b.link(at))
			h.signer.Settle()
			h.clerk(askOrders)
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
func onlyTicket(t *testing.T, s *store) (ticket signing.Ticket) {
	t.Helper()
	var raw []byte
	require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT ticket FROM signature WHERE ticket IS NOT NULL`).Scan(&raw))
	require.NoError(t, json.Unmarshal(raw, &ticket))
	return ticket
}

// A webhook that never comes: the clerk asks by itself.
func TestLostWebhookIsFoundByAsking(t *testing.T) {
	h := newSignHouse(t)
	require.NoError(t, h.signer.Always("webhook-dropped"))
	b, record, at := h.handedIn("en", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(at).body, "Waiting for you", "nobody has said anything")
	h.clerk(askOrders)
	assert.Contains(t, b.get(record).body, `data-testid="status">Signed<`)
}

// Events of others, forged or about nothing of ours, change nothing.
func TestForgedWebhookIsRefused(t *testing.T) {
	h := newSignHouse(t)
	b, _, at := h.handedIn("da", mitidtest.Paiman())
	before := h.signer.Count("signatureOrder")
	body := `{"event":"SIGNATORY_SIGNED","signatureOrderId":"SignatureOrder:7","signatoryId":"Signatory:1"}`
	for _, signature := range []string{"", signingtest.Sign(make([]byte, 32), []byte(body))} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+hookPath, strings.NewReader(body))
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

// What the verifier refuses is stored as nothing, deleted by nobody, and looked into by a
// person. Once the reason is gone the copy comes home.
func TestRefusedCopyNeedsAPerson(t *testing.T) {
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	require.NoError(t, h.signer.Always("blob-other-document"))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Under afklaring<`)
	assert.Contains(t, b.get(at).body, "et menneske hos os ser på det")
	assert.Equal(t, http.StatusNotFound, b.get(at+"/signed").status)
	assert.Equal(t, at, signaturePathIn(t, b.post(at+"/again", nil)), "there is no new one")
	assert.Zero(t, h.signer.Count("cleanupSignatureOrder"))
	assert.Contains(t, h.logs.String(), "a signed copy is not stored")
	h.signer.Behave()
	h.clerk(parkedWait)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
}

// Whom MitID gave no UUID cannot sign, unless their number may be used.
func TestWithoutUUIDAPersonMustLook(t *testing.T) {
	c := signatureContent{Letter: letterContent{At: time.Now()}, Title: "Aftale"}
	_, err := c.order("A", []byte("%PDF"), "http://127.0.0.1")
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	c.CPR = mitidtest.Paiman().CPR.Reveal()
	o, err := c.order("A", []byte("%PDF"), "http://127.0.0.1")
	require.NoError(t, err)
	assert.Equal(t, mitidtest.Paiman().CPR, o.Signatories[0].Who.CPR)
	assert.NotContains(t, digits(o.Title), c.CPR)
}

// The service is away: nothing is lost, and nothing is placed twice.
func TestServiceThatIsAway(t *testing.T) {
	for _, trouble := range []string{"maintenance-page", "maintenance-page-after", "lost-answer", "reset", "error-personal", "redirect"} {
		t.Run(trouble, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			require.NoError(t, h.signer.At("createSignatureOrder", trouble))
			b, record, at := h.handedIn("da", mitidtest.Paiman())
			assert.Equal(t, at, b.get(at+"/sign").path, "there is nothing to sign yet")
			for range 3 {
				h.clerk(parkedWait)
			}
			assert.Contains(t, b.get(record).body, `data-testid="status">Til underskrift<`)
			require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
			h.signer.Settle()
			h.clerk(0)
			assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
			var orders int
			require.NoError(t, h.store.db.QueryRowContext(context.Background(), `SELECT count(*) FROM letter`).Scan(&orders))
			assert.Equal(t, 1, orders, "one letter")
			found, _, err := h.app.clerk.desk.service.Orders(t.Context(), signing.OrderUnknown, "")
			require.NoError(t, err)
			assert.Len(t, found, 1, "one order")
			assert.NotContains(t, h.logs.String(), "Paiman")
		})
	}
}

// The link is read anew each time. If it cannot be had, the person is told so.
func TestLinkThatCannotBeHad(t *testing.T) {
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

// TestSigningLeaksNothing looks for the person in the log, in addresses, and in the bytes
// on the disk, after both ends.
func TestSigningLeaksNothing(t *testing.T) {
	h := newSignHouse(t)
	who := mitidtest.Paiman()
	b, record, at := h.handedIn("da", who)
	first := b.link(at)
	require.NoError(t, h.signer.Reject(t.Context(), first, who, "fordi Paiman hellere vil bo på Ærø"))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(at).body, "fordi Paiman hellere vil bo på Ærø", "the person reads it")
	b.post(at+"/again", nil)
	require.NoError(t, h.signer.Next("error-personal"))
	h.clerk(0)
	h.clerk(parkedWait)
	again := signaturePathIn(t, b.get(record))
	second := b.link(again)
	require.NoError(t, h.signer.SignAs(t.Context(), second, who))
	h.signer.Settle()
	h.clerk(0)
	h.deliver(0)
	require.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.NotContains(t, digits(b.get(again).body), who.CPR.Reveal())
	require.NoError(t, h.store.Close())
	token := func(link string) string { return link[strings.LastIndex(link, "/")+1:] }
	raw, err := os.ReadFile(h.db)
	require.NoError(t, err)
	for _, secret := range []string{who.CPR.Reveal(), who.UUID, "hellere vil bo", "%PDF-", token(first), token(second)} {
		for name, found := range map[string]string{"log": h.logs.String(), "file": string(raw)} {
			assert.False(t, strings.Contains(found, secret), "in the %s: %.12s", name, secret)
		}
	}
	for _, secret := range []string{"Paiman", "Petersen", at, record} {
		assert.False(t, strings.Contains(h.logs.String(), secret), "in the log: %s", secret)
	}
}

// Of several who are at one agreement at once, one counts; a visitor waits for the others.
func TestOneClerkAtATime(t *testing.T) {
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { h.app.clerk.round(t.Context()) })
	}
	back := b.get(at + "/back")
	all.Wait()
	assert.Contains(t, back.body, "Aftalen gælder nu")
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.Equal(t, 1, h.signer.Count("closeSignatureOrder"))
	var changes int
	require.NoError(t, h.store.db.QueryRowContext(t.Context(), `SELECT count(*) FROM status_change WHERE status = 'signed'`).Scan(&changes))
	assert.Equal(t, 1, changes)

	// Somebody who died in the middle holds it for a minute, and no longer.
	_, err := h.store.db.ExecContext(t.Context(), `UPDATE signature SET state = 'placed', busy_until = next_at + 60000, cleaned = 0`)
	require.NoError(t, err)
	due, err := h.store.dueSignatures(t.Context())
	require.NoError(t, err)
	assert.Empty(t, due)
}

// A store that says no: nothing is deleted at the service, and the copy comes home later.
func TestStoreThatSaysNo(t *testing.T) {
	h := newSignHouse(t)
	b, record, at := h.handedIn("da", mitidtest.Paiman())
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(at), mitidtest.Paiman()))
	h.signer.Settle()
	_, err := h.store.db.ExecContext(t.Context(), `CREATE TRIGGER no BEFORE UPDATE OF status ON record WHEN NEW.status = 'signed' BEGIN SELECT raise(ABORT, 'no'); END`)
	require.NoError(t, err)
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Til underskrift<`)
	assert.Equal(t, http.StatusNotFound, b.get(at+"/signed").status, "the copy and the status come together or not at all")
	assert.Zero(t, h.signer.Count("cleanupSignatureOrder"))
	_, err = h.store.db.ExecContext(t.Context(), `DROP TRIGGER no`)
	require.NoError(t, err)
	h.clerk(longestWait)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.Equal(t, 1, h.signer.Count("closeSignatureOrder"), "closed once")
	assert.Equal(t, 1, h.signer.Count("cleanupSignatureOrder"))
}
