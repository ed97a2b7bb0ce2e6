package pdfscan

import (
	"bytes"
	"crypto"
)

// The limits of a file.
const (
	MaxSize      = 64 << 20 // bytes
	maxObjects   = 400_000  // entries of all cross-reference sections
	maxRevisions = 1024
	maxValues    = 2_000_000
	maxUnpacked  = 64 << 20 // bytes of all object and cross-reference streams
)

// A File is a PDF whose structure was read. It keeps the bytes that it was made of,
// which must not change.
type File struct {
	raw       []byte
	revisions []revision        // oldest first
	versions  map[int][]version // of each object, oldest first
	linear    bool
	budget    *budget
	parsed    map[int]*placed // by offset
	packs     map[int]*pack   // object streams, by offset
	spans     []span          // of the header and the cross-reference sections
	digests   map[crypto.Hash]*prefix
	lengths   map[int]struct{} // offsets of streams whose length is being looked up
}

// A revision is the state of the file after one update.
type revision struct {
	entries map[int]entry // what this update says; older revisions say the rest
	trailer dict
	from    int   // where the update begins: the end of the revision before
	at      int   // where its cross-reference section begins
	end     int   // behind its %%EOF
	hidden  []int // as in section
}

// An entry says where an object is.
type entry struct {
	kind  byte // 'f' none, 'n' at an offset, 'o' in an object stream
	at    int  // the offset; or the number of the object stream
	index int  // in the object stream
	gen   int
}

// A version is what one update says of an object.
type version struct {
	rev   int
	entry entry
}

type span struct{ from, to int }

// Open reads the structure of a PDF: from its last startxref through all
// cross-reference sections. Objects are read when they are asked for. The error is an
// [*Error].
func Open(raw []byte) (*File, error) {
	if len(raw) > MaxSize {
		return nil, fail(TooLarge, "more than 64 MB")
	}
	f := &File{
		raw: raw, budget: &budget{values: maxValues, packed: min(maxUnpacked, len(raw)+12<<20)},
		versions: map[int][]version{}, parsed: map[int]*placed{}, packs: map[int]*pack{}, lengths: map[int]struct{}{}, digests: map[crypto.Hash]*prefix{},
	}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	start, err := f.lastStart()
	if err != nil {
		return nil, err
	}
	sections, err := f.chain(start)
	if err != nil {
		return nil, err
	}
	return f, f.order(sections)
}

// readHeader wants %PDF-1.n or %PDF-2.n as the very first bytes.
func (f *File) readHeader() error {
	const head = "%PDF-1.4"
	h := f.raw[:min(len(f.raw), len(head))]
	ok := len(h) == len(head) && bytes.HasPrefix(h, []byte("%PDF-")) && (h[5] == '1' || h[5] == '2') && h[6] == '.' && '0' <= h[7] && h[7] <= '9'
	if !ok {
		return fail(NotPDF, "")
	}
	return nil
}

// lastStart returns the offset behind the last startxref. Nothing but white space may
// follow the %%EOF behind that.
func (f *File) lastStart() (int, error) {
	end := len(f.raw)
	for end > 0 && isSpace(f.raw[end-1]) {
		end--
	}
	from := bytes.LastIndex(f.raw[:end], []byte("startxref"))
	if !bytes.HasSuffix(f.raw[:end], []byte("%%EOF")) || from < 0 || end-from > 64 {
		return 0, fail(Cut, "it does not end with startxref and %%EOF")
	}
	l := &lexer{buf: f.raw, at: from + len("startxref"), budget: f.budget}
	start, ok := l.number()
	if !ok {
		return 0, malformed("startxref without a number")
	}
	return start, nil
}

// order makes revisions of the sections, newest first, that chain has found. Each must
// lie behind the one before. The two sections of a linearised file are one revision.
func (f *File) order(sections []*section) error {
	for i := len(sections) - 1; i >= 0; i-- {
		s := sections[i]
		if i == len(sections)-1 && i > 0 && sections[i-1].at < s.at {
			if err := f.linearised(sections[i-1], s); err != nil {
				return err
			}
			i--
			continue
		}
		from := 0
		if n := len(f.revisions); n > 0 {
			from = f.revisions[n-1].end
		}
		if s.at < from || s.start != s.at {
			return malformed("an update that does not follow the one before")
		}
		f.revisions = append(f.revisions, revision{entries: s.entries, trailer: s.trailer, from: from, at: s.at, end: s.end, hidden: s.hidden})
	}
	for i, r := range f.revisions {
		for n, e := range r.entries {
			if e.kind == 'n' && e.at >= r.end {
				return malformed("an object behind the update that names it")
			}
			f.versions[n] = append(f.versions[n], version{i, e})
		}
	}
	if last := f.revisions[len(f.revisions)-1]; len(bytes.TrimLeft(f.raw[last.end:], "\x00\t\n\f\r ")) != 0 {
		return malformed("something behind the last %%EOF")
	}
	return nil
}

// linearised makes one revision of the two sections of a linearised file (ISO 32000-1,
// annex F): first stands at its beginning and main at its end.
func (f *File) linearised(first, main *section) error {
	l := &lexer{buf: f.raw[:min(len(f.raw), 2048)], budget: f.budget}
	o, err := l.indirect(f, nil)
	if err != nil || dictOf(o.value)["Linearized"] == nil || first.at < o.to || main.start != first.at {
		return malformed("an update that does not follow the one before")
	}
	f.linear = true
	merged := first.entries
	for n, e := range main.entries {
		if _, there := merged[n]; !there {
			merged[n] = e
		}
	}
	f.revisions = append(f.revisions, revision{entries: merged, trailer: first.trailer, at: main.at, end: main.end})
	return nil
}
