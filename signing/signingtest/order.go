package signingtest

import (
	"slices"
	"time"
)

// Statuses and roles, as the schema spells them.
const (
	statusOpen        = "OPEN"
	statusClosed      = "CLOSED"
	statusCancelled   = "CANCELLED"
	statusExpired     = "EXPIRED"
	statusSigned      = "SIGNED"
	statusApproved    = "APPROVED"
	statusRejected    = "REJECTED"
	statusError       = "ERROR"
	statusDeleted     = "DELETED"
	statusOpened      = "OPENED"
	statusPreapproved = "PREAPPROVED"

	roleSigner   = "SIGNER"
	roleApprover = "APPROVER"
	roleViewer   = "VIEWER"

	stageView = "VIEW"
	stageSign = "SIGN"
)

// order is one signature order.
type order struct {
	id, guid, trace  string
	number           int // in order of creation, from 1
	title            *string
	status           string
	created, expires time.Time
	closed           *time.Time
	timezone         string
	most             int // signatories
	documents        []*document
	signatories      []*signatory
	providers        []*provider
	validatesView    bool
	identifier       []string // claims that name a signature in the document
	look             look
	hook             *hook
	deleteAt         time.Time // of the documents; zero if nothing is planned
	deleted          bool      // the documents are
	logs             []*invocation
	allSigned        bool // ALL_CURRENT_SIGNATORIES_SIGNED was sent
}

// document is a PDF in an order.
type document struct {
	id, guid   string
	title      string
	reference  *string
	original   []byte // nil once deleted
	current    []byte // with the signatures so far; nil once deleted
	form       bool
	fields     []formField // nil until the first signatory has filled the form
	signatures []*signature
}

type formField struct{ field, value string }

// signatory is somebody in an order.
type signatory struct {
	party      *party // of this signatory alone
	order      *order
	id, guid   string
	span       string
	status     string
	reason     *string
	reference  *string
	role       *string // the visible text, which signingAs replaces
	signingAs  *string
	kind       string // SIGNER, APPROVER or VIEWER
	sequence   int
	cooldown   *time.Time
	parts      []*part
	providers  []*provider
	rules      []rule
	identifier []string
	look       *look // nil: the order's
	signedBy   claimSet
	history    history
}

// part is a document as one signatory has it.
type part struct {
	document *document
	status   string // empty until something happened
}

// party is who holds a link: a signatory, or the signatories of a batch.
type party struct {
	token   string
	members []*signatory
	batch   *batch // nil for a signatory
}

func (p *party) first() *signatory { return p.members[0] }

// look is what a page for humans is like, and where it leads to.
type look struct {
	redirect, stylesheet *string
	language             string
	logoSrc, logoHref    *string
	noRejection          bool
	cancel               bool
	annotations          bool
}

// batch lets one link sign several orders.
type batch struct {
	id, trace string
	party     *party
	look      look
}

// store holds the orders.
type store struct {
	all         []*order // oldest first
	byID        map[string]*order
	signatories map[string]*signatory
	documents   map[string]*document
	batches     map[string]*batch
	parties     map[string]*party // by token
	bytes       int64             // of all documents
}

func newStore() store {
	return store{
		byID:        make(map[string]*order),
		signatories: make(map[string]*signatory),
		documents:   make(map[string]*document),
		batches:     make(map[string]*batch),
		parties:     make(map[string]*party),
	}
}

// Limits of the store, so that no caller fills the memory of the machine.
const (
	maxOrders      = 100_000
	maxSignatories = 500
	maxDocuments   = 100
	maxStored      = 1 << 30 // bytes of documents
)

// add keeps an order that is complete.
func (st *store) add(o *order) {
	st.all = append(st.all, o)
	o.number = len(st.all)
	st.byID[o.id] = o
	for _, d := range o.documents {
		st.documents[d.id] = d
		st.bytes += int64(len(d.original) + len(d.current))
	}
	for _, g := range o.signatories {
		st.addSignatory(g)
	}
}

func (st *store) addSignatory(g *signatory) {
	st.signatories[g.id] = g
	st.parties[g.party.token] = g.party
}

// discard deletes an order's documents.
func (st *store) discard(o *order) {
	o.deleted, o.deleteAt = true, time.Time{}
	for _, d := range o.documents {
		st.bytes -= int64(len(d.original) + len(d.current))
		d.original, d.current = nil, nil
	}
}

// replace gives a document other content.
func (st *store) replace(d *document, pdf []byte) {
	st.bytes += int64(len(pdf) - len(d.current))
	d.current = pdf
}

// nextInstant returns the earliest time after now at which the clock changes something, or
// the zero time.
func (st *store) nextInstant(now time.Time) time.Time {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, o := range st.all {
		if o.status == statusOpen {
			consider(o.expires)
		}
		consider(o.deleteAt)
	}
	return next
}

// settle does what the clock demands: it expires orders, and deletes documents whose time
// is over.
func (s *Service) settle() {
	now := s.Now()
	for _, o := range s.orders.all {
		if o.status == statusOpen && !now.Before(o.expires) {
			o.status = statusExpired
			s.orders.discard(o)
			s.tell(o, nil, event{name: "SIGNATURE_ORDER_EXPIRED"})
		}
		if !o.deleteAt.IsZero() && !now.Before(o.deleteAt) {
			s.orders.discard(o)
		}
	}
}

// final reports whether nothing more is awaited of a signatory.
func (g *signatory) final() bool { return g.status != statusOpen || g.kind == roleViewer }

// turn reports whether everybody who comes earlier in the sequence is done.
func (g *signatory) turn() bool {
	return !slices.ContainsFunc(g.order.signatories, func(other *signatory) bool {
		return other.sequence < g.sequence && !other.final()
	})
}

// part returns a document as g has it, or nil.
func (g *signatory) part(documentID string) *part {
	for _, p := range g.parts {
		if p.document.id == documentID {
			return p
		}
	}
	return nil
}

// looks returns what g's pages are like.
func (g *signatory) looks() look {
	if g.look != nil {
		return *g.look
	}
	return g.order.look
}

func (p *party) looks() look {
	if p.batch != nil {
		return p.batch.look
	}
	return p.first().looks()
}
