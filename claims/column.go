package claims

import "database/sql/driver"

// parseOptional is the UnmarshalText of the numbers. It reads the empty text, which
// MarshalText writes for the zero value, as the zero value.
func parseOptional[T any](text []byte, parse func(string) (T, error)) (T, error) {
	if len(text) == 0 {
		var zero T
		return zero, nil
	}
	return parse(string(text))
}

// valueOf returns a text column, or NULL for the empty text.
func valueOf(s string) (driver.Value, error) {
	if s == "" {
		return nil, nil
	}
	return s, nil
}

// scanText reads a text column. For an integer column, which has lost leading zeros, it
// returns unfit.
func scanText[T any](src any, parse func(string) (T, error), unfit error) (T, error) {
	switch v := src.(type) {
	case nil:
		var zero T
		return zero, nil
	case string:
		return parse(v)
	case []byte:
		return parse(string(v))
	}
	var zero T
	return zero, unfit
}
