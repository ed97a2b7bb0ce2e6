package outbox

import "syscall"

// networkFileSystem returns the kind of file system that file is on if other machines can
// write to it, and "" otherwise (statfs(2)).
func networkFileSystem(file string) string {
	var s syscall.Statfs_t
	if file == "" || syscall.Statfs(file, &s) != nil {
		return ""
	}
	switch uint32(s.Type) { //nolint:unconvert // its size differs between machines
	case 0x6969:
		return "NFS"
	case 0x517b, 0xff534d42, 0xfe534d42:
		return "SMB"
	case 0x01021997:
		return "9P"
	case 0x00c36400:
		return "Ceph"
	case 0x0bd00bd0:
		return "Lustre"
	case 0x5346414f, 0x6b414653:
		return "AFS"
	case 0x73757245:
		return "Coda"
	case 0x7461636f:
		return "OCFS2"
	case 0x01161970:
		return "GFS2"
	default:
		return ""
	}
}
