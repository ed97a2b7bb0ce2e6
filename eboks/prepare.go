package eboks

import (
	"context"
	"io"
	"iter"
	"strconv"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

// prepare validates l and measures its documents.
func (c *Client) prepare(ctx context.Context, l *Letter) (*Prepared, error) {
	if l == nil {
		return nil, inputInvalid("the letter is nil")
	}
	ready := copyOf(l)
	if err := ready.check(c.can); err != nil {
		return nil, err
	}
	buf := c.buffers.Get().(*[]byte)
	defer c.buffers.Put(buf)
	limits := c.can.Limits
	r := reading{buf: *buf, limit: orDefault(limits.File, DefaultFile), unchecked: l.Unchecked}
	raw, encoded := int64(0), int64(0)
	for what, d := range ready.documents() {
		measured, err := r.measure(ctx, *d, what)
		if err != nil {
			return nil, err
		}
		*d = measured
		raw += d.Size()
		encoded += (d.Size() + 2) / 3 * 4
	}
	total := orDefault(limits.Total, DefaultTotal)
	if ready.Channel.MayPrint() {
		total = min(total, orDefault(limits.PrintTotal, DefaultPrintTotal))
	}
	switch {
	case raw > total:
		return nil, inputInvalid("the documents together are larger than the limit of " + bytesText(total))
	case limits.Encoded > 0 && encoded > limits.Encoded:
		return nil, inputInvalid("the documents as base64 are larger than the limit of " + bytesText(limits.Encoded))
	}
	if ready.Channel.MayPrint() && !ready.Unchecked {
		for what, d := range ready.documents() {
			if err := d.checkPaper(ctx, what); err != nil {
				return nil, err
			}
		}
	}
	return &Prepared{letter: ready, digest: ready.digest(c.keys[0]), bytes: raw}, nil
}

// documents yields all documents of a letter, with their names in errors.
func (l *Letter) documents() iter.Seq2[string, *Document] {
	return func(yield func(string, *Document) bool) {
		if !yield("Document", &l.Document) {
			return
		}
		for i := range l.Attachments {
			if !yield("Attachments["+strconv.Itoa(i)+"]", &l.Attachments[i]) {
				return
			}
		}
	}
}

// checkPaper refuses a measured document that a printer cannot take. It holds the whole
// document meanwhile.
func (d *Document) checkPaper(ctx context.Context, what string) error {
	if ctx.Err() != nil {
		return &Error{Kind: Unavailable, Then: Retry, Err: ctx.Err()}
	}
	r, err := d.Content()
	if err != nil {
		return &Error{Kind: InputInvalid, Then: Stop, Err: err}
	}
	defer func() { _ = r.Close() }()
	whole := make([]byte, d.Size())
	if _, err := io.ReadFull(r, whole); err != nil {
		return &Error{Kind: InputInvalid, Then: Stop, Err: ErrChanged}
	}
	if fault := pdfscan.PaperFault(whole); fault != "" {
		return inputInvalid(what + fault + overridden)
	}
	return nil
}
