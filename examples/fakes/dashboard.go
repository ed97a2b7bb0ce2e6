package main

import (
	"embed"
	"net/http"
	"path"
)

//go:embed dashboard
var dashboardFiles embed.FS

// dashboardPolicy lets the page load its own files and ask its own origin, and nothing else.
const dashboardPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// withDashboard serves the page for people at /, and api everywhere else.
//
// The page is the same for everybody and holds nothing of the fakes, so whoever asks gets it.
// Its script asks api, as any caller does.
func withDashboard(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	serve := func(w http.ResponseWriter, r *http.Request, name string) {
		h := w.Header()
		h.Set("Content-Security-Policy", dashboardPolicy)
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex")
		http.ServeFileFS(w, r, dashboardFiles, path.Join("dashboard", name))
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "index.html") })
	mux.HandleFunc("GET /assets/{name}", func(w http.ResponseWriter, r *http.Request) { serve(w, r, r.PathValue("name")) })
	mux.Handle("/", api)
	return mux
}
