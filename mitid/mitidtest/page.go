package mitidtest

import (
	"cmp"
	_ "embed"
	"html"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
)

// The fake's own paths; the real brokers have nothing there.
const (
	pathPage        = "/fake/page"
	pathDecided     = "/fake/page/decided"
	pathDifferences = "/differences"
	pathElsewhere   = "/fake/elsewhere" // prefix: where tampered answers point to
)

// CutElsewhere cuts the prefix of the addresses to which tampered answers point. A dialect
// answers there as at the right address, so that a client that follows succeeds, and
// [Broker.Requests] shows it.
func CutElsewhere(path string) (rest string, elsewhere bool) {
	return strings.CutPrefix(path, pathElsewhere)
}

// Elsewhere returns the address of path under another name of this host. No client may
// follow it there.
func (b *Broker) Elsewhere(path string) string { return b.listener.alias + pathElsewhere + path }

//go:embed pages/page.html
var pageSource string

// view is what a page shows.
type view struct {
	Lang, Heading, Message, Detail string
	T                              texts
	Action, Visit, Differences     string
	Methods                        []string
	People                         []person
	Companies                      []Company
	Optional                       bool
	Prefilled, Own                 string
	Wrong, MaySkip                 bool
	List                           []string
	Documents                      Pairs
	Failures                       []failureChoice
	Tamperings                     []Tampering
	Decided, Nonce                 string // where the page asks whether somebody decided elsewhere
}

// person is a citizen on the page.
type person struct {
	Index       int
	First       bool
	Name, About string
	Shows       string
}

// newView returns a view in the language that the person wants.
func newView(r *http.Request, locales string) *view {
	v := &view{Action: pathPage, Differences: pathDifferences}
	v.Lang, v.T = language(r, locales)
	return v
}

// ServeOwn answers at the paths that are the fake's and not the broker's: its pages,
// and the list of differences. It reports whether it has answered.
func (b *Broker) ServeOwn(w http.ResponseWriter, r *http.Request, path string, form url.Values) bool {
	switch path {
	case pathPage:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			b.takeForm(w, r, form)
		}
	case pathDifferences, "/":
		b.showDifferences(w, r)
	default:
		return false
	}
	return true
}

// ShowError shows the broker's error page. It is for requests that name nobody to whom
// the browser could safely be sent.
func (b *Broker) ShowError(w http.ResponseWriter, r *http.Request, why string) {
	b.ShowErrorWith(w, r, http.StatusBadRequest, why)
}

// ShowErrorWith is ShowError with another status.
func (b *Broker) ShowErrorWith(w http.ResponseWriter, r *http.Request, status int, why string) {
	b.Refuse(r, why)
	v := newView(r, "")
	v.Detail = why
	b.pages.Show(w, status, "error", v, fakehttp.Policy)
}

// ShowLoggedOut shows that the person is logged out.
func (b *Broker) ShowLoggedOut(w http.ResponseWriter, r *http.Request) {
	v := newView(r, "")
	v.Detail = v.T.LoggedOut
	b.pages.Show(w, http.StatusOK, "notice", v, fakehttp.Policy)
}

func (b *Broker) showDifferences(w http.ResponseWriter, r *http.Request) {
	v := newView(r, "")
	v.List = b.Differences()
	b.pages.Show(w, http.StatusOK, "differences", v, fakehttp.Policy)
}

// showFormPost makes the browser post the answer to the app.
func showFormPost(w http.ResponseWriter, back *Answer) {
	nonce := fakehttp.RandomHex(16)
	var p strings.Builder
	p.WriteString("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>…</title></head><body>\n<form id=\"answer\" method=\"post\" action=\"")
	p.WriteString(html.EscapeString(back.RedirectURI))
	p.WriteString("\">\n")
	for _, q := range back.Params {
		p.WriteString(`<input type="hidden" name="` + html.EscapeString(q.Name) + `" value="` + html.EscapeString(q.Value) + "\">\n")
	}
	p.WriteString("<noscript><button type=\"submit\">OK</button></noscript></form>\n<script nonce=\"" + nonce + "\">document.forms[0].submit()</script></body></html>\n")
	fakehttp.SetPageHeaders(w, fakehttp.Policy+"; script-src 'nonce-"+nonce+"'")
	_, _ = w.Write([]byte(p.String()))
}

// describe puts people on the page, in its language.
func (p *view) describe(people []Citizen) {
	for i, who := range people {
		about := p.T.NoCPR
		if !who.CPR.IsZero() {
			about = who.CPR.Reveal()[:6] + "-" + who.CPR.Reveal()[6:]
		}
		for _, co := range who.Companies {
			about += ", " + co.Name
		}
		p.People = append(p.People, person{Index: i, First: i == 0, Name: cmp.Or(who.Name, p.T.NoName), About: about, Shows: who.Shows.In(p.Lang)})
	}
}
