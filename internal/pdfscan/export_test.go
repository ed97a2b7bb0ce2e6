package pdfscan

import (
	"cmp"
	"slices"
)

// What tests ask of a file in one word.

// Signatures returns the signatures and document timestamps that the form fields of the
// file name, in the order in which they were made. A file without any has none. Each one
// must keep the rules of [File.SignatureFields]. The error is an [*Error].
func (f *File) Signatures() ([]Signature, error) {
	fields, err := f.SignatureFields()
	if err != nil {
		return nil, err
	}
	var all []Signature
	for _, field := range fields {
		if field.Err != nil {
			return nil, field.Err
		}
		all = append(all, *field.Signature)
	}
	slices.SortFunc(all, func(a, b Signature) int { return cmp.Compare(a.End, b.End) })
	return all, nil
}

// Unchanged reports an error if an update behind base changes what a reader shows. An
// update may add a signature or a document timestamp with its field, and proofs (DSS),
// dates and other metadata. The first update may also add pages at the end, if mayAdd
// says so: pages reports whether it does. Everything else that the pages, their
// annotations or the catalog refer to must stay as it is, and an update has no actions,
// layers and attachments. The error is Modified.
func (f *File) Unchanged(base int, mayAdd bool) (pages bool, err error) {
	all, err := f.Changes(base, mayAdd)
	if err != nil {
		return false, err
	}
	for _, c := range all {
		switch {
		case c.Kind == PagesAdded:
			pages = true
		case !c.Kind.always():
			return false, modified(c.Kind)
		}
	}
	return pages, nil
}

// always reports whether every update may do it.
func (k ChangeKind) always() bool {
	return k == SignatureAdded || k == TimestampAdded || k == ProofsAdded || k == MetadataSet
}
