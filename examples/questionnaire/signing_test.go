package main

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
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

func newSignHouse(t testing.TB, change ...func(*web.Config)) *signHouse {
	t.Helper()
	return newSignHouseIn(t, filepath.Join(t.TempDir(), "svar på øen.db"), change...)
}

// newSignHouseIn is newSignHouse in that database.
func newSignHouseIn(t testing.TB, db string, change ...func(*web.Config)) *signHouse {
	t.Helper()
	s := &signHouse{}
	signs := func(c *web.Config) {
		s.signer = signingtest.NewWith(t, signingtest.Config{Now: c.Now})
		var err error
		c.Signing, err = signdesk.Open(fakeAccount(s.signer), c.PublicURL, c.Keys, c.Logger)
		require.NoError(t, err)
		c.Questionnaires = append(c.Questionnaires, survey.Agreements()...)
	}
	s.house = newHouseIn(t, db, "criipto", append([]func(*web.Config){signs}, change...)...)
	return s
}

// clerk lets the clerk go one round, after time has gone by for agreements. For people it
// stands still, so that nobody is logged out.
func (h *signHouse) clerk(after time.Duration) {
	h.t.Helper()
	_, err := h.sql.ExecContext(h.t.Context(), `UPDATE signature SET next_at = next_at - $1, busy_until = busy_until - $1`, after.Milliseconds())
	require.NoError(h.t, err)
	h.app.Clerk.Round(h.t.Context())
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
	t.Parallel()
	agreementIsSigned(t, newSignHouse(t))
}

func agreementIsSigned(t *testing.T, h *signHouse) {
	who := mitidtest.Paiman()
	b, record, at := h.handedIn("da", who)
	assert.Contains(t, b.get(record).body, "Til underskrift")
	agreement := b.get(at + "/document")
	text := pdfText(t, []byte(agreement.body))
	for _, want := range []string{"Aftale om hjælp i hjemmet", "Nøglen ligger på Ærøvej – æøå", "Rengøring", "Begge parter kan opsige aftalen"} {
		assert.Contains(t, text, want)
	}

	// The letter, and its link, which is ours.
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(who.CPR))
	require.Len(t, letters, 1, "one letter, which brings the agreement")
	assert.Equal(t, "Aftale til underskrift fra Ærøpanelet", letters[0].Title)
	require.Len(t, letters[0].Documents, 2, "the letter, and the agreement as it will be signed")
	assert.Equal(t, sha256.Sum256([]byte(agreement.body)), letters[0].Documents[1].SHA256)
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
	t.Parallel()
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

// TestSigningLeaksNothing looks for the person in the log, in addresses, and in the bytes
// on the disk, after both ends.
func TestSigningLeaksNothing(t *testing.T) {
	t.Parallel()
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
	h.clerk(signdesk.ParkedWait)
	again := signaturePathIn(t, b.get(record))
	second := b.link(again)
	require.NoError(t, h.signer.SignAs(t.Context(), second, who))
	h.signer.Settle()
	h.clerk(0)
	h.deliver(0)
	require.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	assert.NotContains(t, digits(b.get(again).body), who.CPR.Reveal())
	h.closeStore()
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
