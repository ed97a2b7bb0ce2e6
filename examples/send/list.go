package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/shownline"
)

// The limits of a list.
const (
	maxList      = 64 << 20 // bytes
	maxRows      = 1_000_000
	maxReference = 200 // characters
)

// header is the first line of a list, without separators.
func header() []string { return []string{"number", "title", "file", "reference"} }

// row is one letter of a list.
type row struct {
	id        eboks.ID
	number    cpr.Number
	title     string
	file      string // as the list has it
	reference string
	line      int32 // of the list, where the row begins
}

// list is a mailing. It keeps no text twice: a mailing has few titles.
type list struct {
	dir  string // where its files are
	rows []row
	at   map[eboks.ID]int32 // the place of each letter in rows
}

// fault is what is wrong with one line, in words that hold nothing of it.
type fault struct {
	line int
	why  string
}

// path returns where the document of a row is.
func (l *list) path(r *row) string {
	if filepath.IsAbs(r.file) {
		return r.file
	}
	return filepath.Join(l.dir, r.file)
}

// letterID is the ID of the letter with a reference: a UUID of version 8 (RFC 9562). The
// salt is the database's own, so that the same reference is the same letter in every run
// with one database, and another letter with another one.
func letterID(salt, reference string) eboks.ID {
	sum := sha256.Sum256([]byte("dkeid examples/send letter 2\x00" + salt + "\x00" + reference))
	id := eboks.ID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// identify gives the letters the IDs that they have in the database with that salt.
func (l *list) identify(salt string) {
	clear(l.at)
	for i := range l.rows {
		r := &l.rows[i]
		r.id = letterID(salt, r.reference)
		l.at[r.id] = int32(i)
	}
}

// readList reads a list, and tells of every line that is no row. An error is about the
// list as a whole.
func readList(path string) (*list, []fault, error) {
	before, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("the list cannot be read: %w", cause(err))
	case !before.Mode().IsRegular():
		return nil, nil, errors.New("the list is no file")
	case before.Size() > maxList:
		return nil, nil, fmt.Errorf("the list is larger than %d MiB; split it", maxList>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("the list cannot be read: %w", cause(err))
	}
	defer func() { _ = f.Close() }()
	l := &list{dir: filepath.Dir(path), at: map[eboks.ID]int32{}}
	faults, err := l.read(io.LimitReader(f, maxList))
	if err != nil {
		return nil, nil, err
	}
	if after, err := os.Stat(path); err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, nil, errors.New("the list changed while it was read; try again when it is whole")
	}
	return l, faults, nil
}

// cause is an error of the file system without the name of the file.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}

// read reads rows until the list ends.
func (l *list) read(from io.Reader) ([]fault, error) {
	text := bufio.NewReaderSize(from, 64<<10)
	if mark, _ := text.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		_, _ = text.Discard(len(mark))
	}
	r := csv.NewReader(text)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	if first, _ := text.Peek(32); bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
		r.Comma = ';'
	}
	head, err := r.Read()
	switch {
	case err == io.EOF:
		return []fault{{1, "the list is empty"}}, nil
	case err != nil || !slices.Equal(head, header()):
		return []fault{{1, "the header is not " + strings.Join(header(), ",") + ", as UTF-8 and with commas or semicolons"}}, nil
	}
	var faults []fault
	same := map[string]string{} // each title and file, once
	n := 0
	for ; ; n++ {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if n == maxRows {
			return nil, fmt.Errorf("the list has more than %d rows; split it", maxRows)
		}
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			faults = append(faults, fault{broken.StartLine, quoteFault(broken)})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the list cannot be read: %w", cause(err))
		}
		line, _ := r.FieldPos(0)
		faults = append(faults, l.take(line, fields, same)...)
	}
	if n == 0 {
		faults = append(faults, fault{2, "the list has no rows below its header"})
	}
	return faults, nil
}

// quoteFault says what is wrong with quotation marks.
func quoteFault(e *csv.ParseError) string {
	if e.Line != e.StartLine {
		return "a quotation mark is not closed, and what follows cannot be read"
	}
	return "a quotation mark is not closed, or stands inside of a field without its pair"
}

// take adds a row, and returns what is wrong with it.
func (l *list) take(line int, fields []string, same map[string]string) (faults []fault) {
	add := func(why string) { faults = append(faults, fault{line, why}) }
	if len(fields) != len(header()) {
		add("the row does not have four columns")
		return faults
	}
	if slices.ContainsFunc(fields, func(s string) bool { return !utf8.ValidString(s) }) {
		add("the row is not UTF-8; save the list as CSV UTF-8")
		return faults
	}
	number, err := cpr.Parse(fields[0])
	if bad, ok := errors.AsType[*cpr.Error](err); ok {
		add("number: " + bad.Reason.String())
	} else if number.RequireOrdinary() != nil {
		add("number: it is a replacement number, and nobody's address")
	}
	if fields[2] == "" || strings.ContainsRune(fields[2], 0) {
		add("file: there is none")
	}
	if strings.ContainsRune(fields[1], utf8.RuneError) {
		add("title: it has the mark of a lost character in it (U+FFFD); save the list as CSV UTF-8 from where it came")
	}
	reference := fields[3]
	id := letterID("", reference) // until a database is known
	earlier, used := l.at[id]
	switch why := shownline.Fault(reference, maxReference); {
	case why != "":
		add("reference: it" + why)
	case !number.IsZero() && holds(reference, number):
		add("reference: it has the number in it, and would tell it to everybody who sees the report")
	case used:
		add(fmt.Sprintf("reference: it was used before, in line %d", l.rows[earlier].line))
	}
	once := func(s string) string {
		known, ok := same[s]
		if !ok {
			known = strings.Clone(s)
			same[known] = known
		}
		return known
	}
	if !used {
		l.at[id] = int32(len(l.rows))
	}
	l.rows = append(l.rows, row{id: id, number: number, title: once(fields[1]), file: once(fields[2]), reference: strings.Clone(reference), line: int32(line)})
	return faults
}

// holds reports whether s has the digits of n in it, whatever stands between them.
func holds(s string, n cpr.Number) bool {
	digits := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
	return strings.Contains(digits, n.Reveal())
}
