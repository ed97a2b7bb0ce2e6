package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"hash/maphash"
	"io"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// Options are the settings of Write. The zero value writes a bundle without a timestamp.
type Options struct {
	guarded

	// Authority gives the timestamp. If nil, the bundle has none, and nothing proves when it
	// was made.
	Authority *Authority
	// Policy is how the bundle is checked before it is written. Roots and TimestampOptional
	// do not matter here.
	Policy Policy
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// Write checks what b proves, and writes it to w with a manifest, a README and a report
// of the check. It writes nothing unless b holds by o.Policy, so that nobody finds out in
// ten years that something is missing; an error of w or of a document's source may leave
// half a bundle there.
//
// Documents are read twice, and 64 kB of them are held at a time. All other parts are
// held.
func Write(ctx context.Context, w io.Writer, b Bundle, o Options) (*Manifest, error) {
	o.Now = clock(o.Now)
	parts, err := b.validate()
	if err != nil {
		return nil, err
	}
	if o.Authority != nil {
		if err := o.Authority.validate(); err != nil {
			return nil, err
		}
	}
	wr := &writer{to: w, seed: maphash.MakeSeed(), buffer: make([]byte, chunk), now: o.Now, parts: parts}
	if err := wr.measure(ctx, &b); err != nil {
		return nil, err
	}
	if err := wr.seal(ctx, &o); err != nil {
		return nil, err
	}
	if err := wr.write(ctx); err != nil {
		return nil, err
	}
	return wr.manifest, nil
}

// writer writes one bundle.
type writer struct {
	to       io.Writer
	seed     maphash.Seed
	buffer   []byte
	now      func() time.Time
	parts    []Part // in the order of the manifest
	read     []*measured
	manifest *Manifest
	last     []small // what is not in the manifest
}

// small is an entry behind those of the manifest.
type small struct {
	name    string
	content []byte
}

// measure reads all parts and fills the manifest.
func (w *writer) measure(ctx context.Context, b *Bundle) error {
	w.manifest = &Manifest{
		Format: Format, About: b.About, Reference: b.Reference,
		Created: w.now().UTC().Truncate(time.Second), Library: library(),
	}
	counts := make(map[PartKind]int)
	given := w.parts
	w.parts = nil
	var held int64
	for _, p := range append([]Part{Text(PartReadme, mediaTypes[PartReadme]+"; charset=utf-8", readme)}, given...) {
		counts[p.Kind]++
		m, err := measure(ctx, &p, nameOf(p.Kind, counts[p.Kind], p.MediaType), w.seed, w.buffer)
		if err != nil {
			return err
		}
		if held += int64(len(m.held)); held > maxHeld {
			return failed(signing.InputInvalid, "", "the parts that are not documents are longer than 16 MiB together")
		}
		w.add(p, m, counts[p.Kind])
	}
	return nil
}

// add appends a part to the manifest.
func (w *writer) add(p Part, m *measured, n int) {
	e := ManifestEntry{
		Name: nameOf(p.Kind, n, p.MediaType), Kind: p.Kind, MediaType: p.MediaType,
		Size: m.size, SHA256: hex.EncodeToString(m.sha256[:]), URL: p.URL,
	}
	if !p.Fetched.IsZero() {
		at := p.Fetched.UTC().Truncate(time.Second)
		e.Fetched = &at
	}
	w.parts, w.read, w.manifest.Parts = append(w.parts, p), append(w.read, m), append(w.manifest.Parts, e)
}

// seal checks the bundle, adds the report, and gets the timestamp.
func (w *writer) seal(ctx context.Context, o *Options) error {
	begin := w.now()
	c := w.checker(&o.Policy, begin)
	if err := c.run(); err != nil {
		return err
	}
	if err := w.addReport(ctx, c.report); err != nil {
		return err
	}
	manifest := w.manifest.encode()
	w.last = []small{{manifestName, manifest}, {sumsName, w.manifest.sums(manifest)}}
	if o.Authority == nil {
		return nil
	}
	raw, t, err := o.Authority.stamp(ctx, sha256.Sum256(manifest), begin, w.now)
	if err != nil {
		return err
	}
	c.stamp = t.Time
	for _, k := range c.tokens { // at the time at which they will be judged
		if why := c.checkTimes(k); why != "" {
			return failed(signing.TokenInvalid, k.entry.Name, why)
		}
	}
	w.last = append(w.last, small{stampName, raw})
	return nil
}

// checker returns a checker of what was measured.
func (w *writer) checker(p *Policy, at time.Time) *checker {
	c := &contents{about: w.manifest.About, parts: w.manifest.Parts, held: make(map[string][]byte), sums: make(map[string][sha256.Size]byte)}
	for i := range w.manifest.Parts {
		e := &w.manifest.Parts[i]
		c.sums[e.Name] = w.read[i].sha256
		if !e.Kind.document() {
			c.held[e.Name] = w.read[i].held
		}
	}
	report := &Report{About: w.manifest.About, Reference: w.manifest.Reference, Library: library(), Policy: p.words(), At: at.UTC().Truncate(time.Second)}
	return &checker{contents: c, policy: p, at: at, report: report}
}

// addReport adds the report as the last part.
func (w *writer) addReport(ctx context.Context, r *Report) error {
	n := 1
	for _, e := range w.manifest.Parts {
		if e.Kind == PartReport {
			n++
		}
	}
	p := Bytes(PartReport, mediaTypes[PartReport], r.encode())
	m, err := measure(ctx, &p, nameOf(PartReport, n, p.MediaType), w.seed, w.buffer)
	if err != nil {
		return err
	}
	w.add(p, m, n)
	return nil
}

// write writes the zip file.
func (w *writer) write(ctx context.Context) error {
	var entries []entry
	var offset int64
	add := func(name string, crc uint32, size int64) {
		e := entry{name: name, crc: crc, size: size, offset: offset}
		entries, offset = append(entries, e), e.end()
	}
	for i, e := range w.manifest.Parts {
		add(e.Name, w.read[i].crc, e.Size)
	}
	for _, s := range w.last {
		add(s.name, crc32.ChecksumIEEE(s.content), int64(len(s.content)))
	}
	if offset > MaxBundle-maxDirectory {
		return failed(signing.InputInvalid, "", "the bundle is longer than 2 GiB")
	}
	for i := range entries {
		e := &entries[i]
		if err := put(w.to, e.local()); err != nil {
			return err
		}
		var err error
		if n := len(w.parts); i < n {
			err = copyPart(ctx, w.to, &w.parts[i], e.name, w.read[i], w.seed, w.buffer)
		} else {
			err = put(w.to, w.last[i-n].content)
		}
		if err != nil {
			return err
		}
	}
	var directory []byte
	for i := range entries {
		directory = append(directory, entries[i].central()...)
	}
	return put(w.to, append(directory, endRecord(len(entries), int64(len(directory)), offset)...))
}
