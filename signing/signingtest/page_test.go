package signingtest_test

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// person is somebody with a browser.
type person struct {
	t      *testing.T
	s      *signingtest.Service
	client *http.Client
	at     *url.URL
	status int
	page   string
	header http.Header
}

func newPerson(t *testing.T, s *signingtest.Service) *person {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &person{t: t, s: s, client: &http.Client{Jar: jar}}
}

func (p *person) do(req *http.Request) *person {
	p.t.Helper()
	res, err := p.client.Do(req)
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	p.at, p.status, p.page, p.header = res.Request.URL, res.StatusCode, string(body), res.Header
	return p
}

func (p *person) open(address string) *person {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, address, nil)
	require.NoError(p.t, err)
	return p.do(req)
}

// press sends the form whose address ends with action, filled in.
func (p *person) press(action string, fields ...string) *person {
	p.t.Helper()
	target := regexp.MustCompile(`action="([^"]*/` + action + `)"`).FindStringSubmatch(p.page)
	require.NotNil(p.t, target, "%s is not on the page: %s", action, p.page)
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	to, err := p.at.Parse(html.UnescapeString(target[1]))
	require.NoError(p.t, err)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, to.String(), strings.NewReader(form.Encode()))
	require.NoError(p.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(req)
}

func (p *person) document(number string) []byte {
	p.t.Helper()
	link := regexp.MustCompile(`href="([^"]*/document/` + number + `\.pdf)"`).FindStringSubmatch(p.page)
	require.NotNil(p.t, link, "%s", p.page)
	to, err := p.at.Parse(link[1])
	require.NoError(p.t, err)
	other := *p
	other.open(to.String())
	assert.Equal(p.t, "application/pdf", other.header.Get("Content-Type"))
	assert.Contains(p.t, other.header.Get("Content-Security-Policy"), "default-src 'none'")
	return []byte(other.page)
}

func TestPersonSignsOnThePage(t *testing.T) {
	s, app := start(t)
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hjemme "+r.URL.RawQuery) }))
	defer home.Close()
	r := receive(t, s)
	o := app.place(r.hook, func(in object) {
		in["evidenceValidationStages"] = []any{"VIEW", "SIGN"}
		in["ui"] = object{"language": "DA_DK", "signatoryRedirectUri": home.URL + "/retur"}
	})
	p := newPerson(t, s).open(word(o, "signatories", 0, "href"))
	assert.Equal(t, http.StatusOK, p.status)
	assert.Contains(t, p.page, `lang="da"`)
	assert.Contains(t, p.page, "FALSK")
	assert.Contains(t, p.header.Get("Content-Security-Policy"), "default-src 'none'")
	assert.Equal(t, "no-referrer", p.header.Get("Referrer-Policy"), "the link is a secret")
	assert.NotContains(t, p.page, "Aftale", "nothing is seen before the login")
	s.Verify().Next(mitidtest.Approve(mitidtest.Ditlev()))
	p.press("login")
	assert.Contains(t, p.page, "Aftale på Ærø")
	assert.True(t, bytes.Equal(contract(), p.document("0")))
	other := newPerson(t, s).open(p.at.String())
	assert.NotContains(t, other.page, "Aftale på Ærø", "another browser has not logged in")

	p.press("sign")
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Contains(t, p.page, `role="alert"`, "the documents were not read")
	s.Verify().Next(mitidtest.Approve(mitidtest.Ditlev()))
	p.press("sign", "read", "yes")
	assert.Equal(t, "hjemme ", p.page, "without parameters")
	assert.Equal(t, "/retur", p.at.Path)
	assert.Equal(t, "SIGNED", word(app.order(word(o, "id")), "signatories", 0, "status"))
	p.open(word(o, "signatories", 0, "href"))
	assert.Contains(t, p.page, "Du har skrevet under.")
	s.Settle()
	assert.Equal(t, "SIGN_LINK_OPENED DOCUMENT_STATUS_CHANGED SIGN_LINK_OPENED DOCUMENT_STATUS_CHANGED SIGNED ALL_CURRENT_SIGNATORIES_SIGNED", events(r.take()))

	app.close(word(o, "id"), "retainDocumentsForDays", 3)
	link := word(app.order(word(o, "id")), "signatories", 0, "downloadHref")
	late := newPerson(t, s).open(link)
	s.Verify().Next(mitidtest.Approve(mitidtest.Paiman()))
	late.press("login")
	assert.Equal(t, http.StatusUnprocessableEntity, late.status, "another person gets nothing")
	s.Verify().Next(mitidtest.Approve(mitidtest.Ditlev()))
	late.open(link).press("login")
	assert.True(t, bytes.HasPrefix(late.document("0"), contract()))
	app.end(cleanup, "cleanupSignatureOrder", word(o, "id"))
	assert.Contains(t, late.open(link).page, "Sagen er lukket.")
}

func TestPersonTriesAgain(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["signatories"] = []any{object{"evidenceValidation": []any{object{"key": "uuid", "value": mitidtest.Ditlev().UUID}}}}
	})
	p := newPerson(t, s).open(word(o, "signatories", 0, "href"))
	assert.Contains(t, p.page, `lang="en"`, "the vendor's default")
	assert.Contains(t, p.page, "Aftale på Ærø")
	for _, does := range []mitidtest.Outcome{mitidtest.Abort(), mitidtest.Fail("server_error"), mitidtest.Approve(mitidtest.Paiman())} {
		s.Verify().Next(does)
		p.press("sign", "read", "yes", "lang", "da")
		assert.Equal(t, http.StatusUnprocessableEntity, p.status)
		again := regexp.MustCompile(`href="([^"]*)" data-testid="again"`).FindStringSubmatch(p.page)
		require.NotNil(t, again)
		to, err := p.at.Parse(again[1])
		require.NoError(t, err)
		p.open(to.String())
	}
	assert.Contains(t, p.page, `lang="en"`)
	s.Verify().Next(mitidtest.Approve(mitidtest.Ditlev()))
	p.press("sign", "read", "yes", "lang", "da")
	assert.Contains(t, p.page, "Du har skrevet under.", "in the language of the form")
}

func TestPersonRejectsOnThePage(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) { in["ui"] = object{"language": "DA_DK"} })
	p := newPerson(t, s).open(word(o, "signatories", 0, "href")).press("reject", "reason", " For dyrt <på> Ærø ")
	assert.Contains(t, p.page, "Du har afvist at skrive under.")
	assert.Equal(t, "For dyrt <på> Ærø", word(app.order(word(o, "id")), "signatories", 0, "statusReason"))

	o = app.place(func(in object) { in["ui"] = object{"disableRejection": true} })
	p.open(word(o, "signatories", 0, "href"))
	assert.NotContains(t, p.page, "/reject")
}

func TestPageOfApproverViewerAndDrawing(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{object{"drawable": object{"requireName": true}}}
		in["disableVerifyEvidenceProvider"] = true
		in["signatories"] = []any{object{"signatoryRole": "APPROVER"}, object{"signatoryRole": "VIEWER"}, object{}, object{"signingSequence": 1}}
	})
	link := func(i int) string { return word(o, "signatories", i, "href") + "?lang=da" }
	p := newPerson(t, s).open(link(2))
	assert.Contains(t, p.page, "Andre skal skrive under før dig.")
	p.open(link(3)).press("sign", "read", "yes", "name", "Åse Ærø")
	p.open(link(0)).press("sign", "read", "yes")
	assert.NotContains(t, p.open(link(1)).page, "<form", "a viewer reads")
	p.open(link(2)).press("sign", "read", "yes", "name", "Øjvind Å")
	o = app.order(word(o, "id"))
	for i, want := range []string{"APPROVED", "OPEN", "SIGNED", "SIGNED"} {
		assert.Equal(t, want, word(o, "signatories", i, "status"))
	}
	assert.Equal(t, "Øjvind Å", word(o, "documents", 0, "signatures", 1, "name"))
}

func TestPagesThatLeadNowhere(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["ui"] = object{"enableCancel": true, "signatoryRedirectUri": "http://127.0.0.1:1/"}
		in["expiresInDays"] = 1
	})
	link := word(o, "signatories", 0, "href")
	p := newPerson(t, s)
	assert.Equal(t, http.StatusNotFound, p.open(s.URL()+"/s/æ").status)
	assert.Equal(t, http.StatusNotFound, p.open(link+"/document/1.pdf").status)
	assert.Equal(t, http.StatusNotFound, p.open(link+"/document/00.pdf").status)
	assert.Equal(t, http.StatusNotFound, p.open(link+"/nyhed").status)
	assert.Equal(t, http.StatusBadRequest, p.open(s.URL()+"/callback?state=x&code=y").status, "a login that was not begun here")
	assert.Contains(t, p.open(s.URL()+"/differences").page, "fictitious")
	assert.Contains(t, p.open(link).page, "/cancel")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	require.NoError(t, err)
	req.Host = "elsewhere.example"
	assert.Equal(t, http.StatusMisdirectedRequest, p.do(req).status)
	s.Advance(2 * day)
	assert.Contains(t, p.open(link).page, "The time limit has passed.")
	for _, r := range s.Requests() {
		assert.NotContains(t, r.Path, word(o, "signatories", 0, "token"))
	}
}

// Another browser cannot finish a login that this one began.
func TestCallbackInAnotherBrowser(t *testing.T) {
	s, app := start(t)
	o := app.place()
	p := newPerson(t, s).open(word(o, "signatories", 0, "href"))
	var back string
	p.client.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Path == "/callback" {
			back = req.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	s.Verify().Next(mitidtest.Approve(mitidtest.Ditlev()))
	p.press("sign", "read", "yes")
	require.NotEmpty(t, back)
	assert.Equal(t, http.StatusBadRequest, newPerson(t, s).open(back).status)
	assert.Equal(t, "OPEN", word(app.order(word(o, "id")), "signatories", 0, "status"))
}
