package ebokstest

import (
	"bytes"
	_ "embed"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks/internal/fakewire"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

//go:embed pages/mailbox.html
var pageSource string

const (
	pathMailboxes = "/mailbox"
	maxListed     = 500 // mailboxes on the front page, letters in an inbox
)

// view is what a page shows.
type view struct {
	Lang, Heading, Home, Up, Self, Differences string
	T                                          texts
	Boxes                                      []boxView
	Letters                                    []letterView
	Letter                                     letterView
	More                                       bool
	List                                       []string
}

type boxView struct {
	Link, Name, About string
	Unread            int
}

type letterView struct {
	Link, Title, Date, Stamp string
	Unread                   bool
	Attachments              int
	Documents                []documentView
}

type documentView struct {
	Link, Name string
	Size       int64
	Kept       bool
}

// servePage answers a browser.
func (d *Distributor) servePage(w http.ResponseWriter, r *http.Request) {
	v := &view{Home: pathMailboxes, Self: r.URL.Path, Differences: pathDifferences}
	v.Lang, v.T = language(r)
	query := "?lang=" + v.Lang
	v.Home += query
	v.Differences += query
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil || !fakehttp.IsLoopback(host) { // a name that somebody pointed here
		d.showMissing(w, v, http.StatusMisdirectedRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		d.showMissing(w, v, http.StatusMethodNotAllowed)
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, pathMailboxes+"/"), "/")
	switch {
	case r.URL.Path == "/":
		http.Redirect(w, r, v.Home, http.StatusSeeOther)
	case r.URL.Path == pathDifferences:
		v.List = d.Differences()
		d.show(w, http.StatusOK, "differences", v)
	case r.URL.Path == pathMailboxes:
		d.listBoxes(v, query)
		d.show(w, http.StatusOK, "boxes", v)
	case !strings.HasPrefix(r.URL.Path, pathMailboxes+"/"):
		d.showMissing(w, v, http.StatusNotFound)
	case len(parts) == 1 && d.listLetters(v, parts[0], query):
		d.show(w, http.StatusOK, "inbox", v)
	case len(parts) == 2 && d.openLetter(v, parts[0], parts[1], query):
		d.show(w, http.StatusOK, "letter", v)
	case len(parts) == 3:
		d.serveDocument(w, r, v, parts)
	default:
		d.showMissing(w, v, http.StatusNotFound)
	}
}

func (d *Distributor) listBoxes(v *view, query string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	for i, b := range d.boxes.order {
		if i == maxListed {
			v.More = true
			return
		}
		bv := boxView{Link: pathMailboxes + "/" + b.handle + query, Name: b.displayName(v.T), About: v.T.States[b.State]}
		if !b.has() {
			bv.Link = ""
		}
		for _, l := range b.letters {
			if !l.read {
				bv.Unread++
			}
		}
		v.Boxes = append(v.Boxes, bv)
	}
}

func (d *Distributor) listLetters(v *view, handle, query string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	b := d.boxes.handles[handle]
	if b == nil {
		return false
	}
	v.Heading = b.displayName(v.T)
	for i := len(b.letters) - 1; i >= 0 && len(v.Letters) < maxListed; i-- {
		l := b.letters[i]
		lv := l.view()
		lv.Link = pathMailboxes + "/" + handle + "/" + l.handle + query
		v.Letters = append(v.Letters, lv)
	}
	return true
}

// openLetter shows a letter. It is read from then on, and nobody is told.
func (d *Distributor) openLetter(v *view, handle, letter, query string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.boxes.letter(handle, letter)
	if l == nil {
		return false
	}
	l.read = true
	v.Up = pathMailboxes + "/" + handle + query
	v.Letter = l.view()
	for i, doc := range l.Documents {
		dv := documentView{Name: doc.Name, Size: doc.Size, Kept: doc.content != nil,
			Link: pathMailboxes + "/" + handle + "/" + letter + "/" + strconv.Itoa(i) + ".pdf"}
		if i == 0 {
			dv.Name = v.T.Main
		}
		v.Letter.Documents = append(v.Letter.Documents, dv)
	}
	return true
}

func (bs *boxes) letter(handle, letter string) *letter {
	b := bs.handles[handle]
	if b == nil {
		return nil
	}
	for _, l := range b.letters {
		if l.handle == letter {
			return l
		}
	}
	return nil
}

func (l *letter) view() letterView {
	at := l.At
	if n := len(l.entries); n > 0 {
		at = l.entries[n-1].At
	}
	at = at.In(fakewire.Copenhagen())
	return letterView{Title: l.Title, Unread: !l.read, Attachments: len(l.Documents) - 1,
		Date: at.Format("02.01.2006 15.04"), Stamp: at.Format("2006-01-02T15:04:05Z07:00")}
}

// serveDocument gives out a PDF. Its page may load nothing but itself.
func (d *Distributor) serveDocument(w http.ResponseWriter, r *http.Request, v *view, parts []string) {
	d.mu.Lock()
	l := d.boxes.letter(parts[0], parts[1])
	d.mu.Unlock()
	number, pdf := strings.CutSuffix(parts[2], ".pdf")
	i, err := strconv.Atoi(number)
	if l == nil || !pdf || err != nil || i < 0 || i >= len(l.Documents) || number != strconv.Itoa(i) || l.Documents[i].content == nil {
		d.showMissing(w, v, http.StatusNotFound)
		return
	}
	fakehttp.SetPageHeaders(w, "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", "inline; filename=brev-"+number+".pdf")
	http.ServeContent(w, r, "", l.At, bytes.NewReader(l.Documents[i].content))
}

func (d *Distributor) showMissing(w http.ResponseWriter, v *view, status int) {
	d.show(w, status, "missing", v)
}

func (d *Distributor) show(w http.ResponseWriter, status int, name string, v *view) {
	d.pages.Show(w, status, name, v, fakehttp.Policy+"; form-action 'none'")
}
