// Command testreport reads the output of `go test -json` and prints what a
// person wants to know: a line for each package, the output of each test that
// failed, the tests that were skipped, and at the end how many passed and
// failed. A skipped test counts as failed: on a machine that has everything,
// nothing is skipped.
//
//	go test -json ./... | go run ./internal/housecheck/testreport
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if !report(os.Stdin, os.Stdout) {
		os.Exit(1)
	}
}

// An event is one line of `go test -json` (go doc cmd/test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

type place struct{ pkg, test string }

// A reader keeps the output of what is still running.
type reader struct {
	w              io.Writer
	output         map[place]*strings.Builder
	passed, failed int
	skips          []string
	broken         []string        // packages that failed without a failing test
	failing        map[string]bool // packages with a failing test
}

// report copies what matters from r to w. It is false when anything failed, was
// skipped, or nothing ran.
func report(r io.Reader, w io.Writer) bool {
	t := &reader{w: w, output: map[place]*strings.Builder{}, failing: map[string]bool{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if err != nil {
			break
		}
	}
	return t.end()
}

func (t *reader) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(t.w, line) // not an event: the go command itself
		return
	}
	p := place{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.w, e.Output)
	case "output":
		if t.output[p] == nil {
			t.output[p] = &strings.Builder{}
		}
		t.output[p].WriteString(e.Output)
	case "pass", "skip", "fail":
		if e.Test == "" {
			t.finishPackage(e)
		} else {
			t.finishTest(e)
		}
	}
}

func (t *reader) finishTest(e event) {
	p := place{e.Package, e.Test}
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		t.skips = append(t.skips, e.Package+" "+e.Test+why(t.output[p]))
	case "fail":
		t.failed++
		t.failing[e.Package] = true
		t.flush(p)
	}
	delete(t.output, p)
}

func (t *reader) finishPackage(e event) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(t.w, "ok    %-50s %7.1fs\n", e.Package, e.Elapsed)
	case "fail":
		// What was running when the test binary died never got its own end.
		for p := range t.output {
			if p.pkg == e.Package {
				t.flush(p)
			}
		}
		if !t.failing[e.Package] {
			t.broken = append(t.broken, e.Package)
		}
		fmt.Fprintf(t.w, "FAIL  %-50s %7.1fs\n", e.Package, e.Elapsed)
	}
	for p := range t.output {
		if p.pkg == e.Package {
			delete(t.output, p)
		}
	}
}

func (t *reader) flush(p place) {
	if b := t.output[p]; b != nil {
		fmt.Fprint(t.w, b.String())
		b.Reset()
	}
}

// why picks the reason out of a skipped test's output.
func why(b *strings.Builder) string {
	if b == nil {
		return ""
	}
	for l := range strings.Lines(b.String()) {
		l = strings.TrimSpace(l)
		if l != "" && !strings.HasPrefix(l, "===") && !strings.HasPrefix(l, "---") {
			return ": " + l
		}
	}
	return ""
}

func (t *reader) end() bool {
	for _, s := range t.skips {
		fmt.Fprintln(t.w, "SKIP ", s)
	}
	for _, b := range t.broken {
		fmt.Fprintln(t.w, "FAIL ", b, "(no test of its own failed)")
	}
	failed := t.failed + len(t.skips) + len(t.broken)
	if len(t.skips) > 0 {
		fmt.Fprintf(t.w, "%d skipped, which counts as failed here\n", len(t.skips))
	}
	fmt.Fprintf(t.w, "%d passed, %d failed\n", t.passed, failed)
	return failed == 0 && t.passed > 0
}
