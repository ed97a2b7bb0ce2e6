package survey

// Line is one question and what was answered, as a person reads it.
type Line struct {
	Question Text
	Values   []string
}

// Lines writes answers as a person reads them.
func (f *Form) Lines(given Answers, l Lang) []Line {
	all := make([]Line, 0, len(f.Questions))
	for i := range f.Questions {
		q := &f.Questions[i]
		n := Line{Question: q.Text}
		for _, value := range given[q.ID] {
			n.Values = append(n.Values, q.word(value, l))
		}
		all = append(all, n)
	}
	return all
}

// word is a given value in l: the text of an option, the number of a scale with
// what its ends mean, or what the person wrote.
func (q *Question) word(value string, l Lang) string {
	for _, o := range q.Options {
		if o.ID == value {
			return o.Text.In(l)
		}
	}
	if q.Kind == Scale {
		return value + " (1 = " + q.Low.In(l) + ", " + q.Scale()[ScaleTop-1] + " = " + q.High.In(l) + ")"
	}
	return value
}
