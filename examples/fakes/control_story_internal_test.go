package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// TestControl drives the fakes as a test in another language does: over HTTP alone. Every
// operation of openapi.yaml is among what it does, and every answer is as that file has it.
func TestControl(t *testing.T) {
	c := startControl(t)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *caller)
	}{
		{"service", controlsService}, {"logins", controlsLogins}, {"waiting logins", controlsWaitingLogins}, {"people", controlsPeople},
		{"tampering and keys", controlsTampering}, {"clock", controlsClock}, {"letters", controlsLetters}, {"mailboxes", controlsMailboxes},
		{"signatures", controlsSignatures}, {"requests", controlsRequests}, {"waiting for news", controlsWaiting}, {"reset of one fake", controlsOneReset},
	} {
		if !t.Run(part.name, func(t *testing.T) {
			c.tell(t, "POST", "/control/v1/reset", object{})
			part.run(t, c)
		}) {
			return
		}
	}
	if !strings.Contains(testRun(), "/") {
		for _, op := range c.contract.operations() {
			assert.True(t, c.contract.tried[op], "%s was not tried", op)
		}
	}
}

// testRun returns which tests were asked for.
func testRun() string {
	i := slices.IndexFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, "-test.run=") })
	if i < 0 {
		return ""
	}
	return os.Args[i]
}

func controlsService(t *testing.T, c *caller) {
	assert.Equal(t, object{"status": "ok"}, ask[object](t, c, "GET", "/healthz", nil))
	assert.Equal(t, object{"status": "ok"}, ask[object](t, c, "GET", "/readyz", nil))
	status, body := c.do(t, c.request(t, "GET", "/control/openapi.yaml", ""))
	assert.Equal(t, 200, status)
	assert.Equal(t, string(openAPI), string(body))
	all := ask[struct{ Fakes []fakeView }](t, c, "GET", "/control/v1/fakes", nil).Fakes
	require.Len(t, all, 7)
	for _, f := range all {
		assert.Equal(t, f, ask[fakeView](t, c, "GET", "/control/v1/fakes/"+f.Name, nil))
		list := ask[struct{ Differences []string }](t, c, "GET", "/control/v1/fakes/"+f.Name+"/differences", nil)
		assert.NotEmpty(t, list.Differences, f.Name)
	}
	for path, detail := range map[string]string{
		"/control/v1/fakes/stralfos":                       `no fake "stralfos"; did you mean "stralfors"?`,
		"/control/v1/fakes/stralfors/tamperings":           "stralfors is not a broker",
		"/control/v1/fakes/criipto/misbehaviours":          "/control/v1/fakes/criipto/tamperings",
		"/control/v1/fakes/signatures/letters":             "not a distributor",
		"/control/v1/activity?after=-1":                    "after is not a whole number",
		"/control/v1/activity?wait=31":                     "from 0 to 30",
		"/control/v1/citizens?reveal=ja":                   "true or false",
		"/control/v1/fakes/ingen/requests":                 "no fake",
		"/control/v1/fakes/ingen/differences":              "no fake",
		"/control/v1/fakes/postnord/letters/x/documents/0": "UUID",
	} {
		status, got := c.send(t, "GET", path, "")
		assert.GreaterOrEqual(t, status, 400, path)
		assert.Contains(t, got, detail, path)
	}
}

func controlsPeople(t *testing.T, c *caller) {
	added := ask[citizenView](t, c, "POST", "/control/v1/citizens", object{
		"name": "Ærø Østergård", "level": "low", "mailbox": "exempt", "always": object{"act": "fail", "code": "access_denied"},
		"companies": []object{{"cvr": "12345674", "name": "Smørrebrød & Søn ApS", "role": "signatory"}},
	})
	assert.Len(t, added.CPR, 10, "in clear, once")
	assert.Equal(t, "exempt", added.Mailbox)
	assert.Len(t, added.Always, 4)
	other := ask[citizenView](t, c, "POST", "/control/v1/citizens", object{"name": "Åge Ærlig"})
	assert.NotEqual(t, added.CPR, other.CPR)
	none := ask[citizenView](t, c, "POST", "/control/v1/citizens", object{"name": "Zoë", "cpr": "", "birth_date": "1990-02-28"})
	assert.Empty(t, none.CPR)
	assert.Equal(t, "not registered", none.Mailbox)
	_, err := newApp(t, c, "neb", nil).logIn(t, picks(t, "Ærø Østergård"))
	assert.Error(t, err)
	_, err = newApp(t, c, "eident", nil).logIn(t, picks(t, "Åge Ærlig"))
	assert.NoError(t, err)
	hidden := ask[struct{ Citizens []citizenView }](t, c, "GET", "/control/v1/citizens", nil).Citizens
	for _, p := range hidden {
		assert.Contains(t, []string{"", "******-****"}, p.CPR)
	}
	for body, detail := range map[string]string{
		`{"name":""}`: "name has", `{"name":"x","cpr":"123"}`: "not a CPR number", `{"name":"x","level":"øverst"}`: "low, substantial, high",
		`{"name":"x","cpr":"","mailbox":"open"}`: "ordinary CPR number", `{"name":"x","mailbox":"tom"}`: "open, not registered", `{"name":"x","birth_date":"i går"}`: "date", `{"name":"x","cpr":"` + added.CPR + `"}`: "there already",
		`{"name":"x","always":{"act":"approve","citizen":"x"}}`: "/always/citizen", `{"name":"x","always":{"act":"abort","fakes":["postnord"]}}`: "not a broker",
		`{"name":"x","companies":[{"cvr":"1","name":"x","role":"employee"}]}`: "cvr", `{"name":"x","companies":[{"cvr":"12345674","name":"x","role":"chef"}]}`: "employee, signatory",
	} {
		status, got := c.send(t, "POST", "/control/v1/citizens", body)
		assert.GreaterOrEqual(t, status, 400, body)
		assert.Contains(t, got, detail, body)
	}
	assert.Len(t, c.citizens(t), len(hidden), "nobody was added by mistake")
	c.tell(t, "POST", "/control/v1/reset", object{})
	assert.NotContains(t, c.citizens(t), "Ærø Østergård")
}

func controlsClock(t *testing.T, c *caller) {
	read := func() clockView { t.Helper(); return ask[clockView](t, c, "GET", "/control/v1/clock", nil) }
	assert.Zero(t, read().Ahead)
	c.tell(t, "POST", "/control/v1/clock", object{"seconds": 7200})
	assert.Equal(t, 7200, read().Ahead)
	assert.WithinDuration(t, time.Now().Add(2*time.Hour), read().Now, time.Minute)
	for _, broker := range []string{"criipto", "neb", "eident"} {
		_, err := newApp(t, c, broker, nil).logIn(t, picks(t, "Ditlev Von Testesen"))
		assert.Equal(t, mitid.TokenInvalid, mitid.KindOf(err), "an app that goes by another clock: %v", err)
		_, err = newApp(t, c, broker, func() time.Time { return read().Now }).logIn(t, picks(t, "Ditlev Von Testesen"))
		assert.NoError(t, err, "an app that goes by the fakes' clock")
	}
	for _, body := range []string{`{"seconds":0}`, `{"seconds":-1}`, `{"seconds":1e12}`, `{"seconds":"en dag"}`, `{}`} {
		status, _ := c.send(t, "POST", "/control/v1/clock", body)
		assert.Equal(t, http.StatusBadRequest, status, body)
	}
	c.tell(t, "POST", "/control/v1/reset", object{})
	assert.Zero(t, read().Ahead)
	assert.WithinDuration(t, time.Now(), read().Now, time.Minute)
}

func controlsWaiting(t *testing.T, c *caller) {
	now := ask[news](t, c, "GET", "/control/v1/activity?after=0", nil)
	done := c.await(t, "/control/v1/activity?wait=30&after="+strconv.Itoa(now.Next))
	p := newPerson(t)
	redirect, err := newApp(t, c, "neb", nil).client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	p.visit(t, redirect.URL)
	got := <-done
	require.Len(t, got.Items, 1)
	assert.Equal(t, "neb", got.Items[0].Fake)
	first := got.Items[0]
	got = ask[news](t, c, "GET", "/control/v1/activity?after="+strconv.Itoa(got.Next), nil) // the page came after the answer, perhaps
	assert.Empty(t, ask[news](t, c, "GET", "/control/v1/activity?after="+strconv.Itoa(got.Next), nil).Items, "told once")
	p.press(t, "cancel")
	got = ask[news](t, c, "GET", "/control/v1/activity?after="+strconv.Itoa(got.Next), nil)
	require.Len(t, got.Items, 1, "one item for each thing, with its newest state")
	assert.Equal(t, first.ID, got.Items[0].ID)
	assert.Equal(t, "aborted", got.Items[0].State)

	// It begins to wait before the reset or after it.
	done = c.await(t, fmt.Sprintf("/control/v1/activity?wait=30&after=%d&epoch=%d", got.Next, got.Epoch))
	c.tell(t, "POST", "/control/v1/reset", object{})
	after := <-done
	assert.NotEqual(t, got.Epoch, after.Epoch, "who waits hears of a reset")
	p = newPerson(t)
	p.visit(t, redirect.URL)
	got = ask[news](t, c, "GET", fmt.Sprintf("/control/v1/activity?after=%d&epoch=%d", 1<<40, got.Epoch), nil)
	assert.Len(t, got.Items, 1, "everything there is")
	assert.Equal(t, got.Next, ask[news](t, c, "GET", "/control/v1/activity?after="+strconv.Itoa(got.Next), nil).Next)
	assert.Len(t, ask[news](t, c, "GET", "/control/v1/activity?after=999999", nil).Items, 1, "a number of another run")
}

func controlsOneReset(t *testing.T, c *caller) {
	c.tell(t, "POST", "/control/v1/clock", object{"seconds": 3600})
	paiman := c.citizens(t)["Paiman Petersen"].CPR
	for _, name := range []string{"stralfors", "postnord"} {
		_, err := letterTo(t, c, name, paiman)
		require.NoError(t, err)
	}
	_, answer := order(t, c, object{"reference": "æ"})
	require.NotContains(t, answer, "errors")
	redirect, err := newApp(t, c, "criipto", nil).client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	newPerson(t).visit(t, redirect.URL)
	left := []string{"criipto", "stralfors", "postnord", "signatures"}
	there := func() (names []string) {
		for _, it := range ask[news](t, c, "GET", "/control/v1/activity?after=0", nil).Items {
			names = append(names, it.Fake)
		}
		return names
	}
	assert.ElementsMatch(t, left, there())
	for len(left) > 0 {
		c.tell(t, "POST", "/control/v1/fakes/"+left[0]+"/reset", object{})
		left = left[1:]
		assert.ElementsMatch(t, left, there())
	}
	for _, name := range fakeNames() {
		c.tell(t, "POST", "/control/v1/fakes/"+name+"/reset", object{})
	}
	clock := ask[clockView](t, c, "GET", "/control/v1/clock", nil)
	assert.WithinDuration(t, time.Now().Add(time.Hour), clock.Now, time.Minute, "the clock is everybody's")
	status, _ := c.send(t, "POST", "/control/v1/fakes/ingen/reset", "{}")
	assert.Equal(t, http.StatusNotFound, status)
	_, answer = order(t, c, object{"reference": "æ"})
	assert.NotContains(t, answer, "errors", "credentials stay")
}
