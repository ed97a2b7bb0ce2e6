package mitidtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Failure is an error with which the real broker ends a login, as its documents say.
type Failure struct {
	Code        string
	Description string    // sent with it; may be empty
	Words       Bilingual // what it means, for the page
}

// Outcome returns the outcome that ends a login so.
func (f Failure) Outcome() Outcome { return Fail(f.Code, f.Description) }

// Failures returns the errors that the login page offers.
func (b *Broker) Failures() []Failure { return slices.Clone(b.profile.Failures) }

// failureChoice is a failure on the page.
type failureChoice struct {
	Index       int
	Name, Words string
}

// offerFailures puts the failures on the page.
func (p *view) offerFailures(all []Failure) {
	for i, f := range all {
		p.Failures = append(p.Failures, failureChoice{i, f.Outcome().problem(), f.Words.In(p.Lang)})
	}
}

// onPage are the tamperings that somebody on the page can choose: those that spoil what
// comes after it, in this browser.
func (b *Broker) onPage(provesAge bool) []Tampering {
	return slices.DeleteFunc(b.Tamperings(), func(t Tampering) bool {
		return t.Side != BrokerSide || t.Stage.early() || t.Request.Age != 0 && !provesAge
	})
}

// chosenFailure returns what the form says that goes wrong.
func (b *Broker) chosenFailure(form url.Values) (Outcome, bool) {
	if form.Get("failure") == "abort" {
		return Abort(), true
	}
	i, err := strconv.Atoi(form.Get("failure"))
	if err != nil || i < 0 || i >= len(b.profile.Failures) {
		return Outcome{}, false
	}
	return b.profile.Failures[i].Outcome(), true
}

// chosenTampering returns the tampering that the form names.
func (b *Broker) chosenTampering(form url.Values, provesAge bool) *Tampering {
	all := b.onPage(provesAge)
	i := slices.IndexFunc(all, func(t Tampering) bool { return t.Name == form.Get("tampering") })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// tellsDecided answers a page that asks whether its login was decided elsewhere: 200 if so,
// 204 while it waits, 410 if the page is of no use any more. It reports whether it has
// answered. Such requests are not among Requests.
func (b *Broker) tellsDecided(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != pathDecided {
		return false
	}
	fakehttp.SetPageHeaders(w, fakehttp.Policy)
	status := http.StatusGone
	if v, ok := b.visits.Get(r.URL.Query().Get("visit")); ok {
		status = http.StatusNoContent
		if _, decided := b.fromOutside(v.of); decided {
			status = http.StatusOK
		}
	}
	w.WriteHeader(status)
	return true
}

// fromOutside returns what Decide has said.
func (b *Broker) fromOutside(e *entry) (Outcome, bool) {
	if e == nil {
		return Outcome{}, false
	}
	b.journal.mu.Lock()
	defer b.journal.mu.Unlock()
	if e.outside == nil {
		return Outcome{}, false
	}
	return *e.outside, true
}
