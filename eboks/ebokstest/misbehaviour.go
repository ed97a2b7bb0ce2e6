package ebokstest

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Misbehaviour is one way of answering badly. Distributor.Next, Always and For
// ask for it by its name.
type Misbehaviour struct {
	Name string
	Doc  string
	// Kinds are the errors of a Send that are right for it, the best first. If there are
	// none, the letter is accepted all the same.
	Kinds []eboks.Kind
	// Then is what the error must say is to be done. With more than one kind it holds for
	// the first, and if it is not Ask for each but OutcomeUnknown.
	Then eboks.Then
	// Taken means that the distributor has the letter afterwards.
	Taken bool

	atDoor bool // it is played before there is a request
	play   func(*exchange)
}

// Misbehaviours returns all of them. docs/tamperings.md lists them too.
func Misbehaviours() []Misbehaviour {
	unknown := []eboks.Kind{eboks.OutcomeUnknown}
	all := []Misbehaviour{
		{Name: "refused-connection", Doc: "the connection ends before TLS", Kinds: []eboks.Kind{eboks.Unavailable}, Then: eboks.Retry, atDoor: true, play: (*exchange).reset},
		{Name: "reset-before-body", Doc: "the connection ends before the body is asked for", Kinds: []eboks.Kind{eboks.Unavailable, eboks.OutcomeUnknown}, Then: eboks.Retry, play: (*exchange).reset},
		{Name: "reset-after-body", Doc: "the body is read and thrown away, and the connection ends", Kinds: unknown, play: func(x *exchange) { x.drain(); x.reset() }},
		{Name: "dropped-answer", Doc: "the letter is accepted, and the connection ends without an answer", Kinds: unknown, Taken: true, play: func(x *exchange) { x.answer(); x.reset() }},
		{Name: "cut-answer", Doc: "the letter is accepted, and the answer ends in the middle", Kinds: unknown, Taken: true, play: (*exchange).cut},
		{Name: "slow-answer", Doc: "the letter is accepted, and the answer comes at one byte a second", Kinds: unknown, Taken: true, play: (*exchange).drip},
		{Name: "huge-answer", Doc: "the letter is accepted, and the answer is 100 MB", Kinds: unknown, Taken: true, play: (*exchange).flood},

		{Name: "maintenance-page", Doc: "an HTML page with status 200; nothing is accepted", Kinds: unknown, play: func(x *exchange) { x.drain(); x.send(maintenance()) }},
		{Name: "empty-200", Doc: "the letter is accepted, and the answer has no body", Kinds: unknown, Taken: true, play: func(x *exchange) { x.answer(); x.send(fakehttp.NewReply(200, "", nil)) }},
		{Name: "unexpected-success", Doc: "status 207, which nobody agreed on; nothing is accepted", Kinds: unknown, play: func(x *exchange) { x.drain(); x.send(fakehttp.NewReply(207, textType, []byte("ok"))) }},
		{Name: "early-200", Doc: "success before the body was asked for; nothing is accepted", Kinds: unknown, play: (*exchange).early},
		{Name: "error-with-200", Doc: "an error body with status 200; nothing is accepted", Kinds: []eboks.Kind{eboks.Rejected, eboks.OutcomeUnknown}, Then: eboks.Decide, play: func(x *exchange) { x.drain(); x.refuse(200, CodeValidation, "Afvist") }},
		{Name: "other-letter-id", Doc: "the letter is accepted, and the answer names another one", Kinds: unknown, Taken: true, play: (*exchange).swapped},

		{Name: "400", Doc: "refused for good", Kinds: []eboks.Kind{eboks.Rejected}, Then: eboks.Stop, play: func(x *exchange) { x.drain(); x.refuse(400, CodeValidation, "Ugyldig forsendelse") }},
		{Name: "echo", Doc: "refused for good, with number, title and name of the recipient in the error text", Kinds: []eboks.Kind{eboks.Rejected}, Then: eboks.Stop, play: (*exchange).echo},
		{Name: "413", Doc: "too large", Kinds: []eboks.Kind{eboks.Rejected}, Then: eboks.Stop, play: func(x *exchange) { x.refuse(413, CodeTooLarge, "For stor") }},
		{Name: "redirect", Doc: "sent on to another host", Kinds: []eboks.Kind{eboks.OutcomeUnknown, eboks.ConfigInvalid, eboks.Unavailable}, play: (*exchange).redirect},
	}
	for _, status := range []int{401, 403} {
		all = append(all, Misbehaviour{Name: strconv.Itoa(status), Doc: "the sender is not let in", Kinds: []eboks.Kind{eboks.AuthFailed}, Then: eboks.Retry,
			play: func(x *exchange) { x.refuse(status, CodeValidation, "Adgang nægtet") }})
	}
	for _, status := range []int{500, 502, 503, 504} {
		name := strconv.Itoa(status)
		all = append(all,
			Misbehaviour{Name: name, Doc: "the body is read and thrown away; no Retry-After", Kinds: unknown,
				play: func(x *exchange) { x.drain(); x.fail(status) }},
			Misbehaviour{Name: name + "-after-accepting", Doc: "the letter is accepted", Kinds: unknown, Taken: true,
				play: func(x *exchange) { x.answer(); x.fail(status) }})
	}
	for _, wait := range waits() {
		for _, status := range []int{429, 503} {
			name := strconv.Itoa(status) + "-retry-after-" + wait.name
			all = append(all, Misbehaviour{Name: name, Doc: "too many at once; Retry-After: " + wait.doc, Kinds: []eboks.Kind{eboks.Throttled}, Then: eboks.Retry,
				play: func(x *exchange) { x.fail(status, wait.values(x.d.Now())...) }})
		}
	}
	all = append(all, Misbehaviour{Name: "429", Doc: "too many at once; no Retry-After", Kinds: []eboks.Kind{eboks.Throttled}, Then: eboks.Retry,
		play: func(x *exchange) { x.fail(429) }})
	return slices.Concat(all, road(), alphabets())
}

// wait is a way to write Retry-After.
type wait struct {
	name, doc string
	values    func(now time.Time) []string
}

// Wait is what the misbehaviours with a sensible Retry-After ask for.
const Wait = 2 * time.Minute

func waits() []wait {
	text := func(values ...string) func(time.Time) []string {
		return func(time.Time) []string { return values }
	}
	return []wait{
		{"seconds", "two minutes in seconds", text("120")},
		{"date", "two minutes as a date", func(now time.Time) []string {
			return []string{now.Add(Wait + time.Second - 1).UTC().Truncate(time.Second).Format(http.TimeFormat)}
		}},
		{"negative", "a negative number", text("-5")},
		{"huge", "thirty digits", text("999999999999999999999999999999")},
		{"text", "words", text("snart, måske i morgen")},
		{"twice", "two different ones", text("1", "86400")},
	}
}
