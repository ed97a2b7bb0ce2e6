// Package timestamptest is a timestamp authority (RFC 3161) for tests: it issues genuine
// tokens with keys of its own, and spoilt ones on demand. It links no test library, so
// that commands may start it.
package timestamptest
