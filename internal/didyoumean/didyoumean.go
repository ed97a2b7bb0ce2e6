// Package didyoumean finds the names that somebody may have meant by one that
// does not exist, so that an error of the fakes can say them.
//
// Two names are near when a few letters turn one into the other, or when they
// share words. The words that people use for the same thing count as one: "bad"
// and "wrong", "no" and "missing". All work is bounded: a name longer than 64
// bytes is near to nothing, and at most three names are found.
package didyoumean

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

const (
	longest = 64 // bytes of a name that is looked at or repeated
	most    = 3  // names that an error lists
)

// Text says that there is no such name, and which ones are near: `no tampering
// "expierd"; did you mean "expired"?`.
func Text(what, name string, all []string) string {
	shown := name
	if len(shown) > longest {
		shown = strings.ToValidUTF8(shown[:longest], "") + "…"
	}
	text := "no " + what + " " + strconv.Quote(shown)
	near := Names(name, all)
	if len(near) == 0 {
		return text
	}
	for i := range near {
		near[i] = strconv.Quote(near[i])
	}
	last := len(near) - 1
	if last > 0 {
		return text + "; did you mean " + strings.Join(near[:last], ", ") + " or " + near[last] + "?"
	}
	return text + "; did you mean " + near[0] + "?"
}

// Names returns at most three names of all that are near to name, the nearest
// first. If some differ by a few letters, these are the ones; if none does, those
// that share the most words.
func Names(name string, all []string) []string {
	if len(name) > longest {
		return nil
	}
	name = strings.ToLower(name)
	type candidate struct {
		name  string
		score int // the lower, the nearer
	}
	var letters, words []candidate
	mine := split(name)
	for _, other := range all {
		if len(other) > longest {
			continue
		}
		if d := distance(name, other); d <= min(2, len(name)/3) {
			letters = append(letters, candidate{other, d})
		}
		theirs := split(other)
		if shared := shared(mine, theirs); shared > 0 {
			words = append(words, candidate{other, len(theirs) - 4*shared})
		}
	}
	found := letters
	if len(found) == 0 {
		found = words
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, c := range found {
		if len(names) == most || c.score > found[0].score+1 {
			break
		}
		names = append(names, c.name)
	}
	return names
}

// split returns the words of a name.
func split(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// plain returns the word of the catalogues for what people say instead.
func plain(word string) string {
	switch word {
	case "bad", "invalid", "false", "incorrect", "unexpected", "mismatch", "mismatched", "broken":
		return "wrong"
	case "no", "without", "absent", "lacks", "lacking", "dropped", "omitted":
		return "missing"
	case "another", "foreign", "different", "stranger":
		return "other"
	case "nil":
		return "null"
	case "blank":
		return "empty"
	case "loa", "acr", "assurance":
		return "level"
	case "sig":
		return "signature"
	case "replay", "reused":
		return "replayed"
	case "ssn", "personnummer":
		return "cpr"
	case "old", "past", "outdated":
		return "expired"
	case "duplicate", "doubled", "double":
		return "twice"
	case "cancel", "canceled", "abort", "aborted":
		return "cancelled"
	}
	return word
}

// shared counts the words of a, or what they stand for, that b has too, each once.
func shared(a, b []string) int {
	n := 0
	taken := make([]bool, len(b))
	for _, w := range a {
		for i, v := range b {
			if !taken[i] && (alike(w, v) || alike(plain(w), v)) {
				taken[i] = true
				n++
				break
			}
		}
	}
	return n
}

// alike: equal, one begins the other ("aud" and "audience"), or one letter apart.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	short := min(len(a), len(b))
	if short >= 3 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return true
	}
	return short >= 4 && distance(a, b) <= 1
}

// distance counts the letters to put in, take out, change or swap with their
// neighbour until a is b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
