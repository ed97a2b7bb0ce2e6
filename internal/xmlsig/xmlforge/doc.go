// Package xmlforge makes signed documents that must be refused: signature wrapping
// ([Wrappings]), and signatures that verify and still do not count ([Forgeries]). Fakes
// send them, and tests hold internal/xmlsig against them.
package xmlforge
