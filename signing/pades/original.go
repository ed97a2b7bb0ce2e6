package pades

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

// original compares the file with the document that was given for signing.
func (v *verification) original() {
	original := v.policy.Original
	if original == nil {
		return
	}
	sum := sha256.Sum256(original)
	digest := hex.EncodeToString(sum[:])
	switch {
	case slices.Contains(v.signedDigests, digest):
		return // the evidence names it; the service sets its pages anew
	case slices.Contains(v.claimedDigests, digest):
		v.reason(OriginalRewritten) // whoever sealed the file may have written the evidence
		return
	}
	if len(v.signedDigests) > 0 {
		v.reason(OriginalDiffers)
		return
	}
	base, ok := v.file.Base(len(original))
	switch {
	case !bytes.HasPrefix(v.raw, original), !ok:
		v.rewritten()
		return
	}
	for i := range v.report.Signatures {
		s := &v.report.Signatures[i]
		s.InOriginal = s.Revision > 0 && s.Revision <= base+1
	}
	// The first update may add pages for the signatures. What updates did behind the first
	// signature is judged by that.
	last := v.first
	if last < 0 { // nobody signed
		last = v.file.Revisions() - 1
	}
	changes, err := v.file.ChangesUntil(base, last, true)
	if err != nil {
		v.reason(Malformed)
		return
	}
	for _, c := range changes {
		switch c.Kind {
		case pdfscan.PagesAdded:
			v.report.Grown = true
		case pdfscan.SignatureAdded, pdfscan.TimestampAdded, pdfscan.ProofsAdded, pdfscan.MetadataSet, pdfscan.FieldAdded:
		default:
			v.reason(OriginalDiffers)
			return
		}
	}
}

// rewritten judges a file that does not begin with the original.
func (v *verification) rewritten() {
	same, err := v.file.SamePages(v.policy.Original)
	switch {
	case err != nil || !same:
		v.reason(OriginalDiffers)
	default:
		v.reason(OriginalRewritten)
	}
}
