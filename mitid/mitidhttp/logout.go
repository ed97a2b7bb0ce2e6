package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// Logout returns the handler that ends the session: here, and at the broker
// where the broker can. It answers POST alone and refuses requests from other
// sites with 403. The query parameter "return" names the local path to go to.
//
// The broker sends the browser back to the Client's RedirectURL, which is
// registered there already, and Callback leads it on. A broker that does not
// answer cannot keep anybody logged in here.
func (g *Gate) Logout() http.Handler {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		if !allow(w, r, http.MethodPost) {
			return
		}
		back, err := g.wish(r)
		if err != nil {
			back = g.home // a bad wish keeps nobody logged in
		}
		s, _ := g.read(r)
		if s != nil { // another cookie of that name is not ours to drop
			http.SetCookie(w, g.sessionCookie("", 0))
		}
		for _, k := range g.pendingOf(r) {
			g.forget(w, k.cookie.Name)
		}
		if s == nil {
			redirect(w, r, back)
			return
		}
		rd, err := g.client.EndSession(r.Context(), s.Login(), g.client.RedirectURL())
		if err != nil { // the client has logged why
			redirect(w, r, back)
			return
		}
		g.leave(w, r, rd, back)
	})
	return withGuard(http.NewCrossOriginProtection().Handler(h))
}

// leave sends the browser through the broker's logout.
func (g *Gate) leave(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect, back string) {
	p := &pending{Purpose: logsOut, Handle: rd.Handle, Expires: rd.Expires.Unix(), Return: back}
	value, err := g.sealPending(p, "")
	if err != nil {
		redirect(w, r, back)
		return
	}
	http.SetCookie(w, g.pendingCookie(g.pendingName(p.Handle), value, rd.Expires.Sub(g.now())))
	send(w, r, rd)
}
