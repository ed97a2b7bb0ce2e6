package eboks

import "context"

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
	file := orDefault(limits.File, DefaultFile)
	raw, encoded := int64(0), int64(0)
	measure := func(d *Document) (err error) {
		if *d, err = d.read(ctx, *buf, file); err != nil {
			return err
		}
		raw += d.Size()
		encoded += (d.Size() + 2) / 3 * 4
		return nil
	}
	if err := measure(&ready.Document); err != nil {
		return nil, err
	}
	for i := range ready.Attachments {
		if err := measure(&ready.Attachments[i]); err != nil {
			return nil, err
		}
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
	return &Prepared{letter: ready, digest: ready.digest(c.keys[0]), bytes: raw}, nil
}
