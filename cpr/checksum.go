package cpr

// ChecksumOK reports whether the digits pass modulus 11 (weights 4 3 2 7 6 5 4
// 3 2 1). It is a hint against typing errors and never validity: since
// 1 October 2007 CPR gives numbers that fail it, and makers of replacement
// numbers need not keep it. False for the zero Number.
func (n Number) ChecksumOK() bool {
	return n.v != 0 && weightedSum(n.value())%11 == 0
}

// weightedSum returns the weighted sum of x read as ten digits.
func weightedSum(x uint64) (sum uint64) {
	const weights = 4327654321 // one decimal digit for each digit of x
	for w := uint64(weights); w > 0; w /= 10 {
		sum += w % 10 * (x % 10)
		x /= 10
	}
	return sum
}
