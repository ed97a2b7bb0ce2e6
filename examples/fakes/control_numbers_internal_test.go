package main

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNumbersInTextsAreStarred: an app may write a CPR number where none belongs, and a person
// may type one.
func TestNumbersInTextsAreStarred(t *testing.T) {
	c := startControl(t)
	paiman := c.citizens(t)["Paiman Petersen"].CPR
	written := paiman[:6] + "-" + paiman[6:]
	_, answer := order(t, c, object{"reference": "Ærø " + written})
	require.NotContains(t, answer, "errors")
	items := ask[news](t, c, "GET", "/control/v1/activity?after=0", nil).Items
	i := slices.IndexFunc(items, func(it item) bool { return it.Kind == "signature" })
	c.tell(t, "POST", "/control/v1/activity/"+items[i].ID+"/reject", object{"citizen": c.citizens(t)["Paiman Petersen"].ID, "reason": "nej, " + written})
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.ready.NEB.Issuer+"/ukendt/"+written, nil)
	require.NoError(t, err)
	res, err := c.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())

	for _, path := range []string{"activity?after=0", "fakes/neb/requests"} {
		_, body := c.do(t, c.request(t, "GET", "/control/v1/"+path, ""))
		assert.NotContains(t, string(body), written, path)
		assert.NotContains(t, string(body), paiman, path)
		assert.Contains(t, string(body), starred, path)
	}
	_, body := c.do(t, c.request(t, "GET", "/control/v1/fakes/neb/requests?reveal=true", ""))
	assert.Contains(t, string(body), written)
}

// TestNumbersInLettersAreStarred: dkeid sends no such title, and other senders may.
func TestNumbersInLettersAreStarred(t *testing.T) {
	letter := item{ID: "postnord:1", What: "Afgørelse om 010190-0001", Why: "0101900001 æøå", Who: "010190 0001", Steps: []step{{Text: "010190-0001"}}}
	a := newActivity([]source{{func() uint64 { return 1 }, func() []item { return []item{letter} }}})
	it := a.since(0, 0).Items[0]
	assert.Equal(t, []string{starred, starred, starred, starred}, []string{it.What, it.Why, it.Who, it.Steps[0].Text})
	assert.Equal(t, starred, textOf(letter.What, false))
	assert.Equal(t, letter.What, textOf(letter.What, true))
	assert.Equal(t, "Afgørelse æøå", textOf("Afgørelse æøå", false))
}
