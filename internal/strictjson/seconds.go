package strictjson

import (
	"math/big"
	"strconv"
	"strings"
)

// The bounds of Seconds: a longer number, or one with a larger exponent, means no
// time, and costs more to read than it is worth.
const (
	maxNumber   = 64 // bytes
	maxExponent = 32
)

// Seconds reads a JSON number as whole seconds (NumericDate, RFC 7519 section 2,
// allows a fraction and an exponent). A fraction is rounded down, or up. False means that it
// is no JSON number, negative, or beyond the range of int64.
func Seconds(number string, up bool) (int64, bool) {
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && number[0] != '+' && (number[0] != '0' || len(number) == 1) {
		return n, n >= 0 && number[0] != '-'
	}
	if len(number) > maxNumber || !isNumber(number) || number[0] == '-' {
		return 0, false
	}
	if at := strings.IndexAny(number, "eE"); at >= 0 {
		if e, err := strconv.Atoi(number[at+1:]); err != nil || e > maxExponent || e < -maxExponent {
			return 0, false
		}
	}
	exact, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	whole, rest := new(big.Int).QuoRem(exact.Num(), exact.Denom(), new(big.Int))
	if up && rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole.Int64(), whole.IsInt64()
}

// isNumber reports whether s is a number as RFC 8259 section 6 has them.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if s = s[whole:]; strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
