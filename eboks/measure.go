package eboks

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"github.com/dkeid/dkeid/internal/pdfscan"
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

// reading is how documents are measured.
type reading struct {
	buf       []byte // of a kilobyte at least
	limit     int64  // bytes of one document
	unchecked bool   // Letter.Unchecked
}

// measure reads d: it must be a PDF of at most limit bytes. what names it in errors.
func (r reading) measure(ctx context.Context, d Document, what string) (Document, error) {
	if d.Open == nil {
		return d, inputInvalid(what + " has no Open; use eboks.File, FS or Bytes")
	}
	from, err := d.Open()
	if err != nil || from == nil {
		return d, &Error{Kind: InputInvalid, Then: Stop, Err: ErrUnread}
	}
	defer func() { _ = from.Close() }()
	from = &steady{ReadCloser: from}
	m := new(measure)
	var tail []byte
	digest := sha256.New()
	for {
		if ctx.Err() != nil {
			return d, &Error{Kind: Unavailable, Then: Retry, Err: ctx.Err()}
		}
		n, err := io.ReadFull(from, r.buf)
		part := r.buf[:n]
		if m.size == 0 && (err == nil || err == io.EOF || err == io.ErrUnexpectedEOF) {
			if fault := headFault(part, r.unchecked); fault != "" {
				return d, inputInvalid(what + fault)
			}
		}
		m.size += int64(n)
		if m.size > r.limit {
			return d, inputInvalid(what + " is larger than the limit of " + bytesText(r.limit))
		}
		tail = lastOf(tail, part)
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
	if !r.unchecked && !pdfscan.EndsWell(tail) {
		return d, inputInvalid(what + " has no end (%%EOF): it was cut off; make it anew" + overridden)
	}
	digest.Sum(m.digest[:0])
	d.measured = m
	return d, nil
}

// overridden tells how a document is sent that was refused.
const overridden = "; Letter.Unchecked sends it as it is"

// headFault says what is wrong with the beginning of a document.
func headFault(part []byte, unchecked bool) string {
	switch {
	case len(part) == 0:
		return " is empty"
	case bytes.HasPrefix(part, []byte(pdfHead)):
		return ""
	case !bytes.Contains(part[:min(len(part), pdfscan.TailLength)], []byte(pdfHead)):
		return " is not a PDF"
	case unchecked:
		return ""
	}
	return " has something before %PDF-, such as a byte order mark or a line break; remove it" + overridden
}

// lastOf returns the last kilobyte of what was read.
func lastOf(tail, part []byte) []byte {
	if len(part) >= pdfscan.TailLength {
		return append(tail[:0], part[len(part)-pdfscan.TailLength:]...)
	}
	tail = append(tail, part...)
	return append(tail[:0], tail[max(0, len(tail)-pdfscan.TailLength):]...)
}
