package evidence

import (
	"bytes"
	"hash/crc32"
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
