package mitidhttp

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// endByBrowser ends the sessions that a message of a SAML broker names, and sends the
// browser that brought it back to the broker with the answer.
func (g *Gate) endByBrowser(w http.ResponseWriter, r *http.Request, lo *mitid.Logout) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeLimit)
	defer cancel()
	s, _, err := g.readSession(r) // before it is gone from the store
	if err == nil {
		err = g.endNamedSessions(ctx, lo)
	}
	if err != nil {
		g.logRefusal(r, err)
		g.refuseLogout(w, r, http.StatusServiceUnavailable)
		return
	}
	if s != nil && endedBy(s, lo) {
		http.SetCookie(w, g.sessionCookie("", 0))
	}
	for _, k := range g.pendingOf(r) {
		// A step-up would go on without its session: the broker posts the answer, and the
		// browser sends no session cookie with it.
		if k.From != nil && k.From.Person == personKey(lo.Subject) && int64(k.From.AuthTime) <= lo.At.Unix() {
			g.expirePending(w, k.cookie.Name)
		}
	}
	sendToBroker(w, r, lo.Answer)
}

// endedBy reports whether lo ended s, as Ended.End says.
func endedBy(s *Session, lo *mitid.Logout) bool {
	switch {
	case lo.Subject != "" && s.Identity.Subject != lo.Subject:
		return false
	case lo.SessionID != "":
		return s.Identity.SessionID == lo.SessionID
	}
	return !s.loginTime().After(lo.At)
}

// finishLogout ends what Logout began. The session here has ended before.
func (g *Gate) finishLogout(w http.ResponseWriter, r *http.Request, cb mitid.Callback, lo *mitid.Logout) {
	if lo.Partial {
		g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: a person is logged out here, and the broker could not log them out everywhere")
	}
	p, _ := g.takePending(w, r, cb)
	if p.Purpose != purposeLogout {
		p.Return = g.loggedOutPath
	}
	redirect(w, r, p.Return)
}

// refuseLogout answers a logout message that ended nothing. A SAML broker's message
// comes with the person's browser, so that they see a page.
func (g *Gate) refuseLogout(w http.ResponseWriter, r *http.Request, status int) {
	if g.rule.LogoutURL == "" || !wantsHTML(r) {
		w.WriteHeader(status)
		return
	}
	v := messagePage{Lang: "da", Title: "Du er måske stadig logget ind", Text: "Beskeden om at logge ud kunne ikke bruges. Gå til forsiden, og log ud der.", LinkText: "Til forsiden", Link: g.home}
	if localeOf(r) == mitid.English {
		v.Lang, v.Title, v.Text, v.LinkText = "en", "You may still be logged on", "The message to log out could not be used. Go to the front page and log out there.", "To the front page"
	}
	v.show(w, status)
}
