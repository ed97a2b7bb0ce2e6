package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
)

// pair is one parameter; pairs keep their order and may repeat a name.
type (
	Pair  struct{ Name, Value string }
	Pairs []Pair
)

func (p Pairs) Encode() string {
	parts := make([]string, len(p))
	for i, q := range p {
		parts[i] = url.QueryEscape(q.Name) + "=" + url.QueryEscape(q.Value)
	}
	return strings.Join(parts, "&")
}

func (p Pairs) Get(name string) string {
	for _, q := range p {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// wayBack is an answer on its way through the browser to the app, so that a
// tampering can spoil it.
type Answer struct {
	RedirectURI string // the redirect URI
	Post   bool
	Params Pairs
}

func (w *Answer) Set(name, value string) {
	for i := range w.Params {
		if w.Params[i].Name == name {
			w.Params[i].Value = value
			return
		}
	}
	w.Add(name, value)
}

func (w *Answer) Add(name, value string) { w.Params = append(w.Params, Pair{name, value}) }

func (w *Answer) Drop(name string) {
	var kept Pairs
	for _, p := range w.Params {
		if p.Name != name {
			kept = append(kept, p)
		}
	}
	w.Params = kept
}

// address returns the redirect URI with the parameters in its query.
func (w *Answer) Address() string {
	sep := "?"
	if strings.Contains(w.RedirectURI, "?") {
		sep = "&"
	}
	return w.RedirectURI + sep + w.Params.Encode()
}

// sendBack sends the browser to the app with params, the state and, where the
// domain does so, the issuer (RFC 9207).
func (c *criipto) sendBack(w http.ResponseWriter, req *request, s Settings, params Pairs) {
	back := &Answer{RedirectURI: req.params.Get("redirect_uri"), Post: req.params.Get("response_mode") == "form_post", Params: params}
	if state := req.params.Get("state"); state != "" {
		back.Add("state", state)
	}
	if s.IssParameter {
		back.Add("iss", c.b.Issuer())
	}
	if spoil := takeStage(c.b, func(p *spoiler) *func(*Broker, *Answer) { return &p.callback }); spoil != nil {
		spoil(c.b, back)
	}
	w.Header().Set("Cache-Control", "no-store")
	if back.Post {
		ShowFormPost(w, back)
		return
	}
	w.Header().Set("Location", back.Address())
	w.WriteHeader(http.StatusFound)
}
