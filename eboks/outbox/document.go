package outbox

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"

	"github.com/dkeid/dkeid/eboks"
)

// partSize is how much of a document is sealed together, in bytes: what reading or
// writing one holds of it at any time.
const partSize = 64 << 10

// inMemory is how large a document may be that eboks keeps in memory once it is measured.
const inMemory = 24 << 10

// partName is what a part is sealed for: its place in one document of one length. So
// parts cannot be exchanged, left out or cut off unseen.
func partName(d stored, n int64) string {
	return "document " + d.ID + " " + strconv.FormatInt(d.Size, 10) + " " + strconv.FormatInt(n, 10)
}

// parts is in how many parts a document is stored.
func (d stored) parts() int64 { return (d.Size + partSize - 1) / partSize }

// storedAs names a measured document by a keyed digest of its content, so that the same
// attachment of many letters is stored once.
func (o *Outbox) storedAs(doc eboks.Document) stored {
	sum := doc.SHA256()
	return stored{ID: o.files.Marks(hex.EncodeToString(sum[:]) + " " + strconv.FormatInt(doc.Size(), 10))[0], Name: doc.Name, Size: doc.Size()}
}

// storeDocument stores a document unless it is stored already.
func (o *Outbox) storeDocument(ctx context.Context, tx Tx, d stored, doc eboks.Document) error {
	if d.Size > inMemory { // reading it may take long, or another connection to this database
		if there, err := o.isStored(ctx, tx, d, 0); err != nil || there {
			return err // its other parts are there too: they were stored in one transaction
		}
	}
	content, err := doc.Content()
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	part := make([]byte, min(partSize, d.Size))
	for n := range d.parts() {
		read, err := io.ReadFull(content, part)
		if err != nil && !(errors.Is(err, io.ErrUnexpectedEOF) && n == d.parts()-1) {
			return eboks.ErrChanged
		}
		if fresh, err := o.storePart(ctx, tx, d, n, part[:read]); err != nil || !fresh {
			return err // somebody else was quicker
		}
	}
	// Reading on to the end shows whether it is what was measured.
	if n, err := io.Copy(io.Discard, content); err != nil || n != 0 {
		return eboks.ErrChanged
	}
	return nil
}

// readSmall reads a document that is one part.
func readSmall(d stored, doc eboks.Document) ([]byte, error) {
	content, err := doc.Content()
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }()
	part, err := io.ReadAll(io.LimitReader(content, d.Size+1))
	if err != nil || int64(len(part)) != d.Size {
		return nil, eboks.ErrChanged
	}
	return part, nil
}

// isStored reports whether a part is stored, and locks it, so that nobody removes the
// document before this transaction ends.
func (o *Outbox) isStored(ctx context.Context, tx Tx, d stored, n int64) (bool, error) {
	return exists(ctx, tx, `SELECT 1 FROM eboks_outbox_documents WHERE id = $1 AND n = $2`+o.cfg.Dialect.forKeyShare(), d.ID, n)
}

const insertPart = `INSERT INTO eboks_outbox_documents (id, n, sealed) VALUES ($1, $2, $3) ON CONFLICT (id, n) DO NOTHING`

// storePart stores a part and reports whether it was not there.
func (o *Outbox) storePart(ctx context.Context, tx Tx, d stored, n int64, plain []byte) (fresh bool, err error) {
	const tries = 10
	for range tries {
		fresh, err := affects(ctx, tx, insertPart,
			d.ID, n, o.files.SealBytes(partName(d, n), plain))
		if err != nil || fresh {
			return fresh, err
		}
		if there, err := o.isStored(ctx, tx, d, n); err != nil || there {
			return false, err
		}
	}
	return false, errors.New("outbox: the document is stored and removed all the time")
}

// document is a document that is read from the journal.
func (o *Outbox) document(ctx context.Context, d stored, damage *atomic.Bool) eboks.Document {
	return eboks.Document{Name: d.Name, Open: func() (io.ReadCloser, error) {
		return &partReader{of: d, read: func(n int64) ([]byte, error) { return o.readPart(ctx, d, n, damage) }}, nil
	}}
}

// readPart reads the nth part of a document.
func (o *Outbox) readPart(ctx context.Context, d stored, n int64, damage *atomic.Bool) ([]byte, error) {
	var sealed []byte
	if err := o.cfg.DB.QueryRowContext(ctx, `SELECT sealed FROM eboks_outbox_documents WHERE id = $1 AND n = $2`, d.ID, n).Scan(&sealed); err != nil {
		damage.CompareAndSwap(false, errors.Is(err, sql.ErrNoRows))
		return nil, fmt.Errorf("outbox: a document cannot be read: %w", closed(err))
	}
	plain, err := o.files.OpenBytes(partName(d, n), sealed)
	if err != nil {
		damage.Store(true)
	}
	return plain, err
}

// partReader reads the parts of a document one after the other.
type partReader struct {
	of   stored
	read func(n int64) ([]byte, error)
	next int64
	part bytes.Reader
}

func (r *partReader) Read(p []byte) (int, error) {
	for r.part.Len() == 0 {
		if r.next >= r.of.parts() {
			return 0, io.EOF
		}
		plain, err := r.read(r.next)
		if err != nil {
			return 0, err
		}
		r.part.Reset(plain)
		r.next++
	}
	return r.part.Read(p)
}

func (r *partReader) Close() error {
	r.next = r.of.parts()
	r.part.Reset(nil)
	return nil
}
