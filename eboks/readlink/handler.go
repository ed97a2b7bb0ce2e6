package readlink

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/nostore"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// The queries that these pages add to a link. Others are passed over.
const (
	returned = "mitid=done"  // back from the login that this link asked for
	again    = "mitid=again" // log in as somebody else
)

// Handler returns the handler that answers who follows a link. Mount it at the
// path of Config.Address with a slash behind it, less what http.StripPrefix or a
// proxy takes away in front of it. next shows the content, and finds
// in the context ([FromContext]) which letter it is; it sees the recipient alone,
// and only after Config.Record has stored the opening.
//
// It answers GET, and pages are not to be cached or indexed (Cache-Control:
// no-store, X-Robots-Tag: noindex, Referrer-Policy: no-referrer) unless next says
// otherwise.
func (l *Links) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		t := l.open(l.token(r))
		if t == nil {
			l.refuse(w, r, &Refusal{Reason: LinkInvalid})
			return
		}
		if !opensPage(r) {
			l.refuse(w, r, &Refusal{Reason: NotAPage, Letter: t.letter})
			return
		}
		s, led := l.lead(w, r, t)
		if led {
			return
		}
		o := l.opening(t, s)
		if err := l.cfg.Record(r.Context(), o); err != nil {
			l.refuse(w, r, &Refusal{Reason: NotRecorded, Letter: t.letter, Err: err})
			return
		}
		l.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "readlink: opened", slog.Any("opening", o))
		next.ServeHTTP(nostore.Wrap(w), r.WithContext(context.WithValue(r.Context(), openingKey{}, o)))
	})
}

// lead returns the session of the recipient, or has answered the request: with the
// way to MitID, or with a refusal.
func (l *Links) lead(w http.ResponseWriter, r *http.Request, t *ticket) (s *mitidhttp.Session, led bool) {
	level := max(l.cfg.Level, t.level)
	want := mitid.Request{Level: level, CPR: mitid.CPRRequired}
	if t.company {
		want = mitid.Request{Level: level, Capacity: claims.CapacityProfessional, Organisation: true}
	}
	s, ok := l.cfg.Gate.Session(r)
	if !ok && r.URL.RawQuery == returned { // the browser kept no session: once more would lead here again
		l.refuse(w, r, &Refusal{Reason: NotAPage, Letter: t.letter})
		return nil, true
	}
	if !ok || t.company == (s.Identity.Capacity == claims.CapacityPrivate) || r.URL.RawQuery == again {
		want.Fresh = r.URL.RawQuery == again
		l.cfg.Gate.Start(want).ServeHTTP(w, l.backHere(r))
		return nil, true
	}
	if s.Level < level {
		l.cfg.Gate.StepUp(want).ServeHTTP(w, l.backHere(r))
		return nil, true
	}
	if t.company {
		if o := s.Identity.Organisation; o == nil || !t.isForCompany(o.CVR) {
			l.refuse(w, r, &Refusal{Reason: NotRecipient, Letter: t.letter})
			return nil, true
		}
		return s, false
	}
	n, err := l.cfg.Number(r.Context(), s)
	switch {
	case err != nil:
		l.refuse(w, r, &Refusal{Reason: NotRecorded, Letter: t.letter, Err: err})
	case n.IsZero() && r.URL.RawQuery == returned: // once more would bring no more
		l.refuse(w, r, &Refusal{Reason: NoNumber, Letter: t.letter})
	case n.IsZero():
		l.cfg.Gate.StepUp(want).ServeHTTP(w, l.backHere(r))
	case !t.isFor(n):
		l.refuse(w, r, &Refusal{Reason: NotRecipient, Letter: t.letter})
	default:
		return s, false
	}
	return nil, true
}

// token returns what r brings as a token. What stands in front of it is the path of
// Config.Address, or what http.StripPrefix or a proxy left of that.
func (l *Links) token(r *http.Request) string {
	token := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if !strings.HasSuffix(l.base.Path+"/"+token, r.URL.Path) {
		return ""
	}
	return token
}

// path is that of the link which r followed, as the browser shows it.
func (l *Links) path(r *http.Request) string { return l.base.Path + "/" + l.token(r) }

// backHere is the request with which the Gate begins a login that comes back to
// the link.
func (l *Links) backHere(r *http.Request) *http.Request {
	b := r.Clone(r.Context())
	b.URL = &url.URL{Path: "/", RawQuery: url.Values{"return": {l.path(r) + "?" + returned}}.Encode()}
	return b
}

// opening describes the visit.
func (l *Links) opening(t *ticket, s *mitidhttp.Session) Opening {
	login := s.Login()
	o := Opening{Letter: t.letter, At: l.cfg.Now().UTC().Truncate(time.Millisecond), Level: s.Level, Capacity: s.Identity.Capacity,
		LoggedInAt: s.LoggedInAt.UTC(), Broker: login.Broker, Issuer: login.Issuer, Subject: s.Identity.Subject}
	if t.company {
		o.Company = s.Identity.Organisation.CVR
	}
	return o
}

// guard keeps pages out of caches and indexes, and the link out of Referer headers.
func guard(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("X-Content-Type-Options", "nosniff")
}

// opensPage reports whether a person is opening a page, as far as the browser
// tells (https://www.w3.org/TR/fetch-metadata/). What a browser fetches in advance,
// with the recipient's own session, is not read by anybody.
func opensPage(r *http.Request) bool {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document") &&
		!fetchesInAdvance(r.Header)
}

// fetchesInAdvance looks at every value, because a proxy may have added its own.
func fetchesInAdvance(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		for _, v := range h.Values(name) {
			v = strings.ToLower(v)
			if strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
				return true
			}
		}
	}
	return false
}

// log notes a refusal. Errors of the application may hold anything and are left
// out.
func (l *Links) log(r *http.Request, e *Refusal) {
	l.cfg.Logger.LogAttrs(r.Context(), slog.LevelWarn, "readlink: refused", slog.Any("refusal", e))
}
