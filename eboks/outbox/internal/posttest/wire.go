package posttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// parcel is a letter on its way to a Distributor in another process.
type parcel struct {
	ID        eboks.ID
	To, Title string
	Documents [][]byte
}

// answer is what comes back.
type answer struct {
	Receipt *note    `json:",omitempty"`
	Events  []note   `json:",omitempty"`
	Error   *failure `json:",omitempty"`
}

// note is a receipt, or an event.
type note struct {
	ID     eboks.ID
	Status eboks.Status
	Text   string // the reference, or the code
	At     time.Time
	Cursor eboks.Cursor
}

func notes(events []eboks.Event) (ns []note) {
	for _, e := range events {
		ns = append(ns, note{e.ID, e.Status, e.Code, e.At, e.Cursor})
	}
	return ns
}

// failure is an eboks.Error on the wire.
type failure struct {
	Kind   eboks.Kind
	Then   eboks.Then
	Status int
}

func failed(err error) *failure {
	e, ok := errors.AsType[*eboks.Error](err)
	if !ok {
		return nil
	}
	return &failure{e.Kind, e.Then, e.Status}
}

func (f *failure) error() error {
	if f == nil {
		return nil
	}
	return &eboks.Error{Kind: f.Kind, Then: f.Then, Status: f.Status}
}

// Handler is the distributor for other processes: see [Dial]. A letter whose last byte
// has arrived is judged, whatever becomes of who sent it.
func (d *Distributor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /offer", func(w http.ResponseWriter, r *http.Request) {
		var p parcel
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			http.Error(w, "half a letter", http.StatusBadRequest)
			return
		}
		n, err := cpr.Parse(p.To)
		if err != nil {
			http.Error(w, "no number", http.StatusBadRequest)
			return
		}
		l := &eboks.Letter{ID: p.ID, To: eboks.Person(n), Title: p.Title}
		receipt, err := d.take(context.WithoutCancel(r.Context()), l, sumOf(p.Documents))
		a := answer{Error: failed(err)}
		if receipt != nil {
			a.Receipt = &note{ID: receipt.ID, Text: receipt.Reference, At: receipt.At}
		}
		reply(w, a)
	})
	mux.HandleFunc("GET /letter/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := eboks.ParseID(r.PathValue("id"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		events, err := d.ask(id)
		reply(w, answer{Events: notes(events), Error: failed(err)})
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		events, err := d.events(eboks.Cursor(r.URL.Query().Get("after")))
		reply(w, answer{Events: notes(events), Error: failed(err)})
	})
	return mux
}

func reply(w http.ResponseWriter, a answer) { _ = json.NewEncoder(w).Encode(a) }

// Dial reaches the distributor whose Handler listens on a Unix socket. Its config says
// what it can do; it must be like the distributor's.
func Dial(socket string, can Config) eboks.Sender {
	r := &remote{can: can, http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}}
	switch {
	case can.Status && can.Events:
		return struct {
			*remote
			remoteLog
			remoteFeed
		}{r, remoteLog{r}, remoteFeed{r}}
	case can.Status:
		return struct {
			*remote
			remoteLog
		}{r, remoteLog{r}}
	}
	return r
}

type remote struct {
	can  Config
	http *http.Client
}

func (r *remote) Capabilities() eboks.Capabilities {
	return (&sender{d: &Distributor{cfg: r.can}}).Capabilities()
}

func (r *remote) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	p := parcel{ID: l.ID, To: l.To.CPR().Reveal(), Title: l.Title}
	for _, d := range append([]eboks.Document{l.Document}, l.Attachments...) {
		text, err := whole(d)
		if err != nil {
			return nil, err
		}
		p.Documents = append(p.Documents, text)
	}
	body, err := json.Marshal(p)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop}
	}
	a, err := r.call(ctx, http.MethodPost, "/offer", body)
	if err != nil {
		if opened, ok := errors.AsType[*net.OpError](err); ok && opened.Op == "dial" {
			return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
		}
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown}
	}
	if a.Receipt == nil {
		return nil, a.Error.error()
	}
	return &eboks.Receipt{ID: a.Receipt.ID, Reference: a.Receipt.Text, At: a.Receipt.At}, nil
}

func whole(d eboks.Document) ([]byte, error) {
	r, err := d.Content()
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: eboks.ErrUnread}
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: eboks.ErrChanged}
	}
	return text, nil
}

// call asks the distributor. The error is of the connection.
func (r *remote) call(ctx context.Context, method, path string, body []byte) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://distributor"+path, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.GetBody = nil // a letter is not offered twice behind our back
	res, err := r.http.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return a, errors.New("posttest: HTTP status " + res.Status)
	}
	return a, json.NewDecoder(res.Body).Decode(&a)
}

// question asks what changes nothing.
func (r *remote) question(ctx context.Context, path string) ([]eboks.Event, error) {
	a, err := r.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
	}
	var events []eboks.Event
	for _, n := range a.Events {
		events = append(events, eboks.Event{ID: n.ID, Status: n.Status, Code: n.Text, At: n.At, Cursor: n.Cursor})
	}
	return events, a.Error.error()
}

type remoteLog struct{ r *remote }

func (r remoteLog) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	return r.r.question(ctx, "/letter/"+id.String())
}

type remoteFeed struct{ r *remote }

func (r remoteFeed) ReadEvents(ctx context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	return r.r.question(ctx, "/events?after="+string(after))
}
