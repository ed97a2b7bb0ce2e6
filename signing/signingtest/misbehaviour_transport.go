package signingtest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Wait is what the misbehaviours with a sensible Retry-After ask for.
const Wait = 2 * time.Minute

func transportMisbehaviours() []Misbehaviour {
	all := []Misbehaviour{
		{Name: "reset", Doc: "the connection ends before anything is done", play: func(x *exchange) { x.send(&fakehttp.Reply{HangUp: true}) }},
		{Name: "lost-answer", Doc: "it is done, and the connection ends without an answer", Done: true,
			play: func(x *exchange) { x.execute(); x.send(&fakehttp.Reply{HangUp: true}) }},
		{Name: "cut-answer", Doc: "it is done, and the connection ends in the middle of the answer", Done: true,
			play: done(func(p *fakehttp.Reply) { p.Cut = true })},
		{Name: "slow-answer", Doc: "it is done, and the answer comes at one byte a second", Done: true,
			play: done(func(p *fakehttp.Reply) { p.Drip, p.Blanks = true, 100_000 })},
		{Name: "huge-answer", Doc: "it is done, and 100 MB of blanks follow the answer", Done: true,
			play: done(func(p *fakehttp.Reply) { p.Blanks = 100_000_000 })},
		{Name: "hang", Doc: "nothing is done, and nothing is answered until the caller leaves", play: (*exchange).hang},
		{Name: "hang-after", Doc: "it is done, and nothing is answered until the caller leaves", Done: true,
			play: func(x *exchange) { x.execute(); x.hang() }},

		{Name: "maintenance-page", Doc: "an HTML page with status 200; nothing is done", play: func(x *exchange) { x.send(maintenance()) }},
		{Name: "maintenance-page-after", Doc: "it is done, and an HTML page with status 200 comes back", Done: true,
			play: func(x *exchange) { x.execute(); x.send(maintenance()) }},
		{Name: "empty-200", Doc: "it is done, and the answer has no body", Done: true,
			play: func(x *exchange) { x.execute(); x.send(fakehttp.NewReply(http.StatusOK, "", nil)) }},
		{Name: "unexpected-success", Doc: "status 207; nothing is done", play: func(x *exchange) { x.send(plain(http.StatusMultiStatus, "ok")) }},
		{Name: "redirect", Doc: "302 to another host", play: func(x *exchange) { x.redirect(http.StatusFound) }},
		{Name: "redirect-307", Doc: "307 to another host, which repeats body and credentials if it is followed",
			play: func(x *exchange) { x.redirect(http.StatusTemporaryRedirect) }},
	}
	for _, status := range []int{401, 403} {
		all = append(all, failing(strconv.Itoa(status), "the credentials are refused", status, false))
	}
	for _, status := range []int{500, 502, 503, 504} {
		name := strconv.Itoa(status)
		all = append(all,
			failing(name, "nothing is done; no Retry-After", status, false),
			failing(name+"-after", "it is done; no Retry-After", status, true))
	}
	for _, wait := range waits() {
		for _, status := range []int{429, 503} {
			name := strconv.Itoa(status) + "-retry-after-" + wait.name
			all = append(all, Misbehaviour{Name: name, Doc: "nothing is done; Retry-After: " + wait.doc, play: func(x *exchange) {
				p := plain(status, http.StatusText(status))
				p.Header["Retry-After"] = wait.values(x.s.Now())
				x.send(p)
			}})
		}
	}
	all = append(all, failing("429", "nothing is done; no Retry-After", http.StatusTooManyRequests, false))
	for i := range all {
		all[i].Occasion = AtRequest
	}
	return all
}

// done carries a request out and changes the answer.
func done(change func(*fakehttp.Reply)) func(*exchange) {
	return func(x *exchange) {
		p := x.execute()
		change(p)
		x.send(p)
	}
}

func failing(name, doc string, status int, after bool) Misbehaviour {
	return Misbehaviour{Name: name, Doc: doc, Done: after, play: func(x *exchange) {
		if after {
			x.execute()
		}
		x.send(plain(status, http.StatusText(status)))
	}}
}

// hang waits until the caller leaves, or the fake stops.
func (x *exchange) hang() {
	<-x.r.Context().Done()
	panic(http.ErrAbortHandler)
}

func (x *exchange) redirect(status int) {
	p := fakehttp.NewReply(status, "", nil)
	p.Header.Set("Location", "https://elsewhere.example/v1/graphql")
	x.send(p)
}

func maintenance() *fakehttp.Reply {
	return fakehttp.NewReply(http.StatusOK, "text/html; charset=utf-8",
		[]byte("<!doctype html><title>Vedligeholdelse</title><p>Vi er snart tilbage. Prøv igen senere.</p>"))
}

// wait is a way to write Retry-After.
type wait struct {
	name, doc string
	values    func(now time.Time) []string
}

func waits() []wait {
	always := func(values ...string) func(time.Time) []string { return func(time.Time) []string { return values } }
	return []wait{
		{"seconds", "two minutes in seconds", always("120")},
		{"second", "one second", always("1")},
		{"date", "two minutes as a date", func(now time.Time) []string {
			return []string{now.Add(Wait + time.Second - 1).UTC().Truncate(time.Second).Format(http.TimeFormat)}
		}},
		{"negative", "a negative number", always("-5")},
		{"huge", "thirty digits", always("999999999999999999999999999999")},
		{"text", "words", always("snart, måske i morgen")},
		{"twice", "two different ones", always("1", "86400")},
	}
}
