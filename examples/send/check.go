package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

// blank is the smallest document, for the check of everything else in a letter.
const blank = "%PDF-1.4\n%%EOF\n"

// checker looks at rows as the outbox does before it queues a letter.
type checker struct {
	client   *eboks.Client
	material eboks.Material
	list     *list
	titles   map[string]string // why a title is refused; empty if it is not
	files    map[string]string // the same of a file
}

// check reads the document of every row, each file once, and returns what is wrong with
// titles and documents. The error is ctx's.
func (l *list) check(ctx context.Context, p *post, told *progress) ([]fault, error) {
	client, err := eboks.New(eboks.Config{Sender: p.sender})
	if err != nil {
		return nil, err
	}
	c := &checker{client: client, material: p.material, list: l, titles: map[string]string{}, files: map[string]string{}}
	var faults []fault
	for i := range l.rows {
		r := &l.rows[i]
		title, known := c.titles[r.title]
		if !known {
			title = c.fault(ctx, r.title, eboks.Bytes([]byte(blank)))
			c.titles[r.title] = title
		}
		file, known := c.files[r.file]
		if !known && r.file != "" {
			file = c.document(ctx, l.path(r))
			c.files[r.file] = file
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if title != "" {
			faults = append(faults, fault{int(r.line), "title: " + title})
		}
		if file != "" {
			faults = append(faults, fault{int(r.line), "file: " + file})
		}
		told.tell("checked", i+1, len(l.rows))
	}
	return faults, nil
}

// document returns what is wrong with a file.
func (c *checker) document(ctx context.Context, path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is missing"
	case err != nil:
		return "it cannot be read"
	case !info.Mode().IsRegular():
		return "it is no file"
	}
	return c.fault(ctx, "Brev", eboks.File(path))
}

// fault returns what is wrong with a letter of that title and document to somebody.
func (c *checker) fault(ctx context.Context, title string, d eboks.Document) string {
	_, err := c.client.Prepare(ctx, &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cprtest.Number(0)), Title: title, Material: c.material, Document: d})
	e, ok := errors.AsType[*eboks.Error](err)
	switch {
	case err == nil:
		return ""
	case ok && errors.Is(e, eboks.ErrUnread):
		return "it cannot be read"
	case ok && e.Why != "":
		return e.Why
	default:
		return "it is refused"
	}
}

// tellFaults writes every faulty line by its number, in order.
func tellFaults(w io.Writer, faults []fault) {
	slices.SortStableFunc(faults, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	for _, f := range faults {
		fmt.Fprintf(w, "line %d: %s\n", f.line, f.why)
	}
}
