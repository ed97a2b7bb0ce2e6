package brokersuite

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// seat is a person in front of the fake's page.
type seat struct {
	*rig
	browser  *http.Client
	redirect *mitid.Redirect
	visit    string
	page     string
	answer   mitid.Callback // when the page sends the browser to the app
}

var (
	visitField = regexp.MustCompile(`name="visit" value="([0-9a-f]+)"`)
	formField  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// sit opens the page of a new login.
func (r *rig) sit() *seat {
	r.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(r, err)
	s := &seat{rig: r, redirect: r.begin(r.Context(), mitid.Request{})}
	s.browser = &http.Client{Transport: r.fake.HTTPClient().Transport, Jar: jar, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.String(), r.fake.Origin()+"/") {
			return nil
		}
		return http.ErrUseLastResponse
	}}
	res, err := s.browser.Get(s.redirect.URL)
	s.take(res, err)
	require.NotEmpty(r, s.visit, "there is no page: %s", s.page)
	return s
}

// press presses a button of the page.
func (s *seat) press(button string, fields ...string) {
	s.Helper()
	form := url.Values{"visit": {s.visit}, "do": {button}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, err := s.browser.PostForm(s.fake.Origin()+"/fake/page", form)
	s.take(res, err)
}

func (s *seat) take(res *http.Response, err error) {
	s.Helper()
	require.NoError(s, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	require.NoError(s, res.Body.Close())
	s.page, s.visit = string(body), ""
	if to, err := res.Location(); err == nil {
		s.answer = mitid.Callback{Method: http.MethodGet, RawQuery: to.RawQuery}
		return
	}
	if m := visitField.FindStringSubmatch(s.page); m != nil {
		s.visit = m[1]
		return
	}
	form := url.Values{}
	for _, f := range formField.FindAllStringSubmatch(s.page, -1) {
		form.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	s.answer = mitid.Callback{Method: http.MethodPost, Body: []byte(form.Encode())}
}

// end delivers the answer to the app, and returns the login's record.
func (s *seat) end(want mitid.Kind, doc string) mitidtest.LoginRecord {
	s.Helper()
	require.NotEmpty(s, s.answer.Method, "the browser was not sent back: %s", s.page)
	l, err := s.client.Complete(s.Context(), s.redirect.State, s.answer)
	s.checkResult(l, err)
	s.expect(want, err, doc)
	return s.record()
}

// decided asks, as the page does, whether somebody decided elsewhere.
func (s *seat) decided() int {
	s.Helper()
	res, err := s.browser.Get(s.fake.Origin() + "/fake/page/decided?visit=" + s.visit)
	require.NoError(s, err)
	require.NoError(s, res.Body.Close())
	return res.StatusCode
}

// pages are what a human does on the fake's page.
func (s *suite) pages(t *testing.T) {
	t.Run("somebody is picked", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		assert.Equal(t, mitidtest.LoginWaiting, p.record().State)
		p.press("person", "citizen", "1")
		l := p.end(accepted, "Paiman logs in")
		assert.Equal(t, mitidtest.LoginCompleted, l.State)
		assert.Equal(t, "Paiman Petersen", l.Who)
		assert.Len(t, p.fake.Logins(), 1)
	})
	t.Run("a rule", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		require.NoError(t, p.fake.Always(mitidtest.Paiman(), mitidtest.Abort()))
		p.press("person", "citizen", "1")
		assert.Equal(t, "a rule for Paiman Petersen: Abort", p.end(mitid.UserCancelled, "a rule").Why)
	})
	t.Run("cancelled", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		p.press("cancel")
		assert.Equal(t, "the person pressed cancel", p.end(mitid.UserCancelled, "cancel").Why)
	})
	t.Run("failures", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		p := r.sit()
		for i, f := range r.fake.Failures() {
			assert.Contains(t, p.page, `<option value="`+strconv.Itoa(i)+`">`+html.EscapeString(f.Words.DA))
		}
		p.press("fail", "failure", "abort")
		assert.Equal(t, mitidtest.LoginAborted, p.end(mitid.UserCancelled, "cancel, from the list").State)
		p = r.sit()
		p.press("fail", "failure", "1")
		_, err := p.client.Complete(t.Context(), p.redirect.State, p.answer)
		require.Error(t, err)
		assert.Equal(t, mitidtest.LoginFailed, p.record().State)
		for _, none := range []string{"", "-1", "999999", "æ"} {
			p = r.sit()
			p.press("fail", "failure", none)
			assert.Contains(t, p.page, "no failure was chosen")
		}
	})
	t.Run("a tampering", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		p := r.sit()
		for _, m := range r.fake.Tamperings() {
			if m.Want != accepted && m.Request == (mitid.Request{}) && m.Spoils(mitidtest.StageCallback) && m.Side == mitidtest.BrokerSide {
				assert.Contains(t, p.page, `<option value="`+m.Name+`">`)
				p.press("tamper", "citizen", "0", "tampering", m.Name)
				assert.Contains(t, p.end(m.Want, m.Doc).Why, "the tampering "+m.Name+" spoilt")
				break
			}
		}
		p = r.sit()
		p.press("tamper", "citizen", "0", "tampering", "no-such-thing")
		assert.Contains(t, p.page, "no tampering was chosen")
		assert.Empty(t, r.fake.Waiting())
	})
	t.Run("decided elsewhere", s.decidedElsewhere)
	t.Run("nobody comes", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		before := p.fake.Changes()
		p.fake.Advance(time.Hour)
		assert.Greater(t, p.fake.Changes(), before)
		assert.Equal(t, mitidtest.LoginExpired, p.record().State)
		require.ErrorContains(t, p.fake.Decide(p.record().ID, mitidtest.Abort()), "does not wait")
	})
	t.Run("logged out", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if _, ok := r.broker.(mitid.SessionEnder); !ok {
			s.absent(t, sessionEnder)
			return
		}
		if remember := r.traits().RememberLogins; remember != nil {
			remember()
		}
		p := r.sit()
		p.press("person", "citizen", "1")
		l, err := p.client.Complete(t.Context(), p.redirect.State, p.answer)
		require.NoError(t, err)
		rd, err := p.client.EndSession(t.Context(), l, LogoutURL)
		require.NoError(t, err)
		res, err := p.browser.Get(rd.URL)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		steps := p.record().Steps
		assert.Equal(t, "logged out", steps[len(steps)-1].Text, "%v", steps)
	})
	t.Run("in another browser", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		other, err := cookiejar.New(nil)
		require.NoError(t, err)
		p.browser.Jar = other
		p.press("person", "citizen", "1")
		assert.Equal(t, mitidtest.LoginFailed, p.record().State)
		assert.Contains(t, p.record().Why, "the broker ended the login")
	})
	t.Run("the page is opened anew", func(t *testing.T) {
		p := s.rig(t, mitidtest.Config{}).sit()
		if p.fake.Endpoints().PAR == "" {
			res, err := p.browser.Get(p.redirect.URL)
			p.take(res, err)
			assert.Len(t, p.fake.Logins(), 1)
		}
	})
}

func (s *suite) decidedElsewhere(t *testing.T) {
	p := s.rig(t, mitidtest.Config{}).sit()
	asked := len(p.fake.Requests())
	assert.Equal(t, http.StatusNoContent, p.decided())
	require.ErrorContains(t, p.fake.Decide("nobody", mitidtest.Abort()), "no such login")
	id := p.record().ID
	require.NoError(t, p.fake.Decide(id, mitidtest.Approve(mitidtest.Paiman())))
	require.ErrorContains(t, p.fake.Decide(id, mitidtest.Abort()), "does not wait")
	assert.Equal(t, http.StatusOK, p.decided())
	assert.Len(t, p.fake.Requests(), asked, "a page that asks is not among Requests")
	p.press("") // as the page's script does
	l := p.end(accepted, "decided from outside")
	assert.Equal(t, mitidtest.LoginCompleted, l.State)
	assert.Equal(t, "Paiman Petersen", l.Who)
	require.ErrorContains(t, p.fake.Decide(id, mitidtest.Abort()), "does not wait")

	p = p.rig.sit()
	require.NoError(t, p.fake.Decide(p.record().ID, mitidtest.Abort()))
	p.press("person", "citizen", "1") // too late
	assert.Equal(t, "decided from outside of the browser: Abort", p.end(mitid.UserCancelled, "decided from outside").Why)
	p.visit = "0123"
	assert.Equal(t, http.StatusGone, p.decided())
}
