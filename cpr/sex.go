package cpr

// Sex is the sex registered in CPR. Its zero value belongs to the zero Number.
// It is not gender identity, and no title follows from it; after a legal change
// of sex a person gets a new number.
type Sex uint8

// The two values that the register knows.
const (
	Male   Sex = iota + 1 // the last digit is odd
	Female                // the last digit is even, 0 included
)

// String returns "male", "female" or "".
func (s Sex) String() string {
	switch s {
	case Male:
		return "male"
	case Female:
		return "female"
	}
	return ""
}

// Sex returns the registered sex.
func (n Number) Sex() Sex {
	switch {
	case n.v == 0:
		return 0
	case n.value()%2 == 1:
		return Male
	}
	return Female
}
