package signingtest

import "time"

// node is one object of an answer. A value of fields is plain (nil, string, *string, bool,
// int, time.Time, *time.Time, blob), a *node, a list of either, or a function that returns
// one when a query asks for it.
type node struct {
	kind   string // the object's type in the schema
	fields map[string]any
}

type (
	lazy    = func() any
	resolve = func(args map[string]any) (any, error)
	// blob is written in Base64. A nil blob is null.
	blob []byte
)

// Times are written with milliseconds, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"

func writeTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// text is a literal for a field that may be null.
func text(s string) *string { return &s }

// orNil returns a nil any for a nil pointer to a node.
func orNil(n *node) any {
	if n == nil {
		return nil
	}
	return n
}
