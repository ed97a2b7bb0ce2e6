// Package housecheck holds the tests that look at the repository as a whole:
// who imports whom, what the library must never do, the exported API, the
// conventions, and the code shown in the documents. It has no code of its own.
//
// Each finding names its place and the reason of the rule. A rule has a list of
// exceptions where one is thinkable; an entry there needs a reason too, and one
// that no longer applies fails the test.
//
// Some files are made from the sources:
//
//	go test ./internal/housecheck -update
//
// writes testdata/api.txt, the list of everything exported, and the marked
// snippets of the documents. Read the difference before you keep it.
package housecheck
