package main

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormOfThePersonBeforeIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	// In another tab of the same browser somebody else logs in.
	b.get("/login", mitidtest.Approve(mitidtest.Paiman()))
	p := b.post(everydayPath, everydayAnswers())
	assert.Equal(t, http.StatusConflict, p.status)
	assert.Contains(t, p.body, "En anden er logget ind")
	assert.Contains(t, b.get("/answers").body, "Du har ikke svaret på noget endnu.")
	b.get(everydayPath)
	assert.Contains(t, b.post(everydayPath, everydayAnswers()).body, "Tak for dine svar")
}

func TestPersonWithoutCPR(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	p := b.get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.WithoutCPR()))
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "Vi fik ikke dit CPR-nummer")
	assert.Contains(t, p.body, `href="`+everydayPath+`"`, "there is something they can answer")
	assert.NotContains(t, p.body, "organisation", "nobody can act for one here")
	form := b.get(everydayPath, mitidtest.Approve(mitidtest.WithoutCPR()))
	require.Equal(t, everydayPath, form.path)
	assert.Contains(t, form.body, "Zoë Grønbæk-Ångström")
	assert.Contains(t, b.get("/profile").body, "du har intet CPR-nummer")
}

func TestWhoKeepsTheNumberToThemself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.browser("en").get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Ditlev()).WithoutCPR())
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "We did not get your CPR number")
	assert.Contains(t, p.body, "Log on with MitID", "they may change their mind")
}

func TestProtectedName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	form := b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Protected()))
	require.Equal(t, everydayPath, form.path)
	assert.Contains(t, form.body, "Dit navn er ikke oplyst.")
	assert.Contains(t, b.get("/profile").body, "Sådan er det, når navnet er beskyttet.")
}

func TestNameThatBecameProtectedIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	person := mitidtest.Paiman()
	person.UUID, person.Subject = "7d4f7a3c-2f7f-4d5e-9f5f-0d6f5a4b3c2d", "0f9960a0d28d4353a3e2ea07f8ffa186"
	h.browser("da").get("/login", mitidtest.Approve(person))
	person.Name = ""
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(person))
	assert.NotContains(t, b.get("/profile").body, "Paiman")
	account, err := h.store.AccountOf(t.Context(), store.AccountKey{Issuer: h.fake.Issuer(), Subject: "{0f9960a0-d28d-4353-a3e2-ea07f8ffa186}"})
	require.NoError(t, err)
	stored, err := h.store.Properties(t.Context(), account)
	require.NoError(t, err)
	for _, p := range stored {
		assert.NotEqual(t, "fname", p.Name)
	}
}

func TestCancelAtTheBroker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.browser("da").get("/login/cpr?return="+healthPath, mitidtest.Abort())
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "Du afbrød dit login.")
	assert.Contains(t, p.body, `href="/login/cpr?return=%2Fquestionnaires%2Fhelbred"`, "the same button once more")
}

func TestLevelTooLow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	p := b.get("/login", mitidtest.Approve(mitidtest.PasswordUser()))
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "level of assurance")
	assert.Contains(t, p.body, `href="/login?return=`)
	assert.Contains(t, b.get("/").body, "Log on with MitID", "and no session")
}

// TestNobodyStandsTwiceAmongTheMailboxes: everybody with a number has one mailbox,
// and nobody else is there.
func TestNobodyStandsTwiceAmongTheMailboxes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	names, numbers := map[string]int{}, 0
	for _, c := range h.fake.Citizens() {
		if c.CPR.IsZero() {
			continue
		}
		numbers++
		assert.NotEmpty(t, h.post.MailboxURL(eboks.Person(c.CPR)), c.Name)
	}
	for _, m := range h.post.Mailboxes() {
		names[m.Name]++
		assert.Equal(t, 1, names[m.Name], m.Name)
	}
	assert.Len(t, h.post.Mailboxes(), numbers)
}

// TestWhoCameWithTooLittleIsNotLedInCircles: this broker remembers a login, and
// would answer the next one with the same level, without asking anybody.
func TestWhoCameWithTooLittleIsNotLedInCircles(t *testing.T) {
	t.Parallel()
	h := newHouseOn(t, "neb")
	b := h.browser("da")
	refused := b.get(everydayPath, mitidtest.Approve(mitidtest.PasswordUser()))
	require.Equal(t, http.StatusForbidden, refused.status)
	again := regexp.MustCompile(`class="mitid-button" lang="da" href="([^"]+)"`).FindStringSubmatch(refused.body)
	require.NotNil(t, again)
	better := mitidtest.PasswordUser()
	better.Password = false
	assert.Equal(t, everydayPath, b.get(html.UnescapeString(again[1]), mitidtest.Approve(better)).path)
}

// TestEveryPersonOnEitherCard walks every person at every broker to the thanks, or to
// the page that says why not.
func TestEveryPersonOnEitherCard(t *testing.T) {
	t.Parallel()
	for _, d := range fakebroker.Names() {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d)
			for _, c := range h.fake.Citizens() {
				for path, answers := range map[string]url.Values{everydayPath: everydayAnswers(), healthPath: healthAnswers()} {
					b := h.browser("da")
					p := b.get(path, mitidtest.Approve(c))
					switch {
					case c.Password:
						assert.Contains(t, p.body, "sikringsniveau", c.Name)
					case c.CPR.IsZero() && path == healthPath:
						assert.Contains(t, p.body, "Svar på »Trivsel i hverdagen« i stedet", c.Name)
					default:
						assert.Contains(t, b.post(path, answers).body, "Tak for dine svar", c.Name)
					}
				}
			}
		})
	}
}

// TestEveryPersonsLetterThroughPostNord: the other distributor, the same people.
func TestEveryPersonsLetterThroughPostNord(t *testing.T) {
	t.Parallel()
	var fake *ebokstest.Distributor
	h := newHouse(t, postBy(t, "postnord", &fake))
	for _, c := range h.fake.Citizens() {
		if c.CPR.IsZero() || c.Password {
			continue
		}
		t.Run("person "+c.Name, func(t *testing.T) {
			b := h.browser("da")
			b.get("/login/cpr?return="+healthPath, mitidtest.Approve(c))
			at := letterPath(t, b.post(healthPath, healthAnswers()))
			h.deliver(0)
			h.fake.Advance(10 * time.Minute)
			h.deliver(0)
			page, box := b.get(at), b.get(mailboxPath)
			if c.NotInRegister || c.CPR == mitidtest.NoDigitalPost().CPR {
				assert.Contains(t, page.body, "Ikke leveret")
				assert.Contains(t, box.body, "Der er ingen breve endnu.")
				return
			}
			assert.Contains(t, page.body, "Modtaget af e-Boks")
			assert.Contains(t, box.body, "Indbakke: "+cmp.Or(c.Name, "Navn er beskyttet"))
			assert.Equal(t, 1, strings.Count(box.body, `data-testid="letter"`))
		})
	}
}
