package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPeopleStayWhenOneFakeIsReset: the brokers and distributors have one set of people. A
// number that one of them has is nobody else's, whatever was reset in between.
func TestPeopleStayWhenOneFakeIsReset(t *testing.T) {
	c := startControl(t)
	aase := ask[citizenView](t, c, "POST", "/control/v1/citizens", object{"name": "Åse Æbler", "mailbox": "exempt"})
	for _, name := range fakeNames() {
		c.tell(t, "POST", "/control/v1/fakes/"+name+"/reset", object{})
	}
	bo := ask[citizenView](t, c, "POST", "/control/v1/citizens", object{"name": "Bo Øst"})
	assert.NotEqual(t, aase.CPR, bo.CPR)
	assert.Equal(t, "exempt", c.citizens(t)["Åse Æbler"].Mailbox)

	for _, broker := range []string{"criipto", "neb", "eident"} {
		for _, p := range []citizenView{aase, bo} {
			login, err := newApp(t, c, broker, nil).logIn(t, picks(t, p.Name))
			require.NoError(t, err, "%s at %s", p.Name, broker)
			assert.Equal(t, p.ID, login.Identity.UUID.String(), broker)
		}
	}
	for _, m := range ask[struct{ Mailboxes []mailboxView }](t, c, "GET", "/control/v1/mailboxes?reveal=true", nil).Mailboxes {
		if m.Owner == aase.CPR {
			assert.Equal(t, "Åse Æbler", m.Name)
			assert.Equal(t, "exempt", m.State, m.Fake)
		}
	}
	c.tell(t, "POST", "/control/v1/reset", object{})
	assert.NotContains(t, c.citizens(t), "Åse Æbler", "the reset of all forgets them")
}

// TestPeopleAreAtEveryBrokerOrAtNone: a reset between two brokers leaves nobody at one alone.
func TestPeopleAreAtEveryBrokerOrAtNone(t *testing.T) {
	s, err := open(options{listen: "127.0.0.1", control: true})
	require.NoError(t, err)
	t.Cleanup(s.close)
	c := &control{s: s}
	c.activity = newActivity(c.sources())
	post := func(body string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		assert.NoError(t, err)
		return r
	}
	for range 300 {
		var both sync.WaitGroup
		both.Go(func() { _, _ = c.addCitizen(post(`{"name":"Åse Æbler"}`)) })
		both.Go(func() { _, _ = c.reset(post("{}")) })
		both.Wait()
		want := len(s.tenant.Citizens())
		for _, b := range s.brokers {
			require.Len(t, b.fake.Citizens(), want, b.name)
		}
	}
}
