package evidence

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/dkeid/dkeid/signing"
)

// maxDirectory is the length limit of the directory, in bytes.
const maxDirectory = (MaxParts + 3) * (centralSize + 64)

const directoryName = "zip directory" // what errors call it

// readEntries reads the directory of a bundle of size bytes and compares every header
// with the one form that it may have.
func readEntries(r io.ReaderAt, size int64) ([]entry, error) {
	if size < endSize || size > MaxBundle {
		return nil, damaged("", "not a bundle: too short or too long")
	}
	end, err := readAt(r, size-endSize, endSize)
	if err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint16(end[10:]))
	length, offset := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	switch {
	case !bytes.Equal(end, endRecord(n, length, offset)), offset+length != size-endSize:
		return nil, damaged(directoryName, "its end is not where and as it should be")
	case n == 0, n > MaxParts+3, length > maxDirectory:
		return nil, damaged(directoryName, "it has none or too many entries")
	}
	directory, err := readAt(r, offset, length)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, n)
	var at int64
	for range n {
		e, rest, err := readEntry(directory, at)
		if err != nil {
			return nil, err
		}
		if e.end() > offset {
			return nil, damaged(e.name, "it reaches beyond the entries")
		}
		local, err := readAt(r, e.offset, localSize+int64(len(e.name)))
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(local, e.local()) {
			return nil, damaged(e.name, "its header is not that of the directory")
		}
		entries, directory, at = append(entries, e), rest, e.end()
	}
	if len(directory) > 0 || at != offset {
		return nil, damaged(directoryName, "it does not account for the whole file")
	}
	return entries, distinct(entries)
}

// readEntry reads the first entry of a directory. Its content must begin at offset.
func readEntry(directory []byte, offset int64) (entry, []byte, error) {
	if len(directory) < centralSize {
		return entry{}, nil, damaged(directoryName, "it is cut")
	}
	length := int(binary.LittleEndian.Uint16(directory[28:]))
	if len(directory) < centralSize+length {
		return entry{}, nil, damaged(directoryName, "it is cut")
	}
	e := entry{
		name: string(directory[centralSize : centralSize+length]), offset: offset,
		crc: binary.LittleEndian.Uint32(directory[16:]), size: int64(binary.LittleEndian.Uint32(directory[24:])),
	}
	if !ours(e.name) {
		return entry{}, nil, damaged(directoryName, "it has a name that no bundle has")
	}
	if !bytes.Equal(directory[:centralSize+length], e.central()) {
		return entry{}, nil, damaged(e.name, "its entry in the zip directory is not as it should be")
	}
	return e, directory[centralSize+length:], nil
}

func distinct(entries []entry) error {
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if seen[e.name] {
			return damaged(e.name, "it is there twice")
		}
		seen[e.name] = true
	}
	return nil
}

// readAt reads exactly n bytes.
func readAt(r io.ReaderAt, offset, n int64) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, offset, n), b); err != nil {
		return nil, unread(err)
	}
	return b, nil
}

// unread returns the error for a bundle that cannot be read. The cause is kept if it is
// ours; others tend to name files.
func unread(err error) error {
	if e, ok := err.(*Error); ok {
		return e
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return damaged("", "the file is shorter than it was said to be")
	}
	return failed(signing.StoreFailed, "", "the bundle could not be read")
}
