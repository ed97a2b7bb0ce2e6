package pgtest

import "syscall"

// inMemory is a folder in memory, if there is one with room for a few clusters.
func inMemory() string {
	const folder, room = "/dev/shm", 1 << 30
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil || s.Bavail*uint64(s.Bsize) < room {
		return ""
	}
	return folder
}
