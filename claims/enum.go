package claims

// nameOf returns the name of an enumerated value, and "unknown" for a value without one.
func nameOf[T ~uint8](v T, names []string) string {
	if int(v) >= len(names) {
		v = 0
	}
	return names[v]
}

// marshalName writes the name of v, and nothing for the zero value.
func marshalName[T ~uint8](v T, names []string, unfit error) ([]byte, error) {
	switch {
	case v == 0:
		return nil, nil
	case int(v) >= len(names):
		return nil, unfit
	}
	return []byte(names[v]), nil
}

// unmarshalName reads what marshalName writes, byte for byte.
func unmarshalName[T ~uint8](to *T, text []byte, names []string, unfit error) error {
	if len(text) == 0 {
		*to = 0
		return nil
	}
	for i, name := range names[1:] {
		if name == string(text) {
			*to = T(i + 1)
			return nil
		}
	}
	return unfit
}
