package evidence

import (
	"bytes"
	"context"
	"hash/crc32"
	"hash/maphash"
	"testing"
	"time"
)

// Append puts one more entry behind those of a bundle, in the form that bundles have.
func Append(file []byte, name string, content []byte) []byte {
	entries, err := readEntries(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		panic(err)
	}
	at := entries[len(entries)-1].end()
	return pack(append(entries, entry{name: name, crc: crc32.ChecksumIEEE(content), size: int64(len(content)), offset: at}), file, content)
}

// Pack makes a bundle file of entries in this order, consistent in itself.
func Pack(names []string, contents map[string][]byte) []byte {
	var file []byte
	var entries []entry
	for _, name := range names {
		c := contents[name]
		e := entry{name: name, crc: crc32.ChecksumIEEE(c), size: int64(len(c)), offset: int64(len(file))}
		file = append(append(file, e.local()...), c...)
		entries = append(entries, e)
	}
	return end(file, entries)
}

func pack(entries []entry, file, content []byte) []byte {
	last := &entries[len(entries)-1]
	out := bytes.Clone(file[:last.offset])
	out = append(append(out, last.local()...), content...)
	return end(out, entries)
}

func end(file []byte, entries []entry) []byte {
	at := int64(len(file))
	for i := range entries {
		file = append(file, entries[i].central()...)
	}
	return append(file, endRecord(len(entries), int64(len(file))-at, at)...)
}

// WriteUnchecked writes a bundle whatever it proves.
func WriteUnchecked(tb testing.TB, b Bundle, now time.Time) []byte {
	tb.Helper()
	parts, err := b.validate()
	if err != nil {
		tb.Fatal(err)
	}
	var file bytes.Buffer
	w := &writer{to: &file, seed: maphash.MakeSeed(), buffer: make([]byte, chunk), now: func() time.Time { return now }, parts: parts}
	if err := w.measure(context.Background(), &b); err != nil {
		tb.Fatal(err)
	}
	manifest := w.manifest.encode()
	w.last = []small{{manifestName, manifest}, {sumsName, w.manifest.sums(manifest)}}
	if err := w.write(context.Background()); err != nil {
		tb.Fatal(err)
	}
	return file.Bytes()
}

// ReadManifest returns a manifest as it would be written again; false if it is refused.
func ReadManifest(b []byte) ([]byte, bool) {
	m, err := readManifest(b)
	if err != nil {
		return nil, false
	}
	return m.encode(), true
}
