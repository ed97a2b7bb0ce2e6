// Command testreport reads the output of `go test -json` and prints what a
// person wants to know: a line for each package, the output of each test that
// failed, the tests that were skipped, and at the end how many passed and
// failed. A skipped test counts as failed: on a machine that has everything,
// nothing is skipped but what says that it waits for DKEID_LONG=1.
//
//	go test -json ./... | go run ./internal/housecheck/testreport [FLAG...]
//
// A test that waits for a browser, a database or another process can run out of time on a
// busy machine. If flags of go test are given, a test that failed is run with them again,
// three times, with nothing beside it. If it passes each time, it does not count as failed and
// is named as unsteady. A data race, a panic, a package that failed without a failing test and
// more than five failed tests are final.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	var again func(place) bool
	if flags := os.Args[1:]; len(flags) > 0 {
		again = func(p place) bool { return passes(flags, p) }
	}
	if !report(os.Stdin, os.Stdout, again) {
		os.Exit(1)
	}
}

// passes tells whether p passes three times in a row.
func passes(flags []string, p place) bool {
	args := append([]string{"test"}, flags...)
	cmd := exec.Command("go", append(args, "-count=3", "-run", "^"+p.test+"$", p.pkg)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run() == nil
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
	left           int // skipped until the weekly run
	skips          []string
	broken         []string // packages that failed without a failing test
	failing        []place  // tests of the top level
	final          bool     // a failure needs no second try
}

// report copies what matters from r to w. It is false when anything failed, was
// skipped, or nothing ran. If again is not nil, it gives failed tests another try.
func report(r io.Reader, w io.Writer, again func(place) bool) bool {
	t := &reader{w: w, output: map[place]*strings.Builder{}}
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
	return t.end(again)
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
		if reason := why(t.output[p]); strings.Contains(reason, "DKEID_LONG=1") {
			t.left++
		} else {
			t.skips = append(t.skips, e.Package+" "+e.Test+reason)
		}
	case "fail":
		t.failed++
		if !strings.Contains(e.Test, "/") { // if a part of a test fails, so does the test
			t.failing = append(t.failing, p)
		}
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
		if !slices.ContainsFunc(t.failing, func(p place) bool { return p.pkg == e.Package }) {
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
		t.final = t.final || strings.Contains(b.String(), "DATA RACE") || strings.Contains(b.String(), "panic: ")
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

func (t *reader) end(again func(place) bool) bool {
	for _, s := range t.skips {
		fmt.Fprintln(t.w, "SKIP ", s)
	}
	for _, b := range t.broken {
		fmt.Fprintln(t.w, "FAIL ", b, "(no test of its own failed)")
	}
	if again != nil && !t.final && len(t.broken) == 0 && len(t.failing) <= 5 {
		t.tryAgain(again)
	}
	failed := t.failed + len(t.skips) + len(t.broken)
	if t.left > 0 {
		fmt.Fprintf(t.w, "%d left to the weekly run\n", t.left)
	}
	if len(t.skips) > 0 {
		fmt.Fprintf(t.w, "%d skipped, which counts as failed here\n", len(t.skips))
	}
	fmt.Fprintf(t.w, "%d passed, %d failed\n", t.passed, failed)
	return failed == 0 && t.passed > 0
}

// tryAgain takes all failed tests for passed if each passes now.
func (t *reader) tryAgain(again func(place) bool) {
	all := true
	for _, p := range t.failing {
		if again(p) {
			fmt.Fprintln(t.w, "UNSTEADY", p.pkg, p.test+": it failed, and passed three times alone")
		} else {
			all = false
		}
	}
	if all {
		t.passed, t.failed = t.passed+t.failed, 0
	}
}
