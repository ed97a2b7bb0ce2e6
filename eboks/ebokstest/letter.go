package ebokstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Letter is a letter as it arrived. It prints as a placeholder.
type Letter struct {
	guarded
	ID       eboks.ID
	To       eboks.Recipient // zero for a letter on paper that named nobody by number
	Title    string
	Material eboks.Material
	Channel  eboks.Channel
	Address  eboks.Address
	// NotBefore, Reply and User are what the request said.
	NotBefore time.Time
	Reply     eboks.Reply
	User      string
	// Documents are the letter and its attachments, in order.
	Documents []Document
	At        time.Time    // when it was accepted
	Status    eboks.Status // where it is now
}

// Document is one document of a letter.
type Document struct {
	Name    string // of an attachment; "" for the letter itself
	Size    int64
	SHA256  [sha256.Size]byte
	content []byte
}

// Content returns a copy of the document; nil when the fake keeps digests only.
func (d Document) Content() []byte { return slices.Clone(d.content) }

// Receive reads a document of a letter, and keeps of it what the Config says. l is what is
// known of the letter until then, and name the attachment's, or "".
func (d *Distributor) Receive(l Letter, name string, from io.Reader) (Document, error) {
	doc := Document{Name: name}
	digest := sha256.New()
	var kept bytes.Buffer
	sink := io.MultiWriter(digest, counter{&doc.Size})
	if !d.cfg.DigestsOnly {
		sink = io.MultiWriter(sink, &kept)
	}
	tee := &copier{from: from, to: sink}
	if d.cfg.Inspect != nil {
		d.cfg.Inspect(l, tee)
	}
	if _, err := io.Copy(io.Discard, struct{ io.Reader }{tee}); err != nil {
		return Document{}, err
	}
	if tee.err != io.EOF {
		return Document{}, tee.err
	}
	digest.Sum(doc.SHA256[:0])
	doc.content = kept.Bytes()
	return doc, nil
}

// copier writes down what is read, and remembers how it ended.
type copier struct {
	from io.Reader
	to   io.Writer
	err  error
}

func (t *copier) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.from.Read(p)
	_, _ = t.to.Write(p[:n]) // hashes, counters and buffers never fail
	t.err = err
	return n, err
}

type counter struct{ n *int64 }

func (c counter) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return len(p), nil
}

// letter is a letter that the distributor has.
type letter struct {
	Letter
	print    [sha256.Size]byte // of everything that the sender said
	handle   string            // on the page
	number   int               // in the order of arrival
	box      *box              // whose; if nil, nobody's mailbox
	handling Handling
	steps    []step // still to come
	plan     int    // how often steps, or what of it comes next, has changed
	entries  []*Entry
	held     []*Entry // by the Reordered script
	recall   recallState
	read     bool // on the page
	went     int  // how often it reached a mailbox
	verdict  eboks.Reachability
}

// fingerprint is equal for equal letters.
func fingerprint(l *Letter) (sum [sha256.Size]byte) {
	h := sha256.New()
	say := func(parts ...string) {
		for _, p := range parts {
			_ = binary.Write(h, binary.BigEndian, int64(len(p)))
			_, _ = io.WriteString(h, p)
		}
	}
	say(l.ID.String(), l.To.CPR().Reveal(), l.To.CVR().String(), l.Title, string(l.Material), l.Channel.String(), l.NotBefore.UTC().String())
	a := l.Address
	say(a.Name, a.CareOf, a.Street, a.House, a.Floor, a.Suite, a.Sublocation, a.District, a.POBox, a.PostCode, a.Country)
	say(a.Lines...)
	say(l.Reply.Mailbox, l.Reply.Subject)
	for _, d := range l.Documents {
		say(d.Name)
		_, _ = h.Write(d.SHA256[:])
	}
	h.Sum(sum[:0])
	return sum
}
