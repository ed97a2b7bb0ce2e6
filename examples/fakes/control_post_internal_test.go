package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	senders "github.com/dkeid/dkeid/examples/internal/distributor"
)

// letterTo sends a letter as an app does, and returns its id.
func letterTo(t *testing.T, c *caller, name, number string) (eboks.ID, error) {
	t.Helper()
	at := map[string]*distributor{"stralfors": c.ready.Stralfors, "postnord": c.ready.PostNord}[name]
	pem, err := os.ReadFile(at.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	certificate, err := tls.LoadX509KeyPair(at.ClientCert, at.ClientKey)
	require.NoError(t, err)
	sender, err := senders.Open(name, senders.Agreement{
		URL: at.URL, System: at.System, ClientID: at.ClientID, Certificate: certificate, Roots: roots,
		Materials: map[eboks.Material]string{"afgoerelse": string(at.Material)},
	})
	require.NoError(t, err)
	client, err := eboks.New(eboks.Config{Sender: sender})
	require.NoError(t, err)
	l := &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cpr.MustParse(number)), Title: "Afgørelse æøå", Material: "afgoerelse", Document: eboks.Bytes([]byte("%PDF-1.7 Kære Åse\n%%EOF"))}
	_, err = client.Send(t.Context(), l)
	return l.ID, err
}

func controlsLetters(t *testing.T, c *caller) {
	paiman := c.citizens(t)["Paiman Petersen"].CPR
	for _, name := range []string{"stralfors", "postnord"} {
		t.Run(name, func(t *testing.T) {
			fake := "/control/v1/fakes/" + name
			item := func(id eboks.ID, action string, body object) item {
				t.Helper()
				return ask[item](t, c, "POST", "/control/v1/activity/"+name+":"+id.String()+"/"+action, body)
			}
			id, err := letterTo(t, c, name, paiman)
			require.NoError(t, err)
			it := c.latest(t, name)
			assert.Equal(t, "accepted", it.State)
			assert.Equal(t, "Paiman Petersen", it.Who)
			assert.Equal(t, "Afgørelse æøå", it.What)
			assert.Equal(t, []string{"deliver", "refuse", "delay"}, it.Actions)
			item(id, "delay", object{"seconds": 3600})
			assert.Equal(t, "delivered digital", item(id, "deliver", object{}).State)

			id, err = letterTo(t, c, name, paiman)
			require.NoError(t, err)
			refused := item(id, "refuse", object{"reason": "exempt"})
			assert.Equal(t, "failed", refused.State)
			assert.Contains(t, refused.Why, "exempt")

			id, err = letterTo(t, c, name, paiman)
			require.NoError(t, err)
			c.tell(t, "POST", "/control/v1/clock", object{"seconds": 3600})
			letters := ask[struct{ Letters []letterView }](t, c, "GET", fake+"/letters?reveal=true", nil).Letters
			require.Len(t, letters, 3)
			l := letters[2]
			assert.Equal(t, "delivered digital", l.Status)
			assert.Equal(t, paiman, l.To)
			assert.Equal(t, id.String(), l.ID)
			assert.Equal(t, "******-****", ask[struct{ Letters []letterView }](t, c, "GET", fake+"/letters", nil).Letters[2].To)
			_, pdf := c.do(t, c.request(t, "GET", fake+"/letters/"+l.ID+"/documents/0", ""))
			assert.Equal(t, "%PDF-1.7 Kære Åse\n%%EOF", string(pdf))
			status, _ := c.send(t, "GET", fake+"/letters/"+l.ID+"/documents/1", "")
			assert.Equal(t, http.StatusNotFound, status)

			assert.NotEmpty(t, ask[struct{ Misbehaviours []misbehaviourView }](t, c, "GET", fake+"/misbehaviours", nil).Misbehaviours)
			f := ask[fakeView](t, c, "POST", fake+"/misbehaviours", object{"next": []string{"400"}})
			assert.Equal(t, planned{[]string{"400"}, []string{}}, *f.Planned)
			_, err = letterTo(t, c, name, paiman)
			assert.Equal(t, eboks.Rejected, eboks.KindOf(err))
			it = c.latest(t, name)
			assert.Equal(t, "refused", it.State)
			assert.Contains(t, it.Why, "the misbehaviour 400")
			c.tell(t, "POST", fake+"/misbehaviours", object{"always": "400"})
			c.tell(t, "POST", fake+"/misbehaviours", object{"always": "503", "letter": eboks.NewID().String()})
			_, err = letterTo(t, c, name, paiman)
			assert.Error(t, err)
			c.tell(t, "DELETE", fake+"/misbehaviours", nil)
			_, err = letterTo(t, c, name, paiman)
			assert.NoError(t, err)
			assert.Equal(t, "late", ask[fakeView](t, c, "PUT", fake+"/receipts", object{"manner": "late"}).Receipts)
		})
	}
	for body, detail := range map[string]string{
		`{}`: "exactly one", `{"next":[]}`: "one or more", `{"next":["400"],"always":"400"}`: "exactly one", `{"next":["40"]}`: "no misbehaviour",
		`{"next":["400"],"letter":"x"}`: "belongs to always", `{"always":"400","letter":"x"}`: "UUID", `{"next":["400"],"operation":"x"}`: "at the signing service",
		`{"next":[` + strings.Repeat(`"",`, 100) + `""]}`: "more than 100",
	} {
		status, got := c.send(t, "POST", "/control/v1/fakes/stralfors/misbehaviours", body)
		assert.GreaterOrEqual(t, status, 400, body)
		assert.Contains(t, got, detail, body)
	}
	status, detail := c.send(t, "PUT", "/control/v1/fakes/stralfors/receipts", `{"manner":"snart"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, detail, "in order, late")
}

func controlsMailboxes(t *testing.T, c *caller) {
	p := c.citizens(t)["Paiman Petersen"]
	c.tell(t, "POST", "/control/v1/mailboxes", object{"citizen": p.ID, "state": "exempt"})
	assert.Equal(t, "exempt", c.citizens(t)["Paiman Petersen"].Mailbox)
	for _, name := range []string{"stralfors", "postnord"} {
		id, _ := letterTo(t, c, name, p.CPR) // PostNord says at once that it will fail
		c.tell(t, "POST", "/control/v1/clock", object{"seconds": 3600})
		it := c.latest(t, name)
		assert.Equal(t, name+":"+id.String(), it.ID)
		assert.Equal(t, "failed", it.State)
		assert.Contains(t, it.Why, "exempt")
	}
	c.tell(t, "POST", "/control/v1/mailboxes", object{"cvr": "87654320", "name": "Blåbær og Ærter A/S", "state": "open", "without": []string{"1002"}})
	all := ask[struct{ Mailboxes []mailboxView }](t, c, "GET", "/control/v1/mailboxes?reveal=true", nil).Mailboxes
	n := 0
	for _, m := range all {
		if m.Owner == "87654320" {
			n++
			assert.Equal(t, "Blåbær og Ærter A/S", m.Name)
			assert.Equal(t, []eboks.Material{"1002"}, m.Without)
		}
	}
	assert.Equal(t, 2, n, "at both distributors")
	nobody := c.citizens(t)["Zoë Grønbæk-Ångström"].ID
	for body, detail := range map[string]string{
		`{"state":"open"}`: "exactly one", `{"citizen":"` + p.ID + `","cvr":"87654320","state":"open"}`: "exactly one", `{"cpr":"1","state":"open"}`: "not valid",
		`{"cvr":"1","state":"open"}`: "not valid", `{"cvr":"87654320","state":"fuld"}`: "open, not registered", `{"cvr":"87654320"}`: "state is missing",
		`{"citizen":"` + nobody + `","state":"open"}`: "no CPR number", `{"citizen":"x","state":"open"}`: "no citizen",
	} {
		status, got := c.send(t, "POST", "/control/v1/mailboxes", body)
		assert.GreaterOrEqual(t, status, 400, body)
		assert.Contains(t, got, detail, body)
	}
}

// TestPlansForLettersAreBounded: ids are made up without end.
func TestPlansForLettersAreBounded(t *testing.T) {
	c := startControl(t)
	plan := func() (int, string) {
		return c.send(t, "POST", "/control/v1/fakes/stralfors/misbehaviours", `{"always":"503","letter":"`+eboks.NewID().String()+`"}`)
	}
	for range 1024 {
		status, detail := plan()
		require.Equal(t, http.StatusOK, status, detail)
	}
	status, _ := plan()
	assert.Equal(t, http.StatusConflict, status)
}
