package xmlsig

// The bounds of a document. A signed and encrypted response of NemLog-in is about 12 kB
// with fewer than 200 elements and 15 levels; the metadata of one identity provider is
// smaller.
const (
	// MaxSize is the length of a document in bytes. Privileges and a bootstrap token are
	// base64 inside base64 inside the assertion, so there is room for large ones.
	MaxSize = 512 << 10
	// MaxDepth is the number of elements that stand inside each other.
	MaxDepth = 64
	// MaxElements is the number of elements.
	MaxElements = 5_000
	// MaxAttributes is the number of attributes of one element, with its namespace
	// declarations. Duplicates are found by comparing each pair.
	MaxAttributes = 50
	// MaxAllAttributes is the number of attributes of all elements.
	MaxAllAttributes = 10_000
	// MaxNamespaces is the number of namespace declarations in scope at one element. Each
	// prefix is looked up among them, and canonicalization copies them for each element.
	MaxNamespaces = 32
	// MaxNamespaceLength is the length of a namespace name in bytes. Canonicalization
	// writes a name again at each element that uses it, so that a long one would make a
	// small document a large one.
	MaxNamespaceLength = 256
	// MaxPrefixList is the length in bytes of a list of prefixes that a canonicalization
	// names. It is read before the signature is verified.
	MaxPrefixList = 1024
)
