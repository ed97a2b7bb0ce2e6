package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFrontPageExplainsAndAsksForMitID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	da := h.browser("da").get("/")
	assert.Equal(t, http.StatusOK, da.status)
	assert.Contains(t, da.body, "Log ind med MitID")
	assert.Contains(t, da.body, `href="/login/cpr?return=%2Fquestionnaires%2Fhelbred"`)
	en := h.browser("en-GB,en;q=0.9").get("/")
	assert.Contains(t, en.body, `<html lang="en">`)
	assert.Contains(t, en.body, "Log on with MitID")
	assert.Contains(t, h.browser("nb").get("/").body, `<html lang="da">`)
	assert.Contains(t, h.browser("").get("/").body, `<html lang="da">`)
	assert.Contains(t, h.browser(strings.Repeat("en,", 500)).get("/").body, `<html lang="da">`)
}

func TestWithoutCPR(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	form := b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, everydayPath, form.path)
	assert.Contains(t, form.body, "Du er logget ind som Ditlev Von Testesen.")
	done := b.post(everydayPath, everydayAnswers())
	require.Equal(t, http.StatusOK, done.status, done.body)
	require.True(t, strings.HasSuffix(done.path, "/done"), done.path)
	assert.Contains(t, done.body, "Tak for dine svar")

	record := b.get(strings.TrimSuffix(done.path, "/done"))
	for _, want := range []string{"Kladde", "Besvaret", "4 (1 = Meget dårligt, 5 = Meget godt)", "7–8 timer", "At være ude i naturen", "Rødgrød på Ærø"} {
		assert.Contains(t, record.body, want)
	}
	profile := b.get("/profile")
	assert.Contains(t, profile.body, "Ditlev Von Testesen")
	assert.Contains(t, profile.body, "21. januar 1927")
	assert.Contains(t, profile.body, "Betydelig")
	assert.NotContains(t, profile.body, cprMask, "nobody asked for the CPR number")
	assert.Equal(t, b.get(everydayPath).path, record.path, "a form that was handed in shows the record")
}

func TestWithCPR(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	form := b.get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, healthPath, form.path)
	assert.Contains(t, form.body, "Health and care")
	done := b.post(healthPath, healthAnswers())
	require.Contains(t, done.body, "Thank you for your answers")
	profile := b.get("/profile")
	assert.Contains(t, profile.body, cprMask)
	assert.Contains(t, profile.body, "27 December 1958")
	accounts, err := h.accountsByCPR(mitidtest.Paiman().CPR)
	require.NoError(t, err)
	assert.Len(t, accounts, 1)
}

func TestLinkToAQuestionnaireWithCPRNeedsOneLogin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := h.browser("da").get(healthPath, mitidtest.Approve(mitidtest.Paiman()))
	assert.Equal(t, healthPath, form.path)
	assert.Contains(t, form.body, "Hvor meget har smerter fyldt")
	assert.Equal(t, 1, h.fake.Count("/oauth2/token"))
}

func TestStepUpForCPR(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	ask := b.get(healthPath)
	require.Equal(t, http.StatusOK, ask.status)
	assert.Contains(t, ask.body, "Vi skal bruge dit CPR-nummer")
	assert.Contains(t, ask.body, "Bekræft med MitID")
	assert.Equal(t, http.StatusForbidden, b.post(healthPath, healthAnswers()).status, "not even by hand")
	form := b.get("/confirm/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, healthPath, form.path)
	assert.Contains(t, form.body, "Helbred og hjælp")
	assert.Contains(t, b.get("/profile").body, cprMask)

	// The profile remembers: a later login without the prompt is enough.
	again := h.browser("da")
	assert.Contains(t, again.get("/login?return="+healthPath, mitidtest.Approve(mitidtest.Ditlev())).body, "Hvor meget har smerter fyldt")
}

func TestStepUpByAnotherPersonIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	p := b.get("/confirm/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Paiman()))
	assert.GreaterOrEqual(t, p.status, 400)
	assert.Contains(t, p.body, "Det blev ikke bekræftet")
	assert.Contains(t, p.body, `href="`+healthPath+`"`, "the way to try again")
	assert.Contains(t, b.get("/profile").body, "Ditlev Von Testesen", "the session is as it was")
	accounts, err := h.accountsByCPR(mitidtest.Paiman().CPR)
	require.NoError(t, err)
	assert.Empty(t, accounts)
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Paiman()))
	h.fake.Advance(time.Minute)
	record := strings.TrimSuffix(b.post(healthPath, healthAnswers()).path, "/done")
	h.fake.Advance(time.Minute)
	answers := url.Values{"change": {"better"}, "pain": {"1"}, "action": {"hand"}}

	ask := b.get(record + "/follow-up")
	assert.Contains(t, ask.body, "Bekræft, at det stadig er dig")
	assert.Equal(t, http.StatusForbidden, b.post(record+"/follow-up", answers).status, "not even by hand")
	form := b.get("/confirm/again?return="+record+"/follow-up", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, record+"/follow-up", form.path)
	require.Contains(t, form.body, "Opfølgning")
	done := b.post(record+"/follow-up", answers)
	assert.Contains(t, done.body, "Tak, fordi du fulgte op")

	page := b.get(record)
	assert.Contains(t, page.body, "Fulgt op")
	assert.Contains(t, page.body, "Bedre")
	late := b.post(record+"/follow-up", answers)
	assert.Equal(t, record, late.path, "handed in once")
	assert.Contains(t, late.body, "Skemaet var allerede sendt")
	history, err := h.store.History(t.Context(), strings.TrimPrefix(record, "/records/"))
	require.NoError(t, err)
	require.Len(t, history, 3)
	assert.Equal(t, []survey.Status{survey.StatusDraft, survey.StatusAnswered, survey.StatusFollowedUp}, []survey.Status{history[0].Status, history[1].Status, history[2].Status})
}

func TestFollowUpInALaterSessionNeedsNoSecondProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
	record := strings.TrimSuffix(b.post(healthPath, healthAnswers()).path, "/done")
	h.fake.Advance(14 * 24 * time.Hour)
	form := b.get(record+"/follow-up", mitidtest.Approve(mitidtest.Paiman()))
	assert.Equal(t, record+"/follow-up", form.path)
	assert.Contains(t, form.body, "Hvor meget fylder smerter nu?")
}

func TestFollowUpInTheSameSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	record := strings.TrimSuffix(b.post(everydayPath, everydayAnswers()).path, "/done")
	assert.Contains(t, b.get(record+"/follow-up").body, "How are you compared with last time?")
}

func TestTwoPeopleAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	people := []struct {
		who  mitidtest.Citizen
		b    *browser
		mood string
	}{{mitidtest.Ditlev(), h.browser("da"), "1"}, {mitidtest.Paiman(), h.browser("en"), "5"}}
	for _, p := range people {
		p.b.get("/login", mitidtest.Approve(p.who))
	}
	var records []string
	for _, p := range people {
		given := everydayAnswers()
		given.Set("mood", p.mood)
		given.Set("joy", "hos "+p.who.Name)
		records = append(records, strings.TrimSuffix(p.b.post(everydayPath, given).path, "/done"))
	}
	for i, p := range people {
		mine, other := p.b.get(records[i]), p.b.get(records[1-i])
		assert.Contains(t, mine.body, "hos "+p.who.Name)
		for _, page := range []shown{other, p.b.get(records[1-i] + "/done"), p.b.get(records[1-i] + "/follow-up"),
			p.b.post(records[1-i]+"/follow-up", url.Values{"change": {"worse"}, "action": {"hand"}})} {
			assert.Equal(t, http.StatusNotFound, page.status)
			assert.NotContains(t, page.body, "hos "+people[1-i].who.Name)
		}
		assert.NotContains(t, p.b.get("/answers").body, records[1-i])
		assert.NotContains(t, p.b.get("/profile").body, people[1-i].who.Name)
	}
}

func TestEachCapacityHasItsOwnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) {
		c.Identity = claims.CapacityEither
		c.Assignments, _ = web.ParseAssignments(businessAssignments)
	})
	who := mitidtest.CompanyEmployee()
	private, work := h.browser("da"), h.browser("da")
	private.get("/login", mitidtest.Approve(who))
	work.get("/login", mitidtest.Approve(who).For("12345674"))
	private.post(everydayPath, everydayAnswers())
	assert.Contains(t, private.get("/profile").body, "Privatperson")
	assert.Contains(t, work.get("/profile").body, "Smørrebrød &amp; Søn ApS")
	assert.Contains(t, work.get("/profile").body, "Medarbejder i en organisation")
	assert.Contains(t, work.get("/answers").body, "Du har ikke svaret på noget endnu.")
}

func TestLogOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	p := b.post("/logout?return="+loggedOutPath, nil)
	assert.Equal(t, loggedOutPath, p.path)
	assert.Contains(t, p.body, "Du er logget ud")
	assert.Contains(t, p.body, "Log ind med MitID")
	assert.Equal(t, http.StatusUnauthorized, b.post(everydayPath, everydayAnswers()).status)
}
