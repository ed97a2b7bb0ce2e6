package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

var letterHref = regexp.MustCompile(`href="(/letters/[0-9a-f-]{36})"`)

// letterPath finds the letter that a page leads to.
func letterPath(t *testing.T, p shown) string {
	t.Helper()
	m := letterHref.FindStringSubmatch(p.body)
	require.NotNil(t, m, p.body)
	return m[1]
}

func idOf(t *testing.T, path string) eboks.ID {
	t.Helper()
	id, err := eboks.ParseID(strings.TrimPrefix(path, "/letters/"))
	require.NoError(t, err)
	return id
}

func TestLetterArrives(t *testing.T) {
	t.Parallel()
	letterArrives(t, newHouse(t))
}

func letterArrives(t *testing.T, h *house) {
	b := h.browser("da")
	b.get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Paiman()))
	done := b.post(healthPath, healthAnswers())
	assert.Contains(t, done.body, "Sendes om lidt")
	record := strings.TrimSuffix(done.path, "/done")
	at := letterPath(t, done)
	assert.Equal(t, http.StatusOK, b.get(at+"/pdf").status, "written in the transaction that queued it")

	h.deliver(0)
	sent := b.get(record)
	assert.Contains(t, sent.body, `data-testid="letter-state">Sendt<`)
	assert.Contains(t, sent.body, `href="`+mailboxPath+`"`)
	assert.Contains(t, b.get(mailboxPath).body, "Indbakke: Paiman Petersen", "their own mailbox, and nobody else's")
	h.deliver(10 * time.Minute)
	assert.Contains(t, b.get(record).body, "Brevet ligger i din e-Boks.")
	assert.Contains(t, b.get("/letters").body, `data-testid="letter-state">Leveret<`)

	page := b.get(at)
	for _, want := range []string{"Kvittering for »Helbred og hjælp«", "Brevet blev skrevet", "Afleveret til distributøren", "Leveret i din e-Boks", "AfleveretDigitalPost", idOf(t, at).String()} {
		assert.Contains(t, page.body, want)
	}
	letters := h.post.Letters(eboks.Person(mitidtest.Paiman().CPR))
	require.Len(t, letters, 1)
	assert.Equal(t, idOf(t, at), letters[0].ID)
	assert.Equal(t, "Kvittering fra Ærøpanelet", letters[0].Title)

	pdf := b.get(at + "/pdf")
	assert.Equal(t, "application/pdf", pdf.header.Get("Content-Type"))
	assert.Equal(t, `inline; filename="`+idOf(t, at).String()+`.pdf"`, pdf.header.Get("Content-Disposition"))
	sum := sha256.Sum256([]byte(pdf.body))
	assert.Contains(t, page.body, hex.EncodeToString(sum[:]))
	assert.Equal(t, sum, letters[0].Documents[0].SHA256, "what the person can read here is what was sent")
	text := pdfText(t, []byte(pdf.body))
	assert.Contains(t, text, "Paiman Petersen")
	assert.Contains(t, text, "Kortere ventetid på hjælpemidler")
	assert.NotContains(t, digits(text), mitidtest.Paiman().CPR.Reveal())

	for _, path := range []string{"/records/%00", "/records/%ff", "/letters/%00", "/records/" + eboks.NewID().String()} {
		assert.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}

	// Nothing more happens, however often somebody looks.
	for range 3 {
		h.deliver(time.Hour)
	}
	assert.Equal(t, 1, h.post.Delivered(idOf(t, at)))
	assert.Equal(t, 1, h.post.Offered(idOf(t, at)))
}

func TestLetterForEachStatusChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
	record := strings.TrimSuffix(b.post(everydayPath, everydayAnswers()).path, "/done")
	h.deliver(0)
	again := everydayAnswers()
	again.Set("change", "better")
	b.post(record+"/follow-up", again)
	b.post(record+"/follow-up", again) // the second one is too late
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Equal(t, 2, strings.Count(b.get(record).body, "The letter is in your e-Boks."))
	assert.Equal(t, 2, h.post.Total())
	letters := h.post.Letters(eboks.Person(mitidtest.Paiman().CPR))
	require.Len(t, letters, 2)
	assert.NotEqual(t, letters[0].ID, letters[1].ID)
}

func TestLetterWaitsForTheNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	done := b.post(everydayPath, everydayAnswers())
	assert.NotContains(t, done.body, "Mangler", "nobody asked for the number")
	assert.Contains(t, done.body, "Vil du have en kvittering i din e-Boks?")
	assert.Contains(t, done.body, "Bekræft med MitID")
	h.deliver(0)
	assert.Zero(t, h.post.Total())
	letters := b.get("/letters")
	at := letterPath(t, letters)

	// Somebody who keeps it is told what that means, and asked again another day.
	kept := b.get("/confirm/cpr?return="+at, mitidtest.Approve(mitidtest.Ditlev()).WithoutCPR())
	assert.Equal(t, http.StatusForbidden, kept.status)
	assert.Contains(t, kept.body, "Uden CPR-nummer kan vi ikke sende brevet")
	h.deliver(0)
	assert.Zero(t, h.post.Total())

	page := b.get("/confirm/cpr?return="+at, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, at, page.path)
	assert.Contains(t, page.body, "Sendes om lidt")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Contains(t, b.get(at).body, "Brevet ligger i din e-Boks.")
	require.Len(t, h.post.Letters(eboks.Person(mitidtest.Ditlev().CPR)), 1)
}

func TestLettersOfTwoPeopleAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people := []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Paiman()}
	browsers := []*browser{h.browser("da"), h.browser("en")}
	var paths []string
	for i, b := range browsers {
		b.get("/login/cpr", mitidtest.Approve(people[i]))
		given := everydayAnswers()
		given.Set("joy", "hos "+people[i].Name)
		paths = append(paths, letterPath(t, b.post(everydayPath, given)))
	}
	h.deliver(0)
	h.deliver(10 * time.Minute)
	for i, b := range browsers {
		for _, tail := range []string{"", "/pdf"} {
			assert.Equal(t, http.StatusOK, b.get(paths[i]+tail).status)
			assert.Equal(t, http.StatusNotFound, b.get(paths[1-i]+tail).status)
		}
		assert.NotContains(t, b.get("/letters").body, paths[1-i])
		text := pdfText(t, []byte(b.get(paths[i]+"/pdf").body))
		assert.Contains(t, text, "hos "+people[i].Name)
		assert.NotContains(t, text, people[1-i].Name)
		letters := h.post.Letters(eboks.Person(people[i].CPR))
		require.Len(t, letters, 1)
		assert.Equal(t, idOf(t, paths[i]), letters[0].ID)
	}
	for _, path := range []string{"/letters/none", "/letters/" + eboks.NewID().String(), "/letters/" + strings.ToUpper(idOf(t, paths[1]).String()) + "/pdf"} {
		assert.Equal(t, http.StatusNotFound, browsers[0].get(path).status, path)
	}
}

func TestLetterThatCannotArrive(t *testing.T) {
	t.Parallel()
	for state, want := range map[ebokstest.State]string{
		ebokstest.NotRegistered: "ingen digital postkasse", ebokstest.NotSubscribed: "ikke tilmeldt post fra os",
		ebokstest.Exempt: "fritaget for digital post", ebokstest.Minor: "under 15 år",
	} {
		t.Run(state.String(), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.post.Add(ebokstest.Mailbox{Owner: eboks.Person(mitidtest.Paiman().CPR), State: state})
			b := h.browser("da")
			b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
			at := letterPath(t, b.post(everydayPath, everydayAnswers()))
			h.deliver(0)
			h.deliver(10 * time.Minute)
			page := b.get(at)
			assert.Contains(t, page.body, "Ikke leveret")
			assert.Contains(t, page.body, want)
			assert.Contains(t, page.body, "Kan ikke leveres")
		})
	}
}

func TestLetterToAReplacementNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Citizen{CPR: cprtest.Replacement(1)})) // name and address are protected
	at := letterPath(t, b.post(everydayPath, everydayAnswers()))
	h.deliver(0)
	page := b.get(at)
	assert.Contains(t, page.body, "erstatningsnummer")
	assert.Contains(t, page.body, "Brevet blev opgivet")
	assert.Contains(t, pdfText(t, []byte(b.get(at+"/pdf").body)), "Til dig, der har svaret", "a protected name is in no letter")
	assert.Zero(t, h.post.Total())
}

func TestNoLetterForAnOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) {
		c.Identity = claims.CapacityEither
		c.Assignments, _ = web.ParseAssignments(businessAssignments)
	})
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674"))
	assert.NotContains(t, b.post(everydayPath, everydayAnswers()).body, `data-testid="letter"`)
	assert.Contains(t, b.get("/letters").body, "Du har ingen breve endnu.")
}

func TestWithoutPostThereAreNoLetters(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) { c.Post = nil })
	b := h.browser("da")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
	done := b.post(everydayPath, everydayAnswers())
	assert.NotContains(t, done.body, `data-testid="letter"`)
	assert.NotContains(t, done.body, "/letters")
	assert.Equal(t, http.StatusNotFound, b.get("/letters").status)
	var letters int
	require.NoError(t, h.sql.QueryRowContext(t.Context(), "SELECT count(*) FROM letter").Scan(&letters))
	assert.Zero(t, letters)
	assert.Equal(t, claims.Substantial, h.cfg.Level)
}
