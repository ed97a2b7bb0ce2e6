package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestInviteSomebodyWhoNeverLoggedIn: the number alone, a letter, and a link that only that
// person opens. They answer, and the administrator sees it.
func TestInviteSomebodyWhoNeverLoggedIn(t *testing.T) {
	t.Parallel()
	inviteByNumber(t, newHouse(t))
}

func inviteByNumber(t *testing.T, h *house) {
	admin, who := h.administrator("da"), mitidtest.Paiman()
	at := admin.invite("helbred", who.CPR.Reveal())
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(who.CPR))
	require.Len(t, letters, 1)
	assert.Equal(t, "Et spørgeskema fra Ærøpanelet", letters[0].Title)
	text := pdfText(t, letters[0].Documents[0].Content())
	for _, want := range []string{"Til dig", "»Helbred og hjælp«", "Kun du kan åbne linket", "Svar på spørgeskemaet"} {
		assert.Contains(t, text, want)
	}
	link := h.linkIn(who)
	assert.NotContains(t, digits(link+text), who.CPR.Reveal())

	// Somebody else does not get in with it, and neither does the administrator.
	other := h.browser("da").get(link, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, http.StatusForbidden, other.status, other.body)
	assert.NotEqual(t, healthPath, admin.get(link).path)

	b := h.browser("da")
	form := b.get(link, mitidtest.Approve(who))
	assert.Equal(t, healthPath, form.path, "the link leads to the questionnaire, and MitID told the number on the way")
	assert.Contains(t, b.post(healthPath, healthAnswers()).body, "Tak for dine svar")

	admin = h.administrator("da")
	page := admin.get(at)
	assert.Contains(t, page.body, `data-testid="answered">1 af 1<`)
	assert.Contains(t, page.body, "Breve skrevet: 1 af 1")
	list := admin.get("/admin/letters").body
	assert.Contains(t, list, "Invitation")
	assert.Equal(t, http.StatusOK, admin.get(adminLetterIn(t, list)).status)
	assert.NotContains(t, digits(page.body+list), who.CPR.Reveal())

	// Nobody is invited twice to one questionnaire, and everybody to another.
	assert.Contains(t, admin.post("/admin/invitations", invitation("helbred", who.CPR.Reveal())).body, "Inviteret før til dette skema")
	assert.Contains(t, admin.post("/admin/invitations", invitation("hverdag", who.CPR.Reveal())).body, "Personer, der vil få et brev: 1")
}

func invitation(slug, list string) url.Values {
	return url.Values{"questionnaire": {slug}, "template": {"invitation"}, "lang": {"da"}, "list": {list}}
}

// TestListIsCheckedBeforeAnythingIsSent names each faulty line by its number, and never by
// what stands there.
func TestListIsCheckedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	good, second := mitidtest.Paiman().CPR.Reveal(), mitidtest.Ditlev().CPR.Reveal()
	list := strings.Join([]string{
		"CPR;Navn", `"` + good[:6] + "-" + good[6:] + `";Paiman på Ærø`, "", "123456-78", second, good, cprtest.Replacement(3).Reveal() + ";x", "3113139999", "æøå",
	}, "\r\n")
	p := admin.post("/admin/invitations", invitation("hverdag", list))
	require.Equal(t, http.StatusOK, p.status)
	assert.Contains(t, p.body, "Personer, der vil få et brev: 2")
	for why, lines := range map[string]string{"Intet gyldigt CPR-nummer": "4, 8, 9", "Erstatningsnummer": "7", "Står på listen før": "6"} {
		_, rest, ok := strings.Cut(p.body, why)
		require.True(t, ok, why)
		assert.Contains(t, rest[:80], "Linje "+lines, why)
	}
	for _, secret := range []string{good, second, cprtest.Replacement(3).Reveal(), "3113139999", "Paiman på"} {
		assert.NotContains(t, digits(p.body), digits(secret))
	}
	assert.NotContains(t, digits(h.logs.String()+h.urls.String()), good)

	// Nothing is sent before somebody says so, and then once, however often they say it.
	require.NoError(t, h.app.Inviter.Round(t.Context()))
	h.deliver(0)
	assert.Zero(t, h.post.Total())
	for range 3 {
		sent := admin.post(p.path+"/send", nil)
		assert.Equal(t, p.path, sent.path)
		require.NoError(t, h.app.Inviter.Round(t.Context()))
	}
	h.deliver(0)
	assert.Equal(t, 2, h.post.Total())
	assert.Equal(t, 1, strings.Count(admin.get("/admin").body, "Sendte invitationer"))

	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"nothing":          {invitation("hverdag", " \r\n"), "Der er ingen linjer i listen"},
		"too many":         {invitation("hverdag", strings.Repeat("1\n", 1001)), "Listen er for lang"},
		"no questionnaire": {invitation("none", good), "Vælg et svar"},
		"a receipt":        {url.Values{"questionnaire": {"hverdag"}, "template": {"receipt"}, "lang": {"da"}, "list": {good}}, "Vælg et svar"},
		"no language":      {url.Values{"questionnaire": {"hverdag"}, "template": {"invitation"}, "list": {good}}, "Vælg et svar"},
	} {
		p := admin.post("/admin/invitations", c.form)
		assert.Equal(t, http.StatusUnprocessableEntity, p.status, name)
		assert.Contains(t, p.body, c.says, name)
		assert.NotContains(t, p.body, good, name)
	}
	none := admin.post("/admin/invitations", invitation("hverdag", "123"))
	assert.NotContains(t, none.body, `data-testid="send"`, "there is nobody to send to")
	admin.post(none.path+"/send", nil)
	assert.NotContains(t, admin.get("/admin/invitations").body, none.path)
}

func TestListComesAsAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	send := func(pasted string) shown {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for k, v := range invitation("hverdag", pasted) {
			require.NoError(t, w.WriteField(k, v[0]))
		}
		f, err := w.CreateFormFile("file", "ærø.csv")
		require.NoError(t, err)
		_, _ = fmt.Fprintf(f, "\ufeffcpr,navn\n%s,Åse\n", mitidtest.Paiman().CPR.Reveal())
		require.NoError(t, w.Close())
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/admin/invitations", &body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", w.FormDataContentType())
		return admin.send(req)
	}
	assert.Contains(t, send("").body, "Personer, der vil få et brev: 1")
	assert.Contains(t, send("1").body, "ikke begge dele")
}

// knowing is a distributor that tells beforehand whom it can reach.
type knowing struct{ eboks.Sender }

func (k knowing) Capabilities() eboks.Capabilities {
	c := k.Sender.Capabilities()
	c.Lookup = true
	return c
}

func (knowing) Lookup(_ context.Context, to eboks.Recipient, _ eboks.Material) (eboks.Reachability, error) {
	switch to {
	case eboks.Person(mitidtest.NoDigitalPost().CPR):
		return eboks.Exempt, nil
	case eboks.Person(mitidtest.Ditlev().CPR):
		return 0, &eboks.Error{Kind: eboks.Unavailable, Op: "lookup"}
	}
	return eboks.Reachable, nil
}

// TestListLeavesOutWhomTheDistributorCannotReach: where it tells. Who is not known is
// invited all the same.
func TestListLeavesOutWhomTheDistributorCannotReach(t *testing.T) {
	t.Parallel()
	var fake *ebokstest.Distributor
	h := newHouse(t, postBy(t, "stralfors", &fake, func(s eboks.Sender) eboks.Sender { return knowing{s} }))
	admin := h.administrator("en")
	var list []string
	for _, n := range []cpr.Number{mitidtest.Paiman().CPR, mitidtest.NoDigitalPost().CPR, mitidtest.Ditlev().CPR} {
		list = append(list, n.Reveal())
	}
	p := admin.post("/admin/invitations", invitation("hverdag", strings.Join(list, "\n")))
	assert.Contains(t, p.body, "People who would get a letter: 2")
	_, rest, _ := strings.Cut(p.body, "Cannot receive letters")
	assert.Contains(t, rest[:80], "Line 2")
	assert.NotContains(t, p.body, "does not tell beforehand")
}

var (
	adminSignatureHref = regexp.MustCompile(`href="/admin(/signatures/[A-Z0-9]{26})"`)
	keyField           = regexp.MustCompile(`name="key" value="([^"]+)"`)
)

// TestReminderAndWithdrawal: what an administrator can do about an agreement.
func TestReminderAndWithdrawal(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	who := mitidtest.Paiman()
	b, record, _ := h.handedIn("da", who)
	h.deliver(0)
	admin := h.administrator("da")
	assert.Contains(t, admin.get("/admin").body, "<strong>1</strong> Aftaler, der venter på underskrift")
	list := admin.get("/admin/signatures")
	at := "/admin" + adminSignatureHref.FindStringSubmatch(list.body)[1]
	page := admin.get(at)
	assert.Contains(t, page.body, "Venter på underskrift")
	key := keyField.FindStringSubmatch(page.body)
	require.NotNil(t, key)
	for range 2 { // the form comes twice
		assert.Contains(t, admin.post(at, url.Values{"do": {"remind"}, "key": {key[1]}}).body, "Sendte en påmindelse")
	}
	assert.Equal(t, http.StatusNotFound, admin.post(at, url.Values{"do": {"remind"}, "key": {"x"}}).status)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(who.CPR))
	require.Len(t, letters, 2, "the agreement, and one reminder")
	assert.Equal(t, "En aftale venter på dig hos Ærøpanelet", letters[1].Title)

	assert.Contains(t, admin.post(at, url.Values{"do": {"cancel"}}).body, "Skriv en begrundelse.")
	admin.post(at, url.Values{"do": {"cancel"}, "reason": {"Hjælpen er ændret på Ærø"}})
	h.clerk(0)
	seen := admin.get("/admin" + record).body
	assert.Contains(t, seen, `data-testid="status">Trukket tilbage<`)
	assert.Contains(t, seen, "Trak en aftale tilbage")
	assert.Contains(t, seen, "Hjælpen er ændret på Ærø")
	assert.Contains(t, seen, "af systemet")
	assert.Contains(t, b.get(record).body, "Trukket tilbage")
	assert.Equal(t, http.StatusConflict, admin.post(at, url.Values{"do": {"remind"}, "key": {key[1]}}).status)
	assert.Equal(t, http.StatusConflict, admin.post(at, url.Values{"do": {"cancel"}, "reason": {"igen"}}).status)
}

// TestSignatureActionOnAnyQuestionnaire asks for a signature where the app did not before,
// and notifies when the record is signed.
func TestSignatureActionOnAnyQuestionnaire(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	admin := h.administrator("da")
	at := newID(t, admin.get("/admin/templates/new"), "templates")
	form := letterTemplate("document")
	form.Set("name", "Samtykke")
	form.Set("title_da", "Samtykke på Ærø")
	require.Equal(t, http.StatusOK, admin.post(at, form).status)
	for _, action := range []url.Values{
		{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"sign"}, "template": {strings.TrimPrefix(at, "/admin/templates/")}},
		{"questionnaire": {"helbred"}, "status": {"signed"}, "kind": {"letter"}, "to": {"field"}, "template": {"receipt"}},
	} {
		p := admin.saveAction(action)
		require.Equal(t, http.StatusOK, p.status, p.body)
	}
	who := mitidtest.Paiman()
	b := h.browser("da")
	b.get("/login/cpr?return="+healthPath, mitidtest.Approve(who))
	done := b.post(healthPath, healthAnswers())
	record := strings.TrimSuffix(done.path, "/done")
	signature := signaturePathIn(t, done)
	h.clerk(0)
	assert.Contains(t, pdfText(t, []byte(b.get(signature+"/document").body)), "Paiman Petersen har svaret »Noget af den« på Helbred og hjælp.")
	require.NoError(t, h.signer.SignAs(t.Context(), b.link(signature), who))
	h.signer.Settle()
	h.clerk(0)
	assert.Contains(t, b.get(record).body, `data-testid="status">Underskrevet<`)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Len(t, h.post.Letters(eboks.Person(who.CPR)), 2, "the receipt, and the letter that it is signed")
	seen := admin.get("/admin" + record).body
	assert.Contains(t, seen, "Helbred og hjælp: Underskrevet")
}

// TestListThatCannotGoHoldsUpNoOther: the app was started without the questionnaire of a list
// that was sent before, such as without signing. The lists after it go all the same.
func TestListThatCannotGoHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	key := store.AccountKey{Issuer: "https://æøå.example", Subject: "admin"}
	require.NoError(t, h.store.ArriveAdministrator(t.Context(), key, "Åse"))
	who, err := h.store.AdministratorOf(t.Context(), key)
	require.NoError(t, err)
	var people []store.Invitee
	for i := range 60 {
		people = append(people, store.Invitee{Line: i + 1, Number: cprtest.Number(i + 1)})
	}
	gone := &store.Batch{ID: "GONE", Questionnaire: "nedlagt", Template: "invitation", Version: 1, Lang: survey.Danish}
	require.NoError(t, h.store.AddBatch(t.Context(), gone, people))
	require.NoError(t, h.store.SendBatch(t.Context(), who, gone.ID))

	h.fake.Advance(time.Minute)
	p := admin.post("/admin/invitations", invitation("hverdag", mitidtest.Paiman().CPR.Reveal()))
	admin.post(p.path+"/send", nil)
	require.ErrorIs(t, h.app.Inviter.Round(t.Context()), store.ErrNotFound)
	h.deliver(0)
	assert.Equal(t, 1, h.post.Total())
	assert.Contains(t, admin.get(p.path).body, "Breve skrevet: 1 af 1")
	assert.Contains(t, admin.get("/admin/invitations/GONE").body, "Breve skrevet: 0 af 60", "they wait for their questionnaire")
}

// TestListThatNobodySentIsForgotten after a day, with its numbers, whether somebody makes
// another list or not.
func TestListThatNobodySentIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.administrator("da").post("/admin/invitations", invitation("hverdag", mitidtest.Paiman().CPR.Reveal()))
	h.fake.Advance(25 * time.Hour)
	admin := h.administrator("da")
	assert.Equal(t, http.StatusNotFound, admin.get(p.path).status)
	assert.Equal(t, http.StatusNotFound, admin.post(p.path+"/send", nil).status)
	require.NoError(t, h.app.Inviter.Round(t.Context()))
	h.deliver(0)
	assert.Zero(t, h.post.Total())
	var kept int
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT count(*) FROM invitation`).Scan(&kept))
	assert.Zero(t, kept)
}

// TestLetterThatComesBackNeedsAnAdministrator: the distributor took it, and said later that
// no mailbox has it. It is counted, listed first, and ends when somebody gives it up.
func TestLetterThatComesBackNeedsAnAdministrator(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	admin.invite("hverdag", mitidtest.Paiman().CPR.Reveal())
	h.deliver(0)
	letters, err := h.store.AllLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, letters, 1)
	require.NoError(t, h.post.Bounce(letters[0].ID, eboks.Exempt))
	h.deliver(10 * time.Minute)
	at := "/admin/letters/" + letters[0].ID.String()
	assert.Contains(t, admin.get(at).body, `data-testid="give-up"`)
	assert.Contains(t, admin.get("/admin").body, "<strong>1</strong> Breve, der kræver en beslutning")
	assert.Contains(t, admin.get("/admin/letters").body, `data-testid="parked"`)
	admin.post(at, url.Values{"do": {"give up"}, "reason": {"Ringet til på Ærø"}})
	assert.Contains(t, admin.get("/admin").body, "<strong>0</strong> Breve, der kræver en beslutning")
	assert.NotContains(t, admin.get("/admin/letters").body, `data-testid="parked"`)
}
