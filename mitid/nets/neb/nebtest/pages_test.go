package nebtest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

var visitField = regexp.MustCompile(`name="visit" value="([0-9a-f]+)"`)

// clicker is a human at NEB's pages.
type clicker struct {
	*caller
	page string
	to   string // where the browser was sent
}

func (c *clicker) open(params ...string) {
	c.Helper()
	q := url.Values{"client_id": {c.fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid mitid"}, "state": {"s"}, "nonce": {"n"}}
	for i := 0; i < len(params); i += 2 {
		q.Set(params[i], params[i+1])
	}
	e := c.do(c.jar, http.MethodGet, "/connect/authorize?"+q.Encode(), "", "", nil)
	if strings.HasPrefix(e.header.Get("Location"), c.fake.Issuer()) {
		e = c.do(c.jar, http.MethodGet, e.header.Get("Location"), "", "", nil)
	}
	c.page, c.to = string(e.body), e.header.Get("Location")
}

// send posts the page's form.
func (c *clicker) send(fields ...string) {
	c.Helper()
	visit := visitField.FindStringSubmatch(c.page)
	require.NotNil(c, visit, c.page)
	form := url.Values{"visit": {visit[1]}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	e := c.do(c.jar, http.MethodPost, strings.TrimSuffix(c.fake.Issuer(), "/op")+"/fake/page", "application/x-www-form-urlencoded", "", []byte(form.Encode()))
	c.page, c.to = string(e.body), e.header.Get("Location")
}

func TestPages(t *testing.T) {
	fake := nebtest.New(t)
	at := func() *clicker { return &clicker{caller: newCaller(t, fake)} }
	ditlev := fake.Citizens()[0]
	typed := ditlev.CPR.Reveal()

	c := at()
	c.open("language", "en", "idp_params", `{"mitid":{"action_text":"SIGN","reference_text":"T3JkcmUg5pig"}}`)
	assert.Contains(t, c.page, "Sign at Acme")
	assert.Contains(t, c.page, ">"+mitidtest.PasswordUser().Shows.EN+"<")
	c.send("do", "cancel")
	assert.True(t, strings.HasPrefix(c.to, redirectURL+"?error=access_denied&error_description=mitid_user_aborted&state=s&session_state="), c.to)

	c = at()
	c.open("scope", "openid mitid ssn", "language", "kl")
	assert.Contains(t, c.page, `lang="da"`)
	c.send("do", "person", "citizen", "0")
	assert.Contains(t, c.page, "Indtast CPR-nummer")
	assert.NotContains(t, c.page, `data-testid="skip"`)
	c.send("do", "cpr", "cpr", "0101010000")
	assert.Contains(t, c.page, `role="alert"`)
	c.send("do", "cpr", "cpr", typed)
	assert.Contains(t, c.to, redirectURL+"?code=")

	c.open() // the session answers
	assert.Contains(t, c.to, redirectURL+"?code=")

	c = at()
	c.open()
	c.send("do", "person", "citizen", "0")
	assert.Contains(t, c.to, "code=")
	c.open("scope", "openid mitid ssn")
	assert.Contains(t, c.page, "Indtast CPR-nummer", "only the CPR page")
	for range 3 {
		c.send("do", "cpr", "cpr", "1")
	}
	assert.Contains(t, c.to, "error_description=mitid_cpr_match_failed")

	c = at()
	c.open("idp_values", "mitid mitid_erhverv", "scope", "openid mitid nemlogin ssn")
	c.send("do", "person", "citizen", "5")
	assert.Contains(t, c.page, `id="company-none"`)
	c.send("do", "company", "company", fake.Citizens()[5].Companies[0].CVR)
	assert.Contains(t, c.to, "code=", "employees are not asked for a CPR number")

	stolen, thief := at(), at()
	stolen.open()
	thief.page = stolen.page
	thief.send("do", "person", "citizen", "0")
	assert.Contains(t, thief.to, "error_description=user_is_missing_cookies")

	old := at()
	old.open()
	page := old.page
	old.send("do", "person", "citizen", "99")
	assert.Contains(t, old.page, "nobody was chosen")
	old.page = page
	old.send("do", "person", "citizen", "0")
	assert.Contains(t, old.page, "expired")
	assert.Contains(t, string(old.get(strings.TrimSuffix(fake.Issuer(), "/op")+"/differences").body), "differences-list")
}
