package ebokstest

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Request is one request as it arrived, without anything about a person.
type Request struct {
	Method    string
	Template  string // of the path, such as /afsendersystem/{system}/forsendelser/{shipment}; "" for an unknown path
	Operation string // its name in the reference; "" for an unknown path
	Query     string // numbers of people and companies are starred out
	Header    http.Header
	Length    int64    // of the body as announced; -1: not announced
	Letter    eboks.ID // that the path names; zero if there is none
	At        time.Time
	Status    int // that was answered; 0 if there is none
	// Misbehaviour is the name of the one that was played, or "".
	Misbehaviour string
	// Personal means that a CPR number stood in the address or in a header.
	Personal bool
}

// String returns method and path template.
func (r Request) String() string { return r.Method + " " + r.Template }

// Format writes method and path template under every verb.
func (r Request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue returns method and path template.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Requests returns the latest 4,096 requests, oldest first.
func (d *Distributor) Requests() []Request {
	return d.records.All(func(q Request) Request {
		q.Header = maps.Clone(q.Header)
		return q
	})
}

// note makes a record of a request.
func (d *Distributor) note(r *http.Request, op *Operation) Request {
	q := Request{
		Method: r.Method, Template: op.Template, Operation: op.Name, Letter: op.Letter,
		Length: r.ContentLength, At: d.Now(),
		Header: fakehttp.PickHeaders(r, "Accept", "Content-Encoding", "Content-Type", "Expect", "User-Agent"),
	}
	q.Query = mask(r.URL.RawQuery, d.profile.Query)
	q.Personal = personal(r)
	if op.Template == "" {
		q.Method = cleanMethod(r.Method)
	}
	return q
}

func cleanMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodHead, http.MethodPatch:
		return m
	}
	return "?"
}

// mask stars out every value of a query but those of parameters that hold no
// person, and the names of parameters that no wire has.
func mask(raw string, harmless []string) string {
	if raw == "" {
		return ""
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "?"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, v := range values[name] {
			switch {
			case slices.Contains(harmless, name):
				if !harmlessValue(v) || personalText(v) {
					v = "?"
				}
				parts = append(parts, name+"="+v)
			case name == "cpr" || name == "cvr":
				parts = append(parts, name+"="+strings.Repeat("*", min(len(v), 10)))
			default:
				parts = append(parts, "?")
			}
		}
	}
	return strings.Join(parts, "&")
}

// harmlessValue reports whether a value is a number or an id.
func harmlessValue(v string) bool {
	strange := func(c rune) bool {
		return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	}
	return len(v) <= 64 && !strings.ContainsFunc(v, strange)
}

func personalText(s string) bool { _, err := cpr.Parse(s); return err == nil }

// personal reports whether a CPR number stands where it must not.
func personal(r *http.Request) bool {
	parts := strings.FieldsFunc(r.URL.Path+"/"+r.URL.RawQuery, func(c rune) bool { return strings.ContainsRune("/?&=,;", c) })
	for _, vs := range r.Header {
		for _, v := range vs {
			parts = append(parts, strings.Fields(v)...)
		}
	}
	return slices.ContainsFunc(parts, personalText)
}
