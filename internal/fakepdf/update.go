package fakepdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"
)

// An update is a revision that is being written behind a file (7.5.6).
type update struct {
	file    *file
	changed map[int]object
	next    int
	packed  map[int]int // the object streams in which objects are said to stand first
	named   map[int]int // where objects stand that are named and not written; 0 if they are free
}

func newUpdate(f *file) *update {
	return &update{file: f, changed: map[int]object{}, next: max(f.size, 1)}
}

// reserve returns the number of a new object.
func (u *update) reserve() ref {
	r := ref{num: u.next}
	u.next++
	return r
}

// add adds a new object.
func (u *update) add(o object) ref {
	r := u.reserve()
	u.changed[r.num] = o
	return r
}

// set replaces an object.
func (u *update) set(num int, o object) { u.changed[num] = o }

// dict returns the dictionary with a number as the update has it so far.
func (u *update) dict(num int) (dict, error) {
	if d, ok := u.changed[num].(dict); ok {
		return d, nil
	}
	return u.file.dictAt(ref{num: num})
}

// modified writes the time of the change into the document's information.
func (u *update) modified(at time.Time) error {
	r, ok := u.file.trailer["Info"].(ref)
	if !ok {
		return nil
	}
	d, err := u.dict(r.num)
	if err != nil {
		return err
	}
	u.set(r.num, d.with(dict{"ModDate": text(pdfTime(at))}))
	return nil
}

// bytes returns the file with the update behind it. The input is a prefix of it,
// byte for byte. If s is not nil, the signature dictionary comes first and s learns
// where it is.
func (u *update) bytes(s *slot) []byte {
	out := bytes.Clone(u.file.data)
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	return u.write(out, s, true)
}

// write writes the objects, the cross-reference section and the trailer behind out.
func (u *update) write(out []byte, s *slot, previous bool) []byte {
	offsets := map[int]int{}
	if s != nil {
		offsets[s.num] = len(out)
		out = s.write(out)
	}
	for _, num := range slices.Sorted(maps.Keys(u.changed)) {
		offsets[num] = len(out)
		out = fmt.Appendf(out, "%d %d obj\n", num, u.file.places[num].gen)
		out = append(appendObject(out, u.changed[num]), "\nendobj\n"...)
	}
	maps.Copy(offsets, u.named)
	maps.Copy(offsets, u.packed)
	trailer := dict{"Root": u.file.trailer["Root"]}
	for _, k := range []name{"Info", "ID", "Encrypt"} {
		if v := u.file.trailer[k]; v != nil {
			trailer[k] = v
		}
	}
	if id, err := u.file.arrayAt(trailer["ID"]); err == nil && len(id) == 2 {
		sum := sha256.Sum256(out)
		trailer["ID"] = array{id[0], written(fmt.Sprintf("<%x>", sum[:16]))}
	}
	start := len(out)
	if u.file.streamed {
		offsets[u.next] = start
		trailer["Size"] = integer(u.next + 1)
	} else {
		trailer["Size"] = integer(u.next)
	}
	if previous {
		trailer["Prev"] = integer(u.file.startxref)
	}
	if u.file.streamed {
		out = u.xrefStream(out, offsets, trailer)
	} else {
		out = u.xrefTable(out, offsets, trailer)
	}
	return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", start)
}

func (u *update) xrefTable(out []byte, offsets map[int]int, trailer dict) []byte {
	out = append(out, "xref\n"...)
	if trailer["Prev"] == nil {
		out = append(out, "0 1\n0000000000 65535 f \n"...)
	}
	for _, run := range runs(offsets) {
		out = fmt.Appendf(out, "%d %d\n", run[0], len(run))
		for _, num := range run {
			if offsets[num] == 0 {
				out = append(out, "0000000000 00001 f \n"...)
				continue
			}
			out = fmt.Appendf(out, "%010d %05d n \n", offsets[num], u.file.places[num].gen)
		}
	}
	return append(appendObject(append(out, "trailer\n"...), trailer), '\n')
}

func (u *update) xrefStream(out []byte, offsets map[int]int, trailer dict) []byte {
	s := &stream{dict: trailer.with(dict{"Type": name("XRef"), "W": array{number("1"), number("4"), number("2")}})}
	index := array{}
	for _, run := range runs(offsets) {
		index = append(index, integer(run[0]), integer(len(run)))
		for _, num := range run {
			at, gen := offsets[num], u.file.places[num].gen
			kind := byte(1)
			if at == 0 {
				kind = 0
			}
			if _, packed := u.packed[num]; packed {
				kind, gen = 2, 0
			}
			s.data = append(s.data, kind, byte(at>>24), byte(at>>16), byte(at>>8), byte(at), byte(gen>>8), byte(gen))
		}
	}
	s.dict["Index"] = index
	out = fmt.Appendf(out, "%d 0 obj\n", u.next)
	return append(appendObject(out, s), "\nendobj\n"...)
}

// runs groups the numbers that follow each other.
func runs(offsets map[int]int) [][]int {
	var out [][]int
	for _, num := range slices.Sorted(maps.Keys(offsets)) {
		if n := len(out); n > 0 && out[n-1][len(out[n-1])-1] == num-1 {
			out[n-1] = append(out[n-1], num)
			continue
		}
		out = append(out, []int{num})
	}
	return out
}

// pdfTime writes a time in UTC, as Criipto's files have it.
func pdfTime(t time.Time) string { return t.UTC().Format("D:20060102150405") + "+00'00'" }
