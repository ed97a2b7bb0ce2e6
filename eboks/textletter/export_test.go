package textletter

// Wrap and Cut break text, with every character one wide.
func Wrap(text string, width int) []string {
	return wrap(text, float64(width), func(s string) float64 { return float64(len([]rune(s))) })
}

// Pages returns how many lines stand on each page, for lines of the height 1. Held
// lines stay with the next one.
func Pages(held []bool, first, next int) []int {
	lines := make([]line, len(held))
	for i, h := range held {
		lines[i] = line{face: face{lead: 1}, held: h}
	}
	var n []int
	for _, p := range paginate(lines, float64(first), float64(next)) {
		n = append(n, len(p))
	}
	return n
}
