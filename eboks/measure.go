package eboks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash/maphash"
	"io"
)

const pdfHead = "%PDF-"

// read measures d: it must be a PDF of at most limit octets.
func (d Document) read(ctx context.Context, buf []byte, limit int64) (Document, error) {
	if d.Open == nil {
		return d, inputInvalid("a document has no Open; use eboks.File, FS or Bytes")
	}
	r, err := d.Open()
	if err != nil || r == nil {
		return d, &Error{Kind: InputInvalid, NotDelivered: true, Err: ErrUnread}
	}
	defer func() { _ = r.Close() }()
	m := &measure{seed: maphash.MakeSeed()}
	digest := sha256.New()
	var sum maphash.Hash
	sum.SetSeed(m.seed)
	for {
		if ctx.Err() != nil {
			return d, &Error{Kind: Unavailable, NotDelivered: true, Err: ctx.Err()}
		}
		n, err := io.ReadFull(r, buf)
		part := buf[:n]
		if m.size == 0 && !bytes.HasPrefix(part, []byte(pdfHead)) {
			if n == 0 && err == io.EOF {
				return d, inputInvalid("a document is empty")
			}
			if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
				return d, inputInvalid("a document is not a PDF")
			}
		}
		m.size += int64(n)
		if m.size > limit {
			return d, &Error{Kind: InputInvalid, NotDelivered: true, Why: "a document is larger than the limit of " + octets(limit)}
		}
		_, _ = digest.Write(part)
		_, _ = sum.Write(part)
		switch err {
		case nil:
			continue
		case io.EOF, io.ErrUnexpectedEOF:
		default:
			return d, &Error{Kind: InputInvalid, NotDelivered: true, Err: ErrUnread}
		}
		break
	}
	digest.Sum(m.digest[:0])
	m.sum = sum.Sum64()
	d.measured = m
	return d, nil
}
