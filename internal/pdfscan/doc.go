// Package pdfscan reads the structure of a PDF strictly. [Inspect] says what stands in a
// document that is given for signing. [File.SignatureFields] finds the signatures of a signed
// one, by the structure of the file and not by a search for words. [File.Changes] says what
// later updates did. [PaperFault] says why a printer cannot take a letter.
//
// # Strictness
//
// A PDF can be read in more than one way: readers repair broken files, each in its own
// manner, and signatures have been forged with files that two programs read differently.
// This package repairs nothing. What it cannot read is an error: a key that is twice in a
// dictionary, objects that overlap, bytes that belong to no object, an update that does
// not lie behind the one before, a stream of another length than it says.
//
// [PaperFault] alone reads loosely: a printer takes many a file that nobody should sign.
//
// # Limits
//
// Size, updates, objects, values, their depth and the bytes of unpacked streams are
// bounded, for the whole file. So time and memory are bounded for every input.
//
// # Errors
//
// Every error is an [*Error] with a [Reason]. Its text holds nothing of the file.
//
// # Files
//
//   - file.go, xref.go: the file, its updates and their cross-reference sections.
//   - indirect.go, pack.go: objects, in the file and in object streams.
//   - lexer.go, string.go, object.go: values.
//   - inspect.go, walk.go: what stands in a document.
//   - signature.go: signatures and what they cover.
//   - changes.go, change.go, shown.go, pages.go, formchange.go, fill.go, extensions.go, compare.go: what
//     updates change.
//   - loose.go, paper.go: what printers take.
//   - error.go: reasons.
package pdfscan
