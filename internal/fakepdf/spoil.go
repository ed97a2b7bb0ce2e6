package fakepdf

// contents says what is wrong with Contents.
type contents int

const (
	genuineContents contents = iota
	emptyContents            // <>
	nullContents             // null
	zeroContents             // zeros alone
	secondContents           // twice, both in the gap
)

// A spoil says what one signature gets wrong. What it does not name is genuine.
type spoil struct {
	byteRange   func(s *slot, size int) []int
	noByteRange bool
	contents    contents
	digest      func(sum []byte) []byte   // the messageDigest
	value       func(value []byte) []byte // the signature value
	imprint     func(value []byte) []byte // what the time stamp is of
	noToken     bool                      // no time stamp
	seal        *signer                   // who seals, if somebody else
	message     func(der []byte) []byte   // the whole CMS message
}
