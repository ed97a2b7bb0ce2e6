package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash/crc32"
	"io"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/timestamp"
)

// Verify checks a bundle of size bytes again, without a network: that every byte is as it
// was written, that the timestamp holds, and what the tokens in it prove. at is the time
// that you check for, such as now; a bundle that is of a later time is refused. That
// certificates, keys and tokens have expired by then does not matter: they are judged at
// the time of the timestamp, or of their issue if there is none.
//
// A bundle that holds gives a Report; everything else an error, whose Part names what is
// damaged or missing. Verify holds at most 16 MiB.
func Verify(ctx context.Context, r io.ReaderAt, size int64, at time.Time, p Policy) (*Report, error) {
	if at.IsZero() {
		return nil, failed(signing.InputInvalid, "", "the time to check for is missing")
	}
	v := &reader{from: r}
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	if err := v.open(ctx, size); err != nil {
		return nil, err
	}
	report := &Report{About: v.manifest.About, Reference: v.manifest.Reference, Library: library(), Policy: p.words(), At: at, Manifest: v.manifest}
	if p.Reference != "" && p.Reference != v.manifest.Reference {
		return nil, failed(signing.EvidenceIncomplete, manifestName, "the bundle is about another case than Policy.Reference")
	}
	report.checked("every byte of the file belongs to a part, and every part is the one of the manifest")
	c := &checker{contents: v.contents, policy: &p, at: at, report: report}
	if err := v.checkStamp(ctx, c); err != nil {
		return nil, err
	}
	if err := c.run(); err != nil {
		return nil, err
	}
	return report, nil
}

// reader reads one bundle.
type reader struct {
	from     io.ReaderAt
	buffer   []byte // for documents; nil until there is one
	manifest *Manifest
	raw      []byte // the manifest as it stands
	stamp    []byte // the timestamp; nil if there is none
	contents *contents
}

// open reads the whole file and compares it with its manifest.
func (v *reader) open(ctx context.Context, size int64) error {
	entries, err := readEntries(v.from, size)
	if err != nil {
		return err
	}
	entries, sums, err := v.readEnd(entries)
	if err != nil {
		return err
	}
	v.contents = &contents{about: v.manifest.About, parts: v.manifest.Parts, held: make(map[string][]byte), sums: make(map[string][sha256.Size]byte)}
	var held int64
	for i := range entries {
		e, want := &entries[i], &v.manifest.Parts[i]
		switch {
		case e.name != want.Name:
			return damaged(e.name, "it is not where the manifest lists it")
		case e.size != want.Size:
			return damaged(e.name, "it has another length than the manifest says")
		}
		if !want.Kind.document() {
			if held += e.size; held > maxHeld {
				return damaged(e.name, "the parts that are not documents are too long")
			}
		}
		if err := v.readPart(ctx, e, want); err != nil {
			return err
		}
	}
	if !bytes.Equal(sums, v.manifest.sums(v.raw)) {
		return damaged(sumsName, "it does not list what the manifest lists")
	}
	return nil
}

// readEnd reads what stands behind the parts: the manifest, the checksums, and perhaps a
// timestamp. It returns the entries of the parts.
func (v *reader) readEnd(entries []entry) ([]entry, []byte, error) {
	at := -1
	for i, e := range entries {
		if e.name == manifestName {
			at = i
		}
	}
	if at < 0 {
		return nil, nil, damaged(manifestName, "it is missing")
	}
	parts, rest := entries[:at], entries[at:]
	names := []string{manifestName, sumsName, stampName}
	if len(rest) < 2 || len(rest) > 3 {
		return nil, nil, damaged(directoryName, "entries are missing, or there are more than those of the manifest")
	}
	held := make([][]byte, len(rest))
	for i := range rest {
		e := &rest[i]
		switch {
		case e.name != names[i]:
			return nil, nil, damaged(e.name, "it is not where it should be")
		case e.size > MaxSmall:
			return nil, nil, damaged(e.name, "it is too long")
		}
		content, err := readAt(v.from, e.begin(), e.size)
		switch {
		case err != nil:
			return nil, nil, err
		case crc32.ChecksumIEEE(content) != e.crc:
			return nil, nil, damaged(e.name, "it has been changed")
		}
		held[i] = content
	}
	v.raw = held[0]
	if len(held) == 3 {
		v.stamp = held[2]
	}
	m, err := readManifest(v.raw)
	if err != nil {
		return nil, nil, err
	}
	v.manifest = m
	if len(parts) != len(m.Parts) {
		return nil, nil, damaged(directoryName, "parts are missing, or there are more than those of the manifest")
	}
	return parts, held[1], nil
}

// readPart reads one part and compares it with the manifest. It keeps what is no document.
func (v *reader) readPart(ctx context.Context, e *entry, want *ManifestEntry) error {
	var sum [sha256.Size]byte
	var crc uint32
	var err error
	if want.Kind.document() {
		sum, crc, err = v.readDocument(ctx, e)
	} else {
		var held []byte
		held, err = readAt(v.from, e.begin(), e.size)
		sum, crc = sha256.Sum256(held), crc32.ChecksumIEEE(held)
		v.contents.held[e.name] = held
	}
	if err != nil {
		return err
	}
	if wanted, _ := want.digest(); sum != wanted || crc != e.crc {
		return damaged(e.name, "it has been changed")
	}
	v.contents.sums[e.name] = sum
	return nil
}

// readDocument reads a document piece by piece.
func (v *reader) readDocument(ctx context.Context, e *entry) (sum [sha256.Size]byte, crc uint32, err error) {
	if v.buffer == nil {
		v.buffer = make([]byte, chunk)
	}
	digest := sha256.New()
	for at := e.begin(); at < e.end(); {
		if err := stopped(ctx); err != nil {
			return sum, 0, err
		}
		b := v.buffer[:min(chunk, e.end()-at)]
		if _, err := io.ReadFull(io.NewSectionReader(v.from, at, int64(len(b))), b); err != nil {
			return sum, 0, unread(err)
		}
		digest.Write(b)
		crc = crc32.Update(crc, crc32.IEEETable, b)
		at += int64(len(b))
	}
	return [sha256.Size]byte(digest.Sum(nil)), crc, nil
}

// checkStamp checks the timestamp of the manifest.
func (v *reader) checkStamp(ctx context.Context, c *checker) error {
	switch {
	case v.stamp == nil && !c.policy.TimestampOptional:
		return failed(signing.EvidenceIncomplete, stampName, "there is no timestamp; set Policy.TimestampOptional if you can do without")
	case v.stamp == nil:
		c.report.not("when the bundle was made, and whether its keys are those of that time: it has no timestamp")
		return nil
	case c.policy.Roots == nil:
		return failed(signing.ConfigInvalid, "", "Policy.Roots is missing: nothing says by whom timestamps are trusted")
	}
	t, err := timestamp.Check(ctx, v.stamp, sha256.Sum256(v.raw), c.policy.Roots)
	switch {
	case err != nil:
		return fromFault(signing.SignatureInvalid, stampName, err)
	case t.Time.After(c.at.Add(skew)):
		return failed(signing.SignatureInvalid, stampName, "it is later than the time that you check for")
	}
	c.stamp = t.Time
	c.report.Timestamp, c.report.Authority = t.Time, t.Certificate.Subject.CommonName
	c.report.checked(stampName + ": the manifest existed at that time, says an authority that your roots vouched for then")
	c.report.not(stampName + ": whether the certificate of the timestamp authority had been revoked")
	return nil
}
