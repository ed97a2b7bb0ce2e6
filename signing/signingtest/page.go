package signingtest

import (
	"bytes"
	_ "embed"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

//go:embed pages/sign.html
var pageSource string

// view is what a page shows.
type view struct {
	Lang, Heading, Differences, Self string
	T                                texts
	List                             []string

	State, Alert, Outcome, Again   string
	Documents                      []documentView
	Choices                        []choiceView
	AsksName, NeedsName, Approves  bool
	MayReject, MayCancel, ReadOnly bool
}

type documentView struct {
	Name, Link string
	Size       int
}

type choiceView struct{ ID, Name string }

const maxForm = 64 << 10

// servePage answers a signatory's browser.
func (s *Service) servePage(w http.ResponseWriter, r *http.Request) {
	if !s.isMine(r.Host) { // a name that somebody pointed here
		http.Error(w, "misdirected request", http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.URL.Path == pathCallback {
		s.comeBack(w, r)
		return
	}
	token, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, pathLink), "/")
	s.mu.Lock()
	s.settle()
	p := s.orders.parties[token]
	s.mu.Unlock()
	if p == nil {
		v := newView(r, look{})
		v.Heading, v.Outcome = v.T.MissingHeading, v.T.Missing
		s.show(w, http.StatusNotFound, v)
		return
	}
	visitor := s.visitorOf(w, r)
	number, isDocument := strings.CutPrefix(rest, "document/")
	switch post := r.Method == http.MethodPost; {
	case !post && r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case rest == "" && !post:
		s.showParty(w, r, p, visitor, "")
	case isDocument && !post:
		s.serveDocument(w, r, p, visitor, number)
	case rest == "login" && post:
		s.startLogin(w, r, p, visitor)
	case rest == "sign" && post:
		s.startSigning(w, r, p, visitor)
	case rest == "reject" && post:
		s.takeRejection(w, r, p, visitor)
	case rest == "cancel" && post:
		s.leave(w, r, p)
	default:
		http.NotFound(w, r)
	}
}

// isMine reports whether a browser may reach the fake under a host.
func (s *Service) isMine(host string) bool {
	if u, err := url.Parse(s.URL()); err == nil && strings.EqualFold(u.Host, host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return fakehttp.IsLoopback(name)
}

func newView(r *http.Request, l look) *view {
	wish := strings.ToLower(strings.ReplaceAll(l.language, "_", "-"))
	lang := fakehttp.Language(r, r.FormValue("lang"), wish)
	return &view{Lang: lang, T: textsIn(lang), Differences: pathDifferences, State: "end"}
}

// viewFor is newView for a party, of a caller that does not hold the lock.
func (s *Service) viewFor(r *http.Request, p *party) *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	return newView(r, p.looks())
}

func (s *Service) show(w http.ResponseWriter, status int, v *view) {
	s.pages.Show(w, status, "party", v, fakehttp.Policy)
}

// showParty shows where a party stands.
func (s *Service) showParty(w http.ResponseWriter, r *http.Request, p *party, who *visitor, alert string) {
	s.mu.Lock()
	v := s.partyView(r, p, who)
	v.Alert = alert
	if v.State != "end" && r.Method == http.MethodGet && !who.opened[p.token+v.State] {
		who.opened[p.token+v.State] = true
		name := "SIGNATORY_SIGN_LINK_OPENED"
		if p.first().order.status == statusClosed {
			name = "SIGNATORY_DOWNLOAD_LINK_OPENED"
		}
		if alert == "" && (v.State != "sign" || !who.opened[p.token+"login"]) {
			for _, g := range p.members {
				s.tell(g.order, g, event{name: name})
			}
		}
	}
	s.mu.Unlock()
	status := http.StatusOK
	if alert != "" {
		status = http.StatusUnprocessableEntity
	}
	s.show(w, status, v)
}

// partyView describes where a party stands. The caller holds the lock.
func (s *Service) partyView(r *http.Request, p *party, who *visitor) *view {
	l := p.looks()
	v := newView(r, l)
	v.Self = pathLink + p.token
	g := p.first()
	seen := who.sees(p)
	switch o := g.order; {
	case o.status == statusClosed && !o.deleted && seen && who.proved[p.token]:
		v.State, v.Heading = "download", v.T.DownloadHeading
		v.list(p)
		return v
	case o.status == statusClosed && !o.deleted && p.holdsVerify():
		v.State, v.Heading = "login", v.T.LoginHeading
		return v
	case o.status != statusOpen:
		v.Heading, v.Outcome = v.T.EndHeading, v.T.Outcomes[o.status]
		return v
	case g.status != statusOpen:
		v.Heading, v.Outcome = v.T.EndHeading, v.T.Outcomes[g.status]
		return v
	case slices.ContainsFunc(p.members, func(g *signatory) bool { return g.cooldown != nil && s.Now().Before(*g.cooldown) }):
		v.Heading, v.Outcome = v.T.SignHeading, v.T.NotYet
		return v
	case g.kind != roleViewer && slices.ContainsFunc(p.members, func(g *signatory) bool { return !g.turn() }):
		v.Heading, v.Outcome = v.T.SignHeading, v.T.Waiting
		return v
	case !seen:
		v.State, v.Heading = "login", v.T.LoginHeading
		return v
	}
	v.State, v.Heading = "sign", v.T.SignHeading
	if g.order.title != nil && p.batch == nil {
		v.Heading = *g.order.title
	}
	v.list(p)
	v.Approves, v.ReadOnly = g.kind == roleApprover, g.kind == roleViewer
	v.MayReject, v.MayCancel = !l.noRejection && !v.ReadOnly, l.cancel && l.redirect != nil
	if g.kind == roleSigner {
		v.choose(p)
	}
	return v
}

func (v *view) list(p *party) {
	for i, part := range p.parts() {
		v.Documents = append(v.Documents, documentView{
			Name: part.document.title, Link: v.Self + "/document/" + strconv.Itoa(i) + ".pdf", Size: len(part.document.current),
		})
	}
}

// choose offers the ways to sign.
func (v *view) choose(p *party) {
	all := p.providers()
	for _, c := range all {
		if d := c.find(kindDrawable); d != nil {
			v.AsksName, v.NeedsName = true, v.NeedsName || d.drawable.RequireName && len(all) == 1
		}
		name := "MitID"
		switch c.kind {
		case kindDrawable:
			name = v.T.Drawing
		case kindNoop:
			name = v.T.Noop
		case kindAllOf:
			if c.find(kindDrawable) != nil {
				name += " + " + v.T.Drawing
			}
		}
		v.Choices = append(v.Choices, choiceView{c.id, name})
	}
	if len(all) < 2 {
		v.Choices = nil
	}
}

func (p *party) holdsVerify() bool {
	return slices.ContainsFunc(p.providers(), (*provider).holdsVerify)
}

// serveDocument gives out a PDF. Its page may load nothing but itself.
func (s *Service) serveDocument(w http.ResponseWriter, r *http.Request, p *party, who *visitor, number string) {
	name, pdf := strings.CutSuffix(number, ".pdf")
	i, err := strconv.Atoi(name)
	s.mu.Lock()
	parts := p.parts()
	state := s.partyView(r, p, who).State
	var content []byte
	if pdf && err == nil && i >= 0 && i < len(parts) && name == strconv.Itoa(i) && (state == "sign" || state == "download") {
		content = parts[i].document.current
		if state == "sign" {
			_, _ = s.setStatus(p, parts[i].document.id, statusOpened, s.Now()) // it may have been opened
		}
	}
	s.mu.Unlock()
	if content == nil {
		http.NotFound(w, r)
		return
	}
	fakehttp.SetPageHeaders(w, "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", "inline; filename=dokument-"+name+".pdf")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
