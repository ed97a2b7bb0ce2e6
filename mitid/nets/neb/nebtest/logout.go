package nebtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutEvent is the event of a logout token (OpenID Connect Back-Channel Logout
// 1.0, 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// endSession ends the browser's session. Only with a valid id_token_hint the
// browser comes back to the client.
func (n *dialect) endSession(w http.ResponseWriter, r *http.Request, form url.Values, s Settings) {
	if !fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	q := r.URL.Query()
	if r.Method == http.MethodPost {
		q = form
	}
	if of := n.session(r); of != nil {
		n.end(of, s)
	}
	of, ok := n.hints.Get(digestOf(q.Get("id_token_hint")))
	to := q.Get("post_logout_redirect_uri")
	if !ok || to == "" || !n.b.RedirectAllowed(to) {
		n.redirect(w, n.b.Issuer()+"/Account/Logout")
		return
	}
	n.end(of, s)
	if state := q.Get("state"); state != "" {
		sep := "?"
		if strings.Contains(to, "?") {
			sep = "&"
		}
		to += sep + "state=" + url.QueryEscape(state)
	}
	id := "CfDJ8" + fakehttp.RandomHex(32)
	n.logouts.Put(id, to, pageLife)
	n.redirect(w, n.b.Issuer()+"/Account/Logout?logoutId="+id)
}

// loggedOut sends the browser on, or shows that it is logged out. The client's
// front-channel address is called in a frame.
func (n *dialect) loggedOut(w http.ResponseWriter, r *http.Request, s Settings) {
	if to, ok := n.logouts.Take(r.URL.Query().Get("logoutId")); ok {
		n.redirect(w, to)
		return
	}
	n.b.DropCookie(w, cookieSession)
	if s.FrontChannelURL == "" {
		n.b.ShowLoggedOut(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-src http: https:")
	_, _ = w.Write([]byte("<!doctype html><html lang=\"da\"><title>…</title><p>" + html.EscapeString("Du er logget ud.") +
		"</p><iframe title=\"logout\" src=\"" + html.EscapeString(s.FrontChannelURL) + "\"></iframe></html>\n"))
}

// end ends a session and tells the client, if it has a back channel.
func (n *dialect) end(of *session, s Settings) {
	n.mu.Lock()
	before := of.ended
	of.ended = true
	n.mu.Unlock()
	if !before {
		n.b.Note(of.sid, "logged out")
	}
	if before || s.BackChannelURL == "" {
		return
	}
	_, _ = n.tell(context.Background(), of, s.BackChannelURL)
}

// tell posts a logout token. Only loopback addresses are called.
func (n *dialect) tell(ctx context.Context, of *session, address string) (int, error) {
	u, err := url.Parse(address)
	if err != nil || !fakehttp.IsLoopback(u.Hostname()) {
		return 0, errors.New("mitidtest: the back-channel address is not on this machine")
	}
	token, err := n.logoutToken(of)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := n.b.HTTPClient().Do(req)
	if err != nil {
		return 0, errors.New("mitidtest: the back-channel address does not answer")
	}
	_ = res.Body.Close()
	return res.StatusCode, nil
}

func (n *dialect) logoutToken(of *session) (string, error) {
	now := n.b.Now().Unix()
	d := newToken(n.b.Keys().Active(), "logout+jwt", mitidtest.Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(idLife/time.Second)},
		{"aud", n.b.ClientID()}, {"sub", of.sub}, {"sid", of.sid}, {"jti", strings.ToUpper(fakehttp.RandomHex(16))},
		{"events", mitidtest.Object{{logoutEvent, mitidtest.Object{}}}},
	})
	mitidtest.Spoil(n.b, mitidtest.StageLogout, d)
	return d.Serialize()
}

// logoutAPI ends the session that an ID token names, without a browser.
func (n *dialect) logoutAPI(_ *http.Request, body []byte, s Settings) *mitidtest.Reply {
	var asked struct {
		IDToken string `json:"id_token"`
	}
	if json.Unmarshal(bytes.TrimSpace(body), &asked) != nil || asked.IDToken == "" {
		return apiError("Missing id_token parameter")
	}
	of, ok := n.hints.Get(digestOf(asked.IDToken))
	if !ok {
		return apiError("Invalid id_token")
	}
	n.end(of, s)
	return emptyAnswer(http.StatusOK)
}

// latest returns the latest session of a subject.
func (n *dialect) latest(subject string) (*session, error) {
	of, ok := n.subjects.Get(subject)
	if !ok {
		return nil, errors.New("nebtest: nobody with that subject has logged in")
	}
	return of, nil
}

// logoutOf returns a logout token about the latest session of a subject.
func (n *dialect) logoutOf(subject string) (string, error) {
	of, err := n.latest(subject)
	if err != nil {
		return "", err
	}
	return n.logoutToken(of)
}

// logoutQuery returns what the front-channel address is called with.
func (n *dialect) logoutQuery(subject string) (string, error) {
	of, err := n.latest(subject)
	if err != nil {
		return "", err
	}
	return mitidtest.Pairs{{"iss", n.b.Issuer()}, {"sid", of.sid}}.Encode(), nil
}

// sendLogout ends the latest session of a subject, and tells address.
func (n *dialect) sendLogout(ctx context.Context, subject, address string) (int, error) {
	of, err := n.latest(subject)
	if err != nil {
		return 0, err
	}
	n.mu.Lock()
	of.ended = true
	n.mu.Unlock()
	return n.tell(ctx, of, address)
}
