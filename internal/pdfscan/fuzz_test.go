package pdfscan_test

import (
	"crypto"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// seeds are small files of all kinds.
func seeds(f *testing.F) [][]byte {
	a, err := fakepdf.NewAuthority(fakepdf.Config{})
	if err != nil {
		f.Fatal(err)
	}
	all := [][]byte{nil, []byte("%PDF-1.7"), plain("<</A(1)>>").table(), plain().packed(20, map[int]string{10: "<</S/JavaScript>>"}), sealed(mark{}), plain().hybrid("1", false)}
	for _, p := range fakepdf.Plants() {
		all = append(all, fakepdf.Document{Plants: []fakepdf.Plant{p}}.Bytes())
	}
	signed, err := a.Sign(fakepdf.New(), fakepdf.Signature{At: time.Unix(2e9, 0), ContactInfo: "æ"})
	if err != nil {
		f.Fatal(err)
	}
	return append(all, signed)
}

// FuzzInspect looks for files that crash the reader, or about which it says something
// and an error.
func FuzzInspect(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if found, err := pdfscan.Inspect(pdf); err != nil && found.Any() {
			t.Fatal("found something, and an error")
		}
	})
}

// FuzzSignatures looks for files that crash the reader of signatures, or whose signatures
// do not lie in the file.
func FuzzSignatures(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		file, err := pdfscan.Open(pdf)
		if err != nil {
			return
		}
		all, err := file.Signatures()
		if err != nil {
			return
		}
		for i := range all {
			if s := &all[i]; s.End <= 0 || s.End > len(pdf) || len(s.Digest(crypto.SHA256)) != 32 {
				t.Fatal("a signature that does not lie in the file")
			}
		}
		if len(all) > 0 {
			_, _ = file.Unchanged(all[0].Revision(), true)
		}
		_, _ = file.Base(len(pdf) / 2)
	})
}

// FuzzObject puts any text in place of an object and of a signature's ContactInfo, in a
// file whose offsets are right.
func FuzzObject(f *testing.F) {
	for _, s := range []string{"<</S/Launch>>", "[1 0 R(\\101)<61>]", "<</A#42 1.5>>", stream("", "x"), "<</Length 4 0 R>>stream\nx\nendstream", "(\xfe\xff\x00a)"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		w := plain(string(object))
		if found, err := pdfscan.Inspect(w.table()); err != nil && found.Any() {
			t.Fatal("found something, and an error")
		}
		w = plain()
		w.object(14, string(object))
		w.table()
		file, err := pdfscan.Open(w.sign(mark{more: "/ContactInfo 14 0 R"}))
		if err != nil {
			return
		}
		if all, err := file.Signatures(); err == nil && len(all) != 1 {
			t.Fatal("another number of signatures")
		}
		_, _ = file.Unchanged(0, true)
	})
}
