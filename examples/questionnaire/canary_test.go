package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNothingPersonalLeaks walks every path of the app, the failing ones too,
// and then looks for the person where nobody should be found: in the log, in
// addresses, and the CPR number in the bytes on the disk.
func TestNothingPersonalLeaks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *web.Config) { c.Identity = claims.CapacityEither })
	who := mitidtest.Paiman()
	b := h.browser("da")
	b.get("/login", mitidtest.Abort())
	other := h.browser("da")
	other.client.Transport = nil // what a broker writes into an address is not ours
	other.get("/login", mitidtest.Fail("server_error", who.Name+" "+who.CPR.Reveal()))
	b.get("/login", mitidtest.Approve(mitidtest.PasswordUser()))
	b.get("/age/ask", mitidtest.Approve(who))
	b.get("/callback?code=" + url.QueryEscape(who.CPR.Reveal()[:6]) + "&state=unknown")
	b.get("/login?return="+healthPath, mitidtest.Approve(who))
	b.get("/confirm/cpr", mitidtest.Approve(mitidtest.Ditlev()))
	b.get("/confirm/cpr?return="+healthPath, mitidtest.Approve(who))
	b.post(healthPath, url.Values{"wish": {"x"}, "action": {"draft"}})
	b.post(healthPath, url.Values{"pain": {"9"}, "action": {"hand"}})
	record := strings.TrimSuffix(b.post(healthPath, healthAnswers()).path, "/done")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	at := letterPath(t, b.get(record))
	h.fake.Advance(time.Minute)
	b.get("/confirm/again?return="+record+"/follow-up", mitidtest.Approve(who))
	b.post(record+"/follow-up", url.Values{"change": {"same"}, "pain": {"2"}, "action": {"hand"}})
	require.NoError(t, h.post.Next("echo")) // the distributor repeats whom the letter is for
	h.deliver(0)
	for _, path := range []string{"/", "/profile", "/answers", record, "/records/other", "/letters", at, at + "/pdf"} {
		p := b.get(path)
		assert.NotContains(t, digits(p.body), who.CPR.Reveal(), path)
		assert.NotContains(t, digits(p.header.Get("Content-Disposition")), who.CPR.Reveal(), path)
		if strings.HasSuffix(path, "/pdf") {
			assert.NotContains(t, digits(pdfText(t, []byte(p.body))), who.CPR.Reveal(), path)
		}
	}
	for _, r := range h.post.Requests() {
		_, _ = h.urls.Write([]byte(fmt.Sprintf("%+v\n", r)))
	}
	b.post("/logout", nil)
	walkAdministration(t, h, record)
	// A second account with the same number, which the operator is told about.
	twin := who
	twin.UUID, twin.Subject = "7d4f7a3c-2f7f-4d5e-9f5f-0d6f5a4b3c2d", "0f9960a0d28d4353a3e2ea07f8ffa186"
	h.browser("da").get("/login/cpr?return="+healthPath, mitidtest.Approve(twin))
	require.Contains(t, h.logs.String(), "hold the same CPR number")
	h.closeStore()

	places := map[string]string{"log": h.logs.String(), "addresses": h.urls.String()}
	for name, found := range places {
		require.NotEmpty(t, found, name)
		for _, secret := range []string{"Paiman", "Petersen", "Ditlev", "Bjørn", "Østergård", "Håndværker", who.CPR.Reveal(), "271258-9100", "2101270087", "1958-12-27", "19581227"} {
			assert.False(t, strings.Contains(found, secret) || strings.Contains(found, url.QueryEscape(secret)), "%s: in the %s", secret, name)
		}
	}
	assert.False(t, strings.Contains(h.logs.String(), record), "the log names routes, not addresses")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		raw, err := os.ReadFile(h.db + suffix)
		if os.IsNotExist(err) && suffix != "" {
			continue
		}
		require.NoError(t, err)
		for _, number := range []string{who.CPR.Reveal(), "271258-9100", "%PDF-"} {
			assert.False(t, strings.Contains(string(raw), number), "the file%s", suffix)
		}
	}
}

// walkAdministration shows every page for administrators, and sends every form, faulty ones
// included.
func walkAdministration(t *testing.T, h *house, record string) {
	who := mitidtest.Paiman()
	number := who.CPR.Reveal()
	h.browser("da").get("/admin/login?return=/admin", mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674")) // is refused
	admin := h.administrator("da")
	batch := admin.invite("hverdag", number+"\n"+number+"\n"+number[:9]+"x;Paiman Petersen")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	admin.saveAction(url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"typed"}, "number": {number}, "template": {"receipt"}})
	admin.saveAction(url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"typed"}, "number": {number + "0"}, "template": {"receipt"}})
	letters := admin.get("/admin/letters")
	at := adminLetterIn(t, letters.body)
	admin.post(at, url.Values{"do": {"give up"}, "reason": {number}})
	for _, path := range []string{"/admin", "/admin/templates", "/admin/templates/receipt", "/admin/actions", "/admin/actions/new", "/admin/records", "/admin" + record,
		"/admin/letters", at, "/admin/invitations", "/admin/invitations/new", batch, "/admin/outbox?format=json", "/admin/none"} {
		p := admin.get(path)
		assert.NotContains(t, digits(p.body), number, path)
	}
	h.browser("da").get(h.linkIn(who), mitidtest.Approve(who))
	admin.post("/logout", nil)
}

// digits drops what stands between digits, so that no way of writing a number
// hides it.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, s)
}
