package ebokstest

import (
	"bytes"
	"slices"

	"github.com/dkeid/dkeid/eboks"
)

// batch plays a misbehaviour on the list of letters in an answer; other answers
// leave it alone.
func batch(change func(items [][]byte) [][]byte) func(*exchange) {
	return func(x *exchange) {
		a := x.answer()
		if x.op.batch {
			a.Body = rewrite(a.Body, change)
		}
		x.send(a)
	}
}

// rewrite changes the list of ForsendelseO in an answer that the fake wrote.
func rewrite(body []byte, change func([][]byte) [][]byte) []byte {
	const open, shut = "<ForsendelseO>", "</ForsendelseO>"
	first, last := bytes.Index(body, []byte(open)), bytes.LastIndex(body, []byte(shut))
	if first < 0 || last < 0 {
		return body
	}
	last += len(shut)
	items := bytes.SplitAfter(body[first:last], []byte(shut))
	items = slices.DeleteFunc(items, func(b []byte) bool { return len(b) == 0 })
	return slices.Concat(body[:first], bytes.Join(change(items), nil), body[last:])
}

func omit(items [][]byte) [][]byte { return items[1:] }

func double(items [][]byte) [][]byte { return append(slices.Clone(items), items[0]) }

func reverse(items [][]byte) [][]byte {
	items = slices.Clone(items)
	slices.Reverse(items)
	return items
}

func addStranger(items [][]byte) [][]byte {
	stranger := []byte("<ForsendelseO><AfsendelseIdentifikator>" + eboks.NewID().String() + "</AfsendelseIdentifikator></ForsendelseO>")
	return append(slices.Clone(items), stranger)
}
