package evidence

import (
	"context"
	"crypto/sha256"
	"hash/crc32"
	"hash/maphash"
	"io"

	"github.com/dkeid/dkeid/signing"
)

// chunk is how much of a document is held at any time, in bytes.
const chunk = 64 << 10

// measured is what the first reading of a part told.
type measured struct {
	size   int64
	sha256 [sha256.Size]byte
	crc    uint32
	sum    uint64 // by a secret seed, to notice a content that changes between two readings
	held   []byte // the content, unless it is a document
}

// measure reads a part from its beginning to its end.
func measure(ctx context.Context, p *Part, name string, seed maphash.Seed, buffer []byte) (*measured, error) {
	from, err := open(p, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = from.Close() }()
	m := new(measured)
	digest, limit := sha256.New(), p.Kind.limit()
	var sum maphash.Hash
	sum.SetSeed(seed)
	for {
		if err := stopped(ctx); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(from, buffer)
		read := buffer[:n]
		if m.size += int64(n); m.size > limit {
			return nil, failed(signing.InputInvalid, name, "it is longer than its kind may be")
		}
		digest.Write(read)
		m.crc = crc32.Update(m.crc, crc32.IEEETable, read)
		if p.Kind.document() {
			_, _ = sum.Write(read)
		} else {
			m.held = append(m.held, read...)
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if m.size == 0 {
				return nil, failed(signing.InputInvalid, name, "it is empty")
			}
			digest.Sum(m.sha256[:0])
			m.sum = sum.Sum64()
			return m, nil
		case err != nil:
			return nil, failed(signing.StoreFailed, name, "its source could not be read")
		}
	}
}

func open(p *Part, name string) (io.ReadCloser, error) {
	from, err := p.Open()
	if err != nil || from == nil { // the cause tends to name files
		return nil, failed(signing.StoreFailed, name, "its source could not be opened")
	}
	return from, nil
}

// copyPart writes the content of a part to w, and checks that it is what was measured.
func copyPart(ctx context.Context, w io.Writer, p *Part, name string, m *measured, seed maphash.Seed, buffer []byte) error {
	if !p.Kind.document() {
		return put(w, m.held)
	}
	from, err := open(p, name)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	var sum maphash.Hash
	sum.SetSeed(seed)
	var size int64
	for {
		if err := stopped(ctx); err != nil {
			return err
		}
		n, err := io.ReadFull(from, buffer)
		if size += int64(n); size > m.size {
			return failed(signing.InputInvalid, name, "its source changed between two readings")
		}
		_, _ = sum.Write(buffer[:n])
		if err := put(w, buffer[:n]); err != nil {
			return err
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if size != m.size || sum.Sum64() != m.sum {
				return failed(signing.InputInvalid, name, "its source changed between two readings")
			}
			return nil
		case err != nil:
			return failed(signing.StoreFailed, name, "its source could not be read")
		}
	}
}

func put(w io.Writer, b []byte) error {
	if _, err := w.Write(b); err != nil {
		return failed(signing.StoreFailed, "", "the bundle could not be written")
	}
	return nil
}
