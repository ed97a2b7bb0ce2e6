package signing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
)

// errUnread is what a document that this program cannot read ends with. The cause is
// not repeated: it tends to name files.
var errUnread = errors.New("a document could not be read")

const (
	readAtLeast = 512 // as in bytes.Buffer
	maxEmpty    = 100 // as in bufio
)

// read returns the content of d, which may have at most limit bytes.
func (d *Document) read(ctx context.Context, limit int64) ([]byte, *Error) {
	if d.Open == nil {
		return nil, inputInvalid("it is missing; use signing.File, FS or Bytes")
	}
	r, err := d.Open()
	if err != nil || r == nil {
		return nil, &Error{Kind: InputInvalid, Err: errUnread}
	}
	defer func() { _ = r.Close() }()
	var content bytes.Buffer
	for empty := 0; ; {
		if ctx.Err() != nil {
			return nil, &Error{Kind: Unavailable, Why: "the context ended while a document was read", Err: ctx.Err()}
		}
		content.Grow(readAtLeast)
		part := content.AvailableBuffer()
		part = part[:cap(part)]
		n, err := r.Read(part)
		if n < 0 || n > len(part) {
			return nil, &Error{Kind: InputInvalid, Err: errUnread}
		}
		_, _ = content.Write(part[:n])
		if int64(content.Len()) > limit {
			return nil, inputInvalid("the document is larger than Config.MaxDocument, or than this service takes")
		}
		if n > 0 {
			empty = 0
		} else if empty++; empty > maxEmpty && err == nil {
			err = io.ErrNoProgress
		}
		switch err {
		case nil:
		case io.EOF:
			return content.Bytes(), nil
		default:
			return nil, &Error{Kind: InputInvalid, Err: errUnread}
		}
	}
}

// digests reads the documents one after the other, and returns their SHA-256. If judge
// is not nil, it sees each.
func (c *Client) digests(ctx context.Context, o *Order, judge func(i int, content []byte) *Error) ([]Digest, *Error) {
	all := make([]Digest, len(o.Documents))
	for i := range o.Documents {
		content, err := o.Documents[i].read(ctx, c.cfg.MaxDocument)
		if err != nil {
			err.Why = strings.TrimSuffix(nth("Documents", i, "Open")+": "+err.Why, ": ")
			return nil, err
		}
		if judge != nil {
			if err := judge(i, content); err != nil {
				return nil, err
			}
		}
		all[i] = digestOf(content)
	}
	return all, nil
}
