package eboks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
)

// steady ends a reader that gives nothing and no error again and again.
type steady struct {
	io.ReadCloser
	empty int
}

const maxEmpty = 100 // as in bufio

func (s *steady) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if n > 0 || err != nil {
		s.empty = 0
	} else if s.empty++; s.empty > maxEmpty {
		return 0, io.ErrNoProgress
	}
	return n, err
}

const pdfHead = "%PDF-"

// read measures d: it must be a PDF of at most limit bytes.
func (d Document) read(ctx context.Context, buf []byte, limit int64) (Document, error) {
	if d.Open == nil {
		return d, inputInvalid("a document has no Open; use eboks.File, FS or Bytes")
	}
	r, err := d.Open()
	if err != nil || r == nil {
		return d, &Error{Kind: InputInvalid, Then: Stop, Err: ErrUnread}
	}
	defer func() { _ = r.Close() }()
	r = &steady{ReadCloser: r}
	m := new(measure)
	digest := sha256.New()
	for {
		if ctx.Err() != nil {
			return d, &Error{Kind: Unavailable, Then: Retry, Err: ctx.Err()}
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
			return d, &Error{Kind: InputInvalid, Then: Stop, Why: "a document is larger than the limit of " + bytesText(limit)}
		}
		_, _ = digest.Write(part)
		if err != nil && m.size == int64(n) && n <= keepWhole {
			m.whole = bytes.Clone(part)
		}
		switch err {
		case nil:
			continue
		case io.EOF, io.ErrUnexpectedEOF:
		default:
			return d, &Error{Kind: InputInvalid, Then: Stop, Err: ErrUnread}
		}
		break
	}
	digest.Sum(m.digest[:0])
	d.measured = m
	return d, nil
}
