package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// content is what a letter says, as it is sealed: everything but the documents.
type content struct {
	Person    string         `json:"person,omitempty"`
	Company   string         `json:"company,omitempty"`
	Title     string         `json:"title"`
	Material  eboks.Material `json:"material"`
	Channel   eboks.Channel  `json:"channel,omitempty"`
	Address   *address       `json:"address,omitempty"`
	NotBefore time.Time      `json:"notBefore,omitzero"`
	Reply     eboks.Reply    `json:"reply,omitzero"`
	Unchecked bool           `json:"unchecked,omitempty"`
	Documents []stored       `json:"documents"` // the first is the main one
}

// address is eboks.Address, which does not marshal.
type address struct {
	Name, CareOf, Street, House, Floor, Suite, Sublocation, District, POBox, PostCode, Country string
	Lines                                                                                      []string
}

// stored is a document in the journal.
type stored struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Size int64  `json:"size"`
}

// sealName is what a letter's content is sealed for: it opens for no other letter.
func sealName(id eboks.ID) string { return "letter " + id.String() }

// sealLetter seals what a prepared letter says. docs are its documents as stored.
func (o *Outbox) sealLetter(l *eboks.Letter, docs []stored) ([]byte, error) {
	a := l.Address
	c := content{
		Person: l.To.CPR().Reveal(), Company: companyOf(l.To), Title: l.Title, Material: l.Material, Channel: l.Channel,
		NotBefore: l.NotBefore.UTC(), Reply: l.Reply, Unchecked: l.Unchecked, Documents: docs,
	}
	if !a.IsZero() {
		c.Address = &address{a.Name, a.CareOf, a.Street, a.House, a.Floor, a.Suite, a.Sublocation, a.District, a.POBox, a.PostCode, a.Country, a.Lines}
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return o.letters.SealBytes(sealName(l.ID), plain), nil
}

func companyOf(to eboks.Recipient) string {
	if to.CVR().IsZero() {
		return ""
	}
	return to.CVR().String()
}

// openLetter opens what sealLetter sealed. Its documents are read from the journal; damage
// becomes true if one of them is not there, or does not open.
func (o *Outbox) openLetter(ctx context.Context, id eboks.ID, sealed []byte, damage *atomic.Bool) (*eboks.Letter, error) {
	plain, err := o.letters.OpenBytes(sealName(id), sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var c content
	if err := json.Unmarshal(plain, &c); err != nil || len(c.Documents) == 0 {
		return nil, errors.New("outbox: the content of the letter cannot be read")
	}
	l := &eboks.Letter{ID: id, Title: c.Title, Material: c.Material, Channel: c.Channel, NotBefore: c.NotBefore, Reply: c.Reply, Unchecked: c.Unchecked}
	switch {
	case c.Person != "":
		n, err := cpr.Parse(c.Person)
		if err != nil {
			return nil, err
		}
		l.To = eboks.Person(n)
	default:
		n, err := claims.ParseCVR(c.Company)
		if err != nil {
			return nil, err
		}
		l.To = eboks.Company(n)
	}
	if a := c.Address; a != nil {
		l.Address = eboks.Address{Name: a.Name, CareOf: a.CareOf, Street: a.Street, House: a.House, Floor: a.Floor, Suite: a.Suite, Sublocation: a.Sublocation,
			District: a.District, POBox: a.POBox, PostCode: a.PostCode, Country: a.Country, Lines: a.Lines}
	}
	for i, d := range c.Documents {
		doc := o.document(ctx, d, damage)
		if i == 0 {
			l.Document = doc
			continue
		}
		l.Attachments = append(l.Attachments, doc)
	}
	return l, nil
}

// recipientMarks are keyed digests by which the letters to somebody are found, one for
// each key, the newest first.
func (o *Outbox) recipientMarks(to eboks.Recipient) []string {
	return o.letters.Marks("recipient " + to.CPR().Reveal() + " " + companyOf(to))
}

// Content returns a letter as it was queued. Its documents are read from the journal as
// long as ctx lasts. Errors: InputInvalid if there is no such letter, or its content was
// erased; StoreFailed.
func (o *Outbox) Content(ctx context.Context, id eboks.ID) (*eboks.Letter, error) {
	const op = "content"
	var sealed []byte
	err := o.cfg.DB.QueryRowContext(ctx, `SELECT content FROM eboks_outbox_letters WHERE id = $1 AND content IS NOT NULL`, id).Scan(&sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fail(op, id, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Why: "the journal has no such letter, or its content was erased"})
	case err != nil:
		return nil, storeFailed(op, id, err, "the letter cannot be read now")
	}
	l, err := o.openLetter(ctx, id, sealed, new(atomic.Bool))
	if err != nil {
		return nil, unopened(op, id)
	}
	return l, nil
}

// unopened is the error for a content that the keys do not open.
func unopened(op string, id eboks.ID) *eboks.Error {
	return fail(op, id, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Decide, Alarm: true,
		Why: "the content of the letter does not open; add the key that was used before to Keys, or somebody has changed the database"})
}
