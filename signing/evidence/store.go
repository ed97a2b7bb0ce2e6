package evidence

import (
	"context"
	"io"
)

// Store keeps sealed bundles by reference. Dir is one, of files; a program that keeps
// files elsewhere writes its own, with Seal and Open.
type Store interface {
	// Put keeps what write writes under a reference, sealed. Either all of it is kept, or
	// nothing. A reference that is taken is refused with signing.ErrConflict: bundles never
	// change.
	Put(ctx context.Context, reference string, write func(io.Writer) error) error
	// Open opens the bundle of a reference. The caller closes it. A reference that was
	// never kept, or was erased, is signing.ErrNotFound.
	Open(ctx context.Context, reference string) (*Stored, error)
	// Erase makes the bundle of a reference unreadable, in every copy. Erasing what is not
	// there is no error.
	Erase(ctx context.Context, reference string) error
}

// Stored is a sealed bundle in a Store. It is read as Sealed is.
type Stored struct {
	*Sealed
	io.Closer
}
