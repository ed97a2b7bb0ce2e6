package outbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

const (
	pageListed  = 100              // letters that need a person
	pageRefresh = 10               // seconds until a browser asks again
	pageOld     = time.Second      // how old what is shown may be
	pageWithin  = 20 * time.Second // of reading the journal
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// StatusPage returns a page for the people who run the outbox: letters by state, those that
// need a person, how old the oldest is, how fast letters go, whether the channel is paused
// and why, and the last errors. It says nothing about recipients, titles or documents. It
// changes nothing. It has no protection of its own: put it behind your login.
//
// It answers GET and HEAD under any path. A browser shows it in Danish or English, by what it
// prefers or by ?lang=da and ?lang=en, and loads it again every ten seconds, unless
// ?refresh=0. It runs no script.
//
// With ?format=json it answers with the Summary. Its members are at, sender, states (an
// object with waiting, unknown, accepted, refused and parked), inHand, needPerson, overdue,
// unopened, oldest, lastMinute, lastHour, pausedSince, pausedUntil, pausedWhy (kind, http, why) and
// errors (id, at, what, kind, code, http). Times are RFC 3339 in UTC. oldest and those that
// begin with paused are missing if there is nothing to say, and so are code and http. New
// members may come. While the database cannot be read the status is 503.
func (o *Outbox) StatusPage() http.Handler {
	sum := sha256.Sum256([]byte(pageStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), pageWithin)
		defer cancel()
		s, err := o.tel.memo.summary(ctx, o, pageOld)
		if r.URL.Query().Get("format") == "json" {
			writeJSON(w, s, err)
			return
		}
		var people []Record
		if err == nil && s.NeedPerson > 0 {
			people, err = o.needingPerson(ctx)
		}
		o.writePage(w, r, s, people, err)
	})
}

// needingPerson reads the first letters that need a person.
func (o *Outbox) needingPerson(ctx context.Context) (people []Record, err error) {
	for r, err := range o.Letters(ctx, Filter{NeedsPerson: true}) {
		if err != nil {
			return nil, err
		}
		if people = append(people, r); len(people) == pageListed {
			break
		}
	}
	return people, nil
}

// pageView is what the page shows.
type pageView struct {
	T               pageTexts
	Style           template.CSS
	Failed          bool // the database does not answer
	Refresh         bool
	OtherLang, Turn string // links
	S               Summary
	States          []stateView
	Calm            bool // nothing calls for a person
	People          []Record
	More            int // letters that need a person and are not listed
}

type stateView struct {
	Word  string
	Count int
}

func (o *Outbox) writePage(w http.ResponseWriter, r *http.Request, s Summary, people []Record, err error) {
	refresh := r.URL.Query().Get("refresh") != "0"
	v := pageView{T: textsFor(r), Style: template.CSS(pageStyle), Failed: err != nil, Refresh: refresh, S: s, People: people}
	keep := "&refresh=0"
	v.Turn = "?lang=" + v.T.Lang
	if refresh {
		keep = ""
		v.Turn += "&refresh=0"
	}
	v.OtherLang = "?lang=" + v.T.OtherLang + keep
	for _, state := range states() {
		v.States = append(v.States, stateView{v.T.States[state], s.States[state]})
	}
	v.Calm = s.NeedPerson == 0 && s.Overdue == 0 && s.Unopened == 0 && s.PausedWhy == nil
	v.More = max(s.NeedPerson-len(people), 0)
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, v); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Language")
	if refresh { // as a header: a page says by itself how often it changes
		h.Set("Refresh", strconv.Itoa(pageRefresh))
	}
	w.WriteHeader(statusOf(err))
	_, _ = w.Write(body.Bytes())
}

func statusOf(err error) int {
	if err != nil {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// summaryJSON is a Summary as programs read it. The names never change.
type summaryJSON struct {
	At          time.Time           `json:"at,omitzero"`
	Sender      string              `json:"sender"`
	States      map[eboks.State]int `json:"states"`
	InHand      int                 `json:"inHand"`
	NeedPerson  int                 `json:"needPerson"`
	Overdue     int                 `json:"overdue"`
	Unopened    int                 `json:"unopened"`
	Oldest      time.Time           `json:"oldest,omitzero"`
	LastMinute  int                 `json:"lastMinute"`
	LastHour    int                 `json:"lastHour"`
	PausedSince time.Time           `json:"pausedSince,omitzero"`
	PausedUntil time.Time           `json:"pausedUntil,omitzero"`
	PausedWhy   *whyJSON            `json:"pausedWhy,omitempty"`
	Errors      []errorJSON         `json:"errors"`
}

type whyJSON struct {
	Kind eboks.Kind `json:"kind"`
	HTTP int        `json:"http,omitempty"`
	Why  string     `json:"why"`
}

type errorJSON struct {
	ID   eboks.ID   `json:"id"`
	At   time.Time  `json:"at"`
	What What       `json:"what"`
	Kind eboks.Kind `json:"kind"`
	Code string     `json:"code,omitempty"`
	HTTP int        `json:"http,omitempty"`
}

func writeJSON(w http.ResponseWriter, s Summary, err error) {
	var v any = struct {
		Error eboks.Kind `json:"error"`
	}{eboks.StoreFailed}
	if err == nil {
		j := summaryJSON{At: s.At, Sender: s.Sender, States: map[eboks.State]int{}, InHand: s.InHand, NeedPerson: s.NeedPerson, Overdue: s.Overdue, Unopened: s.Unopened,
			Oldest: s.Oldest, LastMinute: s.LastMinute, LastHour: s.LastHour, PausedSince: s.PausedSince, PausedUntil: s.PausedUntil, Errors: []errorJSON{}}
		for _, state := range states() {
			j.States[state] = s.States[state]
		}
		if e := s.PausedWhy; e != nil {
			j.PausedWhy = &whyJSON{e.Kind, e.Status, e.Why}
		}
		for _, e := range s.Errors {
			j.Errors = append(j.Errors, errorJSON{e.ID, e.At, e.What, e.Kind, e.Code, e.HTTP})
		}
		v = j
	}
	body, broken := json.Marshal(v)
	if broken != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf(err))
	_, _ = w.Write(append(body, '\n'))
}
