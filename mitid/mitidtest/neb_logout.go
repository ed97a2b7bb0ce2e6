package mitidtest

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
)

// logoutEvent is the event of a logout token (OpenID Connect Back-Channel Logout
// 1.0, 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// endSession ends the browser's session. Only with a valid id_token_hint the
// browser comes back to the client.
func (n *neb) endSession(w http.ResponseWriter, r *http.Request, form url.Values, s NEBSettings) {
	if !allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	q := r.URL.Query()
	if r.Method == http.MethodPost {
		q = form
	}
	if of := n.session(r); of != nil {
		n.end(of, s)
	}
	of, ok := get(n.b, n.hints, digestOf(q.Get("id_token_hint")))
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
	id := "CfDJ8" + randomHex(32)
	put(n.b, n.logouts, id, to, visitLife)
	n.redirect(w, n.b.Issuer()+"/Account/Logout?logoutId="+id)
}

// loggedOut sends the browser on, or shows that it is logged out. The client's
// front-channel address is called in a frame.
func (n *neb) loggedOut(w http.ResponseWriter, r *http.Request, s NEBSettings) {
	if to, ok := take(n.b, n.logouts, r.URL.Query().Get("logoutId")); ok {
		n.redirect(w, to)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: n.b.cookie(nebCookie), Path: "/", MaxAge: -1})
	if s.FrontChannelURL == "" {
		n.b.ShowLoggedOut(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-src http: https:")
	_, _ = w.Write([]byte("<!doctype html><html lang=\"da\"><title>…</title><p>" + html.EscapeString(danish().LoggedOut) +
		"</p><iframe title=\"logout\" src=\"" + html.EscapeString(s.FrontChannelURL) + "\"></iframe></html>\n"))
}

// end ends a session and tells the client, if it has a back channel.
func (n *neb) end(of *nebSession, s NEBSettings) {
	n.b.mu.Lock()
	before := of.ended
	of.ended = true
	n.b.mu.Unlock()
	if before || s.BackChannelURL == "" {
		return
	}
	_, _ = n.tell(context.Background(), of, s.BackChannelURL)
}

// tell posts a logout token. Only loopback addresses are called.
func (n *neb) tell(ctx context.Context, of *nebSession, address string) (int, error) {
	u, err := url.Parse(address)
	if err != nil || !loopback(u.Hostname()) {
		return 0, errors.New("mitidtest: the back-channel address is not on this machine")
	}
	token, err := n.logoutToken(of)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
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
	drain(res)
	return res.StatusCode, nil
}

func (n *neb) logoutToken(of *nebSession) (string, error) {
	now := n.b.Now().Unix()
	d := newNEBDraft(n.b.keys.Active(), "logout+jwt", Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(nebIDLife/time.Second)},
		{"aud", n.b.ClientID()}, {"sub", of.sub}, {"sid", of.sid}, {"jti", strings.ToUpper(randomHex(16))},
		{"events", Object{{logoutEvent, Object{}}}},
	})
	if spoil := takeStage(n.b, func(p *spoiler) *func(*Broker, *Draft) { return &p.logout }); spoil != nil {
		spoil(n.b, d)
	}
	return d.Serialize()
}

// logoutAPI ends the session that an ID token names, without a browser.
func (n *neb) logoutAPI(_ *http.Request, body []byte, s NEBSettings) *Reply {
	var asked struct {
		IDToken string `json:"id_token"`
	}
	if json.Unmarshal(bytes.TrimSpace(body), &asked) != nil || asked.IDToken == "" {
		return nebAPIError("Missing id_token parameter")
	}
	of, ok := get(n.b, n.hints, digestOf(asked.IDToken))
	if !ok {
		return nebAPIError("Invalid id_token")
	}
	n.end(of, s)
	return nebEmpty(http.StatusOK)
}

// latest returns the latest session of a subject.
func (b *Broker) latest(subject string) (*nebSession, error) {
	if b.neb == nil {
		return nil, errors.New("mitidtest: this broker sends no logout messages")
	}
	of, ok := get(b, b.neb.subjects, subject)
	if !ok {
		return nil, errors.New("mitidtest: nobody with that subject has logged in")
	}
	return of, nil
}

// LogoutToken returns a logout token about the latest session of subject
// (Identity.Subject), as NEB posts it to a client in the parameter logout_token.
// It is spoilt by the tamperings of StageLogout.
func (b *Broker) LogoutToken(subject string) (string, error) {
	of, err := b.latest(subject)
	if err != nil {
		return "", err
	}
	return b.neb.logoutToken(of)
}

// LogoutQuery returns the query with which NEB calls a client's front-channel
// address about the latest session of subject: iss and sid.
func (b *Broker) LogoutQuery(subject string) (string, error) {
	of, err := b.latest(subject)
	if err != nil {
		return "", err
	}
	return Pairs{{"iss", b.Issuer()}, {"sid", of.sid}}.Encode(), nil
}

// SendLogout ends the latest session of subject and posts a logout token about it
// to address, which must be on this machine. It returns the status of the answer.
func (b *Broker) SendLogout(ctx context.Context, subject, address string) (int, error) {
	of, err := b.latest(subject)
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	of.ended = true
	b.mu.Unlock()
	return b.neb.tell(ctx, of, address)
}
