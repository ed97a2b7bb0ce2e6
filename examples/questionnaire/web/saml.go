package web

import (
	"net/http"

	"github.com/dkeid/dkeid/examples/internal/dialect"
)

// samlRoutes adds what a broker over SAML needs besides: logout messages, which come with
// the person's browser, and the app's own metadata.
func (a *App) samlRoutes(mux *http.ServeMux) {
	if !a.singleLogout() {
		return
	}
	mux.Handle(dialect.LogoutPath, a.Gate.ReceiveLogout())
	mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, _ *http.Request) {
		document, has, err := dialect.Metadata(a.cfg.Broker, a.cfg.PublicURL+"/callback")
		if err != nil || !has {
			http.Error(w, "there is no metadata", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/samlmetadata+xml")
		_, _ = w.Write(document)
	})
}

// singleLogout reports whether a logout leads over every other service of the person's
// session at the broker.
func (a *App) singleLogout() bool { return a.cfg.Broker.Callback().LogoutURL != "" }

// allowBroker lets the broker's pages post to the addresses that are for them. The Gate
// judges what arrives there.
func (a *App) allowBroker(p *http.CrossOriginProtection) {
	if a.cfg.Broker.Callback().Method == http.MethodPost {
		p.AddInsecureBypassPattern("/callback")
	}
	if a.singleLogout() {
		p.AddInsecureBypassPattern(dialect.LogoutPath)
	}
}
