package main

import "fmt"

// text is a sentence in both languages.
type text struct{ DA, EN string }

// in returns t in l.
func (t text) in(l lang) string {
	if l == english {
		return t.EN
	}
	return t.DA
}

// textOf returns the text of the table under key, with args filled in. A key
// that is not there is an error, so that no page is shown with a hole in it.
func textOf(l lang, key string, args ...any) (string, error) {
	t, ok := lookUp(key)
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	if len(args) == 0 {
		return t.in(l), nil
	}
	return fmt.Sprintf(t.in(l), args...), nil
}

// knownText reports whether the table has a text under key.
func knownText(key string) bool {
	_, ok := lookUp(key)
	return ok
}

func lookUp(key string) (text, bool) {
	for _, table := range []map[string]text{pageTexts, profileTexts, letterTexts, ageTexts, signTexts} {
		if t, ok := table[key]; ok {
			return t, true
		}
	}
	return text{}, false
}
