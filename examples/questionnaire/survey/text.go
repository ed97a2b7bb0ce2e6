package survey

import "fmt"

// Text is a sentence in both languages.
type Text struct{ DA, EN string }

// In returns t in l.
func (t Text) In(l Lang) string {
	if l == English {
		return t.EN
	}
	return t.DA
}

// TextOf returns the text of the table under key, with args filled in. A key
// that is not there is an error, so that no page is shown with a hole in it.
func TextOf(l Lang, key string, args ...any) (string, error) {
	t, ok := lookUp(key)
	if !ok {
		return "", fmt.Errorf("no text %q", key)
	}
	if len(args) == 0 {
		return t.In(l), nil
	}
	return fmt.Sprintf(t.In(l), args...), nil
}

// KnownText reports whether the table has a text under key.
func KnownText(key string) bool {
	_, ok := lookUp(key)
	return ok
}

func lookUp(key string) (Text, bool) {
	for _, table := range []map[string]Text{pageTexts, profileTexts, letterTexts, ageTexts, signTexts, adminTexts, formTexts, demoTexts} {
		if t, ok := table[key]; ok {
			return t, true
		}
	}
	return Text{}, false
}
