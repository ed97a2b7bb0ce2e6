// Package strictjson reads JSON that somebody else wrote, and takes it only if
// every reader in the world would read the same thing out of it.
//
// [Unmarshal] wants one JSON value and no more: UTF-8, no member named twice in
// any object (RFC 8259 section 4 leaves the outcome open), nothing but white
// space behind it, at most [MaxDepth] levels. Member names are compared letter
// by letter. A member that a struct does not know is ignored, or kept if the
// struct has an embedded fallback (`json:",embed"` on a map or a
// [jsontext.Value]); but one that differs from a known name by letter case
// alone is refused, because other readers, encoding/json first of all, take it
// for the known one.
//
// [Members] is the same for readers that fill their fields by hand: it hands out
// member by member, and leaves the comparison of names to them.
//
// The caller bounds the size. Time and memory are linear in it.
//
// # Errors
//
// Every error is an [*Error] with a [Reason], except those that a [Visit]
// returns. Its text never holds input.
//
// [jsontext.Value]: https://pkg.go.dev/github.com/go-json-experiment/json/jsontext#Value
package strictjson
