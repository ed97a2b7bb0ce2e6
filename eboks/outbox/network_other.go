//go:build !linux

package outbox

// networkFileSystem knows nothing on this system.
func networkFileSystem(string) string { return "" }
