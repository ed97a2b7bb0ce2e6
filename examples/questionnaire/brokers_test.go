package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestEveryBrokerCarriesTheStory: log in without a CPR number, answer, confirm
// with a CPR number, answer that too, and follow up with a fresh login.
func TestEveryBrokerCarriesTheStory(t *testing.T) {
	t.Parallel()
	for _, d := range fakebroker.Names() {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d)
			b := h.browser("da")
			who := mitidtest.Approve(mitidtest.Ditlev())
			form := b.get("/login?return="+everydayPath, who)
			require.Equal(t, everydayPath, form.path, form.body)
			done := b.post(everydayPath, everydayAnswers())
			require.Contains(t, done.body, "Tak for dine svar")

			health := b.get("/confirm/cpr?return="+healthPath, who)
			require.Equal(t, healthPath, health.path, health.body)
			thanks := b.post(healthPath, healthAnswers())
			require.Contains(t, thanks.body, "Tak for dine svar")
			require.NotContains(t, h.logs.String()+h.urls.String(), "2101270087")

			h.fake.Advance(40 * 24 * time.Hour)
			b.get("/login?return=/answers", who)
			h.fake.Advance(10 * time.Minute)
			followUp := strings.TrimSuffix(done.path, "/done") + "/follow-up"
			again := b.get("/confirm/again?return="+followUp, who)
			require.Equal(t, followUp, again.path, again.body)
		})
	}
}
