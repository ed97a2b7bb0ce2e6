package evidence

import (
	"io"
	"sync"

	"github.com/dkeid/dkeid/signing"
)

// Sealed is a sealed bundle that has been opened. It decrypts what is read, where it is
// read, and holds 128 kB. It is safe for concurrent use. It prints as a placeholder.
type Sealed struct {
	guarded

	from io.ReaderAt
	key  *sealedKey
	size int64 // of the content
	last int64 // number of the last chunk

	mu     sync.Mutex
	held   int64 // number of the chunk in plain; -1 if none
	plain  []byte
	sealed []byte
}

// Open opens what Seal wrote to a file of size bytes. keys are tried in order, so new keys
// come first and old ones stay as long as bundles are sealed with them. A file that was
// cut, or that no key opens, is ErrEvidenceDamaged; so is reading a part of it that was
// changed.
func Open(r io.ReaderAt, size int64, keys [][]byte) (*Sealed, error) {
	if len(keys) == 0 {
		return nil, failed(signing.ConfigInvalid, "", "there is no key to open the bundle with")
	}
	const full = chunk + tagSize
	content := size - headSize
	if content < tagSize || content%full < tagSize || size > 2*MaxBundle {
		return nil, damaged("", "not a sealed bundle, or cut")
	}
	head, err := readAt(r, 0, headSize)
	if err != nil {
		return nil, err
	}
	salt, check := head[len(sealedMark):len(sealedMark)+saltSize], head[len(sealedMark)+saltSize:]
	if string(head[:len(sealedMark)]) != sealedMark {
		return nil, damaged("", "not a sealed bundle")
	}
	k, found, err := find(keys, salt, check)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, damaged("", "none of the keys opens it")
	}
	s := &Sealed{
		from: r, key: k, last: content / full, size: content - (content/full+1)*tagSize,
		held: -1, plain: make([]byte, 0, chunk), sealed: make([]byte, full),
	}
	return s, s.load(s.last) // a file that was cut at a chunk ends with none that says it is the last
}

// Size returns the length of the content, in bytes.
func (s *Sealed) Size() int64 { return s.size }

// ReadAt reads the content, for Verify and io.SectionReader.
func (s *Sealed) ReadAt(b []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, failed(signing.InputInvalid, "", "a place before the beginning")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < len(b) {
		at := offset + int64(n)
		if at >= s.size {
			return n, io.EOF
		}
		if err := s.load(at / chunk); err != nil {
			return n, err
		}
		n += copy(b[n:], s.plain[at%chunk:])
	}
	return n, nil
}

// load decrypts a chunk. The caller holds mu, or is Open.
func (s *Sealed) load(n int64) error {
	if n == s.held {
		return nil
	}
	s.held = -1
	const full = chunk + tagSize
	length := int64(full)
	if n == s.last {
		length = s.size - s.last*chunk + tagSize
	}
	box := s.sealed[:length]
	if _, err := io.ReadFull(io.NewSectionReader(s.from, headSize+n*full, length), box); err != nil {
		return unread(err)
	}
	plain, err := s.key.aead.Open(s.plain[:0], nonce(n, n == s.last), box, nil)
	if err != nil {
		return damaged("", "the sealed bundle has been changed")
	}
	s.plain, s.held = plain, n
	return nil
}

// Content returns a reader of the whole content, from its beginning.
func (s *Sealed) Content() *io.SectionReader { return io.NewSectionReader(s, 0, s.size) }
