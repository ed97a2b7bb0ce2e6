package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const pass = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p","Elapsed":0.1}
`

func TestReport(t *testing.T) {
	for _, c := range []struct {
		name, in, last string
		good           bool
		holds          []string
	}{
		{"all pass", pass, "1 passed, 0 failed", true, []string{"ok    p"}},
		{"nothing ran", "", "0 passed, 0 failed", false, nil},
		{"a failure shows its output", pass +
			`{"Action":"output","Package":"q","Test":"TestB","Output":"    b_test.go:1: æøå\n"}` + "\n" +
			`{"Action":"fail","Package":"q","Test":"TestB"}` + "\n" +
			`{"Action":"fail","Package":"q"}` + "\n",
			"1 passed, 1 failed", false, []string{"b_test.go:1: æøå", "FAIL  q"}},
		{"a skip fails and says why", pass +
			`{"Action":"output","Package":"q","Test":"TestB","Output":"=== RUN   TestB\n"}` + "\n" +
			`{"Action":"output","Package":"q","Test":"TestB","Output":"    b_test.go:1: needs Chromium\n"}` + "\n" +
			`{"Action":"skip","Package":"q","Test":"TestB"}` + "\n" +
			`{"Action":"pass","Package":"q"}` + "\n",
			"1 passed, 1 failed", false, []string{"SKIP  q TestB: b_test.go:1: needs Chromium"}},
		{"what waits for the weekly run is left out", pass +
			`{"Action":"output","Package":"q","Test":"TestB","Output":"    b_test.go:1: the others with DKEID_LONG=1\n"}` + "\n" +
			`{"Action":"skip","Package":"q","Test":"TestB"}` + "\n" +
			`{"Action":"pass","Package":"q"}` + "\n",
			"1 passed, 0 failed", true, []string{"1 left to the weekly run"}},
		{"a package without tests is no skip", pass + `{"Action":"skip","Package":"q"}` + "\n", "1 passed, 0 failed", true, nil},
		{"a package that does not build fails", pass +
			`{"ImportPath":"q","Action":"build-output","Output":"q.go:1: undefined: x\n"}` + "\n" +
			`{"ImportPath":"q","Action":"build-fail"}` + "\n" +
			`{"Action":"fail","Package":"q","FailedBuild":"q"}` + "\n",
			"1 passed, 1 failed", false, []string{"q.go:1: undefined: x", "FAIL  q (no test of its own failed)"}},
		{"a crash shows what was running", pass +
			`{"Action":"output","Package":"q","Test":"TestB","Output":"panic: boom\n"}` + "\n" +
			`{"Action":"fail","Package":"q"}` + "\n",
			"1 passed, 1 failed", false, []string{"panic: boom"}},
		{"what is no event is passed on", "go: no such thing\n" + pass, "1 passed, 0 failed", true, []string{"go: no such thing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			assert.Equal(t, c.good, report(strings.NewReader(c.in), &out, nil))
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			assert.Equal(t, c.last, lines[len(lines)-1])
			for _, h := range c.holds {
				assert.Contains(t, out.String(), h)
			}
		})
	}
}

func TestASecondTry(t *testing.T) {
	fail := func(test, output string) string {
		return `{"Action":"output","Package":"q","Test":"` + test + `","Output":"` + output + `\n"}` + "\n" +
			`{"Action":"fail","Package":"q","Test":"` + test + `"}` + "\n"
	}
	const end = `{"Action":"fail","Package":"q"}` + "\n"
	for _, c := range []struct {
		name, in string
		passes   bool
		tried    int
		last     string
	}{
		{"one that passes then", pass + fail("TestB/æøå", "late") + fail("TestB", "") + end, true, 1, "3 passed, 0 failed"},
		{"one that does not", pass + fail("TestB/æøå", "late") + fail("TestB", "") + end, false, 1, "1 passed, 2 failed"},
		{"a data race", pass + fail("TestB", "WARNING: DATA RACE") + end, true, 0, "1 passed, 1 failed"},
		{"a panic", pass + fail("TestB", "panic: boom") + end, true, 0, "1 passed, 1 failed"},
		{"a package without a failing test", pass + fail("TestB", "") + end + `{"Action":"fail","Package":"r"}` + "\n", true, 0, "1 passed, 2 failed"},
		{"six", fail("TestA", "") + fail("TestB", "") + fail("TestC", "") + fail("TestD", "") + fail("TestE", "") + fail("TestF", "") + end, true, 0, "0 passed, 6 failed"},
		{"none", pass, true, 0, "1 passed, 0 failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			tried := 0
			good := report(strings.NewReader(c.in), &out, func(place) bool { tried++; return c.passes })
			assert.Equal(t, strings.HasSuffix(c.last, " 0 failed"), good)
			assert.Equal(t, c.tried, tried)
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			assert.Equal(t, c.last, lines[len(lines)-1])
			assert.Equal(t, c.tried > 0 && c.passes, strings.Contains(out.String(), "UNSTEADY q TestB"))
		})
	}
}
