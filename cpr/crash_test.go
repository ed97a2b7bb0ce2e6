package cpr_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crashes are ways for a number to end up in the last words of a program.
var crashes = map[string]func(n cpr.Number, p profile){
	"number":       func(n cpr.Number, _ profile) { panic(n) },
	"plain":        func(n cpr.Number, _ profile) { panic(cpr.Plain(n)) },
	"pointer":      func(n cpr.Number, _ profile) { panic(&n) },
	"struct":       func(_ cpr.Number, p profile) { panic(p) },
	"alias":        func(n cpr.Number, _ profile) { panic(alias(n)) },
	"error":        func(n cpr.Number, p profile) { panic(fmt.Errorf("ødelagt: %v %+v", n, p)) },
	"key":          func(n cpr.Number, _ profile) { panic(map[cpr.Number]int{n: 1}) },
	"type":         func(n cpr.Number, _ profile) { var v any = n; _ = v.(profile) },
	"repanic":      func(n cpr.Number, p profile) { defer func() { panic(fmt.Sprint(recover(), p)) }(); panic(n) },
	"must parse":   func(n cpr.Number, _ profile) { cpr.MustParse(n.Reveal() + "æ") },
	"stack traces": func(n cpr.Number, p profile) { deeper(n, p, cpr.Plain(n)) },
}

//go:noinline
func deeper(n cpr.Number, p profile, s cpr.Plain) int {
	if p.Navn != "" {
		panic("å")
	}
	return len(n.Masked()) + len(s.String())
}

// crashVariable names the crash that a child process of the test is to die of.
const crashVariable = "CPR_TEST_CRASH"

// A program that dies of each panic, as the runtime itself prints it.
func TestCrash_output(t *testing.T) {
	n := cpr.MustParse("2712589100")
	if name := os.Getenv(crashVariable); name != "" {
		crashes[name](n, newProfile(n))
	}
	program, err := os.Executable()
	require.NoError(t, err)
	for name := range crashes {
		cmd := exec.Command(program, "-test.run=^TestCrash_output$")
		cmd.Env = append(os.Environ(), crashVariable+"="+name, "GOTRACEBACK=all")
		out, err := cmd.CombinedOutput()
		assert.Error(t, err, name)
		assert.Contains(t, string(out), "panic: ", name)
		noTrace(t, n, string(out), name)
		if name == "number" || name == "plain" {
			assert.Contains(t, string(out), "******-****", name)
		}
	}
}

func TestCrash_recovered(t *testing.T) {
	n := cpr.MustParse("2712589100")
	for name, crash := range crashes {
		func() {
			defer func() {
				r := recover()
				noTrace(t, n, fmt.Sprintf("%v %+v %#v %d", r, r, r, r), name)
			}()
			crash(n, newProfile(n))
		}()
	}
}
