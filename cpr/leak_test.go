package cpr_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

// protected are the numbers that the printing tests look for: published test
// persons, one with a leading zero, one replacement number.
func protected() []cpr.Number {
	return []cpr.Number{
		cpr.MustParse("2101270087"), cpr.MustParse("2712589100"),
		cprtest.Number(0), cprtest.Replacement(3), cprtest.WithChecksum(5),
	}
}

// traces returns every spelling in which the digits of n could come out.
func traces(n cpr.Number) []string {
	d := n.Reveal()
	x, _ := strconv.ParseUint(d, 10, 64)
	all := []string{
		d, d[:6] + "-" + d[6:], strconv.FormatUint(x, 10), strconv.FormatUint(x, 16), strconv.FormatUint(x, 8),
		strconv.FormatUint(x, 2), hex.EncodeToString([]byte(d)), strings.Trim(fmt.Sprint([]byte(d)), "[]"),
		fmt.Sprintf("% x", d), strings.Trim(fmt.Sprintf("%#v", []byte(d)), "[]byte{}"), fmt.Sprintf("%U", []rune(d)),
		fmt.Sprintf("%e", float64(x)), fmt.Sprintf("%g", float64(x)), fmt.Sprintf("%x", float64(x)),
		base64.StdEncoding.EncodeToString([]byte(d)), strings.TrimRight(base64.RawURLEncoding.EncodeToString([]byte(d)), "="),
	}
	for i, s := range all {
		all[i] = strings.ToLower(s)
	}
	return all
}

// noTrace fails the test if out holds the digits of n in any spelling.
func noTrace(t *testing.T, n cpr.Number, out, where string) {
	t.Helper()
	low := strings.ToLower(out)
	for _, s := range traces(n) {
		if strings.Contains(low, s) {
			t.Errorf("%s shows the number as %s", where, s)
		}
	}
}

// masked fails the test if out holds any digit at all, or no mask.
func masked(t *testing.T, out, where string) {
	t.Helper()
	if strings.ContainsAny(out, "0123456789") {
		t.Errorf("%s shows digits", where)
	}
	if !strings.Contains(out, "******-****") {
		t.Errorf("%s shows no mask: %q", where, out)
	}
}

// verbs are all verbs, those that fmt does not know included, with flags.
func verbs() []string {
	var all []string
	for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "# ", "30", "-30", ".3", "030.5"} {
		for c := 'A'; c <= 'z'; c++ {
			if 'Z' < c && c < 'a' {
				continue
			}
			all = append(all, "%"+flags+string(c))
		}
		all = append(all, "%"+flags+"ø", "%"+flags+"!", "%"+flags+"[1]v")
	}
	return all
}

// profile holds a number in every place that a printer can walk to. Its
// unexported fields are those where fmt cannot call methods.
type profile struct {
	Navn     string
	CPR      cpr.Number
	Stored   cpr.Plain
	hidden   cpr.Number
	stored   cpr.Plain
	pointer  *cpr.Number
	list     []cpr.Number
	array    [2]cpr.Number
	keys     map[cpr.Number]string
	values   map[string]cpr.Number
	anything any
	nested   struct{ inner *struct{ deep cpr.Number } }
}

func newProfile(n cpr.Number) profile {
	p := profile{
		Navn: "Søren Ærøskøbing Å", CPR: n, Stored: cpr.Plain(n), hidden: n, stored: cpr.Plain(n), pointer: &n,
		list: []cpr.Number{n, n}, array: [2]cpr.Number{n, {}}, keys: map[cpr.Number]string{n: "nøgle"},
		values: map[string]cpr.Number{"værdi": n}, anything: n,
	}
	p.nested.inner = &struct{ deep cpr.Number }{n}
	return p
}

// holders returns everything of a program that could hold n, by name.
func holders(n cpr.Number) map[string]any {
	p := newProfile(n)
	var boxed any = n
	return map[string]any{
		"number": n, "plain": cpr.Plain(n), "pointer": &n, "interface": &boxed, "slice": []cpr.Number{n}, "array": [1]cpr.Number{n},
		"map key": map[cpr.Number]int{n: 1}, "map value": map[string]cpr.Number{"å": n}, "any slice": []any{n, &n, cpr.Plain(n)},
		"struct": p, "struct pointer": &p, "slice of structs": []profile{p}, "map of structs": map[string]*profile{"ø": &p},
		"plain slice": []cpr.Plain{cpr.Plain(n)}, "plain key": map[cpr.Plain]int{cpr.Plain(n): 1},
		"alias": alias(n), "embedded": embedded{n, "æ"}, "channel": make(chan cpr.Number), "func": func() cpr.Number { return n },
	}
}

// alias is what a careless caller defines: it has none of Number's methods.
type alias cpr.Number

type embedded struct {
	cpr.Number
	Note string
}
