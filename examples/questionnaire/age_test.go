package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestAgeIsAnsweredWithoutAName asks an adult, somebody of seventeen, and somebody
// whose birth date nobody knows.
func TestAgeIsAnsweredWithoutAName(t *testing.T) {
	t.Parallel()
	for _, d := range []string{"criipto", "neb"} {
		t.Run(d, func(t *testing.T) {
			h := newHouseOn(t, d)
			assert.Contains(t, h.browser("da").get("/").body, `href="/age/ask"`)
			for _, c := range []struct {
				who    mitidtest.Citizen
				da, en string
			}{
				{mitidtest.Ditlev(), "Tak, du er fyldt 18", "Thank you, you are 18 or over"},
				{mitidtest.Teenager(h.fake.Now()), "Du er ikke fyldt 18 endnu", "You are not 18 yet"},
				{mitidtest.PasswordUser(), "Vi fik ikke at vide, om du er fyldt 18", "We did not learn whether you are 18"}, // born ahead
				{mitidtest.Citizen{Name: "Åse Uden Fødselsdag"}, "Vi fik ikke at vide", "We did not learn"},
			} {
				b := h.browser("da")
				p := b.get("/age/ask", mitidtest.Approve(c.who))
				assert.Equal(t, agePath, p.path)
				assert.Contains(t, p.body, c.da)
				assert.Contains(t, b.get("/language/en?return=/age").body, c.en, "the answer stays while the language changes")
				assert.NotContains(t, h.logs.String()+h.urls.String(), c.who.Name)
				assert.Zero(t, h.sessions(), "nobody is logged in")
				assert.NotContains(t, b.get("/").body, "You are logged on")

				h.fake.Advance(5 * time.Minute)
				assert.Contains(t, b.get(agePath).body, "Are you 18 or over?", "whoever comes next is asked anew")
			}
			var people int
			require.NoError(t, h.sql.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM property)").Scan(&people))
			assert.Zero(t, people, "nothing is stored")
		})
	}
}

func TestAgeOfSomebodyElseLeavesTheSessionAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	p := b.get("/age/ask", mitidtest.Approve(mitidtest.Teenager(h.fake.Now())))
	assert.Contains(t, p.body, "Du er ikke fyldt 18 endnu")
	assert.Contains(t, p.body, "Du er logget ind som Ditlev Von Testesen.")
	assert.Contains(t, b.get("/profile").body, "Ditlev Von Testesen")
	b.post("/logout?return=/", nil)
	assert.Contains(t, b.get(agePath).body, "Du er ikke fyldt 18 endnu", "and the other way round")
}

func TestAgeThatWasCancelledIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.browser("da").get("/age/ask", mitidtest.Abort())
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "Du afbrød, og vi har intet fået at vide.")
	assert.Contains(t, p.body, `href="/age/ask"`)
}

// TestNobodyWritesTheirOwnYes: the answer in the browser is sealed.
func TestNobodyWritesTheirOwnYes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, err := url.Parse(h.url + agePath)
	require.NoError(t, err)
	young, other := h.browser("da"), h.browser("da")
	young.get("/age/ask", mitidtest.Approve(mitidtest.Teenager(h.fake.Now())))
	given := young.client.Jar.Cookies(at)
	i := 0
	for given[i].Name != "age" {
		i++
	}
	changed := "A" // the first character is whole; the last has bits that say nothing
	if strings.HasPrefix(given[i].Value, changed) {
		changed = "B"
	}
	for _, value := range []string{"yes", "", "eWVz", strings.Repeat("A", 64), changed + given[i].Value[1:]} {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		other.client.Jar = jar
		jar.SetCookies(at, []*http.Cookie{{Name: "age", Value: value, Path: agePath}})
		assert.Contains(t, other.get(agePath).body, "Er du fyldt 18?", value)
	}
}

func TestWhereTheBrokerProvesNoAgeNobodyIsAsked(t *testing.T) {
	t.Parallel()
	h := newHouseOn(t, "eident")
	b := h.browser("da")
	assert.NotContains(t, b.get("/").body, "/age/ask")
	for _, path := range []string{agePath, askAgePath, ageCallback} {
		assert.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}
	h = newHouse(t, func(c *web.Config) { c.Ages = nil })
	assert.NotContains(t, h.browser("da").get("/").body, "/age/ask")
}

func TestCardOfARealBrokerNeedsItsApplication(t *testing.T) {
	fake := criiptotest.New(t)
	args := []string{"-issuer", fake.Issuer(), "-client-id", "x", "-client-secret", "y"}
	o, err := parseOptions(args, t.Output())
	require.NoError(t, err)
	settings, _, err := o.broker(t.Context())
	require.NoError(t, err)
	ages, err := o.ages(nil, settings)
	require.NoError(t, err)
	assert.Nil(t, ages)
	o, err = parseOptions(append(args, "-age-client-id", "z", "-age-client-secret", "s"), t.Output())
	require.NoError(t, err)
	ages, err = o.ages(nil, settings)
	require.NoError(t, err)
	assert.Equal(t, "z", ages.Callback().ClientID)
	o.Broker = "eident"
	_, err = o.ages(nil, settings)
	assert.ErrorContains(t, err, "-age-client-id")
}
