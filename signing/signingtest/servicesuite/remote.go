package servicesuite

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

// Opened is an adapter under test and its other side, which has no orders yet.
type Opened struct {
	Service  signing.Service
	Verifier signing.Verifier
	Remote   Remote
	// Secrets are what no error may show, such as the client secret.
	Secrets []string
}

// Remote is the other side's remote control. A method that cannot do what it is asked
// returns an error; the test fails with it, unless it says that it expects one.
type Remote interface {
	// Now is the time at the other side. The adapter and the Client have the same clock.
	Now() time.Time
	// Advance moves that clock.
	Advance(d time.Duration)
	// Person is the nth of three people who can sign, as their token will say. n is 0, 1
	// or 2.
	Person(n int) claims.Identity
	// Sign has the nth person do what a signatory's role is: sign or approve. It is an
	// error if the service does not let them.
	Sign(order, signatory signing.ID, n int) error
	// Reject has the nth person reject in the place of a signatory.
	Reject(order, signatory signing.ID, n int, reason string) error
	// Orders returns how many orders the other side has, of any state.
	Orders() int
	// Kept returns how many documents of an order the other side still has.
	Kept(order signing.ID) int
	// Calls returns how many calls have arrived at the other side.
	Calls() int
	// Next lets the next call of an operation go wrong. It reports false if the other side
	// cannot play that.
	Next(op Op, f Fault) bool
}

// Op is a method of the seam, as a word.
type Op string

// The operations.
const (
	Create     Op = "create"
	ReadOrder  Op = "order"
	CloseOrder Op = "close"
	Fetch      Op = "fetch"
	CancelIt   Op = "cancel"
	CleanUp    Op = "cleanup"
	Search     Op = "find"
)

func ops() []Op { return []Op{Create, ReadOrder, CloseOrder, Fetch, CancelIt, CleanUp, Search} }

// Fault is what goes wrong with a call.
type Fault string

// The faults.
const (
	Lost      Fault = "has its effect, and no answer comes"
	Broken    Fault = "has no effect, and is answered with a 500 or the like"
	Page      Fault = "has no effect, and is answered with a page for people"
	Throttled Fault = "has no effect, and is told to wait for a time"
	Cut       Fault = "has its effect, and the answer ends in the middle"
	Elsewhere Fault = "has no effect, and is sent to another host"
)

func allFaults() []Fault { return []Fault{Lost, Broken, Page, Throttled, Cut, Elsewhere} }

// A Demand is an ability that must be there. What the adapter's Capabilities leave out is
// not tested otherwise, and the log says so.
type Demand string

// The demands.
const (
	Links     Demand = "links"
	Find      Demand = "find"
	Cancel    Demand = "cancel"
	Cleanup   Demand = "cleanup"
	Retention Demand = "retention"
	Roles     Demand = "roles"
	Sequence  Demand = "sequence"
	Scoped    Demand = "scoped"
	Expires   Demand = "expires"
	Rejection Demand = "rejection" // people can reject
	Faults    Demand = "faults"    // Remote.Next can play each fault of each operation
)
