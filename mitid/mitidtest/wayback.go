package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
)

// pair is one parameter; pairs keep their order and may repeat a name.
type (
	pair  struct{ name, value string }
	pairs []pair
)

func (p pairs) encode() string {
	parts := make([]string, len(p))
	for i, q := range p {
		parts[i] = url.QueryEscape(q.name) + "=" + url.QueryEscape(q.value)
	}
	return strings.Join(parts, "&")
}

func (p pairs) get(name string) string {
	for _, q := range p {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// wayBack is an answer on its way through the browser to the app, so that a
// tampering can spoil it.
type wayBack struct {
	target string // the redirect URI
	post   bool
	params pairs
}

func (w *wayBack) set(name, value string) {
	for i := range w.params {
		if w.params[i].name == name {
			w.params[i].value = value
			return
		}
	}
	w.add(name, value)
}

func (w *wayBack) add(name, value string) { w.params = append(w.params, pair{name, value}) }

func (w *wayBack) drop(name string) {
	var kept pairs
	for _, p := range w.params {
		if p.name != name {
			kept = append(kept, p)
		}
	}
	w.params = kept
}

// address returns the redirect URI with the parameters in its query.
func (w *wayBack) address() string {
	sep := "?"
	if strings.Contains(w.target, "?") {
		sep = "&"
	}
	return w.target + sep + w.params.encode()
}

// sendBack sends the browser to the app with params, the state and, where the
// domain does so, the issuer (RFC 9207).
func (c *criipto) sendBack(w http.ResponseWriter, req *request, s Settings, params pairs) {
	back := &wayBack{target: req.params.Get("redirect_uri"), post: req.params.Get("response_mode") == "form_post", params: params}
	if state := req.params.Get("state"); state != "" {
		back.add("state", state)
	}
	if s.IssParameter {
		back.add("iss", c.b.Issuer())
	}
	if spoil := takeStage(c.b, func(p *spoiler) *func(*Broker, *wayBack) { return &p.callback }); spoil != nil {
		spoil(c.b, back)
	}
	w.Header().Set("Cache-Control", "no-store")
	if back.post {
		showFormPost(w, back)
		return
	}
	w.Header().Set("Location", back.address())
	w.WriteHeader(http.StatusFound)
}
