package ebokstest

// Dialect is the wire that a fake speaks.
type Dialect uint8

// The dialects.
const (
	Stralfors Dialect = iota // PostNord Strålfors Connect, OIOREST 3.0 and 1.0
	PostNord                 // e-Boks Dispatch version 3, as a PostNord customer gets it
	lastDialect
)

// Dialects returns every dialect.
func Dialects() []Dialect { return []Dialect{Stralfors, PostNord} }

// String returns the dialect in a word: "stralfors", "postnord".
func (d Dialect) String() string {
	if d >= lastDialect {
		return "unknown dialect"
	}
	return [...]string{"stralfors", "postnord"}[d]
}
