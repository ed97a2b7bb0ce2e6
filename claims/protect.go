package claims

import (
	"errors"
	"fmt"
	"strings"
)

// errInClear answers every marshaller that meets personal data by accident.
var errInClear = errors.New("claims: personal data does not marshal by itself; " +
	"convert the claims.Identity to claims.Plain where it is meant to be written or read")

// outline says which parts a value has and nothing of what is in them. Empty
// words are left out.
func outline(name string, words ...string) string {
	return "claims." + name + "{" + list(words...) + "}"
}

func list(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// told is the name of a part, if the part is there.
func told(name string, there bool) string {
	if !there {
		return ""
	}
	return name
}

// format is the Format of every type with personal data: the same words under
// every verb and flag.
func format(f fmt.State, s string) { _, _ = f.Write([]byte(s)) }
