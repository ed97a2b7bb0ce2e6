package ebokstest

import (
	"net/http"

	"github.com/dkeid/dkeid/eboks"
)

// Dialect is the part of a fake that belongs to one distributor: its wire. Whoever
// writes a fake implements it; [Distributor] has what all fakes share. Several goroutines
// may call the methods.
type Dialect interface {
	// Profile returns what never changes.
	Profile() Profile
	// Route says which operation a request is, by method and path. It returns nil for
	// none, and does not read the body.
	Route(r *http.Request) *Operation
	// ReadLetter reads the letter that a request brings. It passes each document to
	// [Distributor.Receive], in the order in which they arrive.
	ReadLetter(r *http.Request) (*Letter, error)
	// Taken returns the answer, with a body, to a letter that was accepted.
	Taken(s Stored) *Reply
	// Traits returns what the conformance suite must know.
	Traits() Traits
	// ResetSwitches turns the dialect's own switches back to the start. [Distributor.Reset]
	// calls it.
	ResetSwitches()
}

// Profile is what never changes in a dialect.
type Profile struct {
	Name string // in a word, as errors and tests name the dialect
	// System is the id of the sender system that the fake knows, and ClientID the client
	// id. If ClientID is empty, the wire has none.
	System, ClientID string
	// Query are the parameters of addresses whose values name no person.
	Query []string
	// Differences lists where the fake knowingly differs from the real distributor.
	Differences []string
}

// Operation is one operation of a wire, and the request that asks for it.
type Operation struct {
	Name     string   // in the wire's own words
	Template string   // of the path, such as /afsendersystem/{system}/forsendelser/{shipment}
	Letter   eboks.ID // which the path names; zero if there is none
	Bears    bool     // it brings a letter
	Answer   func(r *http.Request) *Reply
}

// Reply is an answer before it leaves, so that a misbehaviour can spoil it.
type Reply struct {
	Status int
	Type   string // the Content-Type; empty with an empty body
	Body   []byte

	why string // it is an error
}

// The types of answers.
const (
	XML  = "application/xml; charset=utf-8"
	JSON = "application/json; charset=utf-8"
)

// Refusal is an error for the sender: a request that the wire cannot accept.
type Refusal struct {
	Status     int    // of HTTP
	Code, Text string // Text must not repeat the request
}

func (e *Refusal) Error() string { return e.Text }

// Traits is what the conformance suite must know of a dialect.
type Traits struct {
	// Furthest is the last state that the wire tells of a digital letter.
	Furthest eboks.Status
	// Unsubscribed is how the wire tells eboks.NotSubscribed.
	Unsubscribed eboks.Reachability
	// Variants are other ways of answering that the real distributor may have.
	Variants []Variant
	// ReturnMail makes the carrier bring a printed letter back. If nil, the wire does not
	// tell.
	ReturnMail func(id eboks.ID)
}

// Variant is a way of answering. Set turns it on, for the rest of the fake's life.
type Variant struct {
	Title string
	Set   func()
}

// Fake is a fake distributor: a *Distributor, or what embeds one, such as
// *stralforstest.Distributor.
type Fake interface {
	Engine() *Distributor
	Close() error
}

// Engine returns d. It makes whatever embeds a Distributor a [Fake].
func (d *Distributor) Engine() *Distributor { return d }

// Dialect returns the dialect of this fake.
func (d *Distributor) Dialect() Dialect { return d.dialect }

// Name returns the name of the dialect, a word such as stralfors.
func (d *Distributor) Name() string { return d.profile.Name }
