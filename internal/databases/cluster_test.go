//go:build unix

package databases

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// cluster starts a PostgreSQL of the test's own, which listens on a socket in a
// folder of its own, and returns how to connect.
func cluster(t *testing.T) string {
	t.Helper()
	bin := programs(t)
	dir, err := os.MkdirTemp("", "dkeid-pg-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	run := func(program string, args ...string) {
		cmd := exec.Command(filepath.Join(bin, program), args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: nobodyElse(t, dir)}
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", program, out)
	}
	data := filepath.Join(dir, "data")
	run("initdb", "--no-sync", "-A", "trust", "-U", "dkeid", "-E", "UTF8", "-D", data)
	run("pg_ctl", "start", "-w", "-D", data, "-l", filepath.Join(dir, "log"), "-o", "-F -c listen_addresses='' -c unix_socket_directories="+dir)
	t.Cleanup(func() { run("pg_ctl", "stop", "-m", "immediate", "-D", data) })
	return "host=" + dir + " user=dkeid dbname=postgres"
}

// programs finds the folder of PostgreSQL's programs.
func programs(t *testing.T) string {
	t.Helper()
	places, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if in, err := exec.LookPath("initdb"); err == nil {
		places = append(places, in)
	}
	if len(places) == 0 {
		const why = "PostgreSQL is not installed: the errors of its drivers are not looked at"
		if os.Getenv("DKEID_NO_SKIP") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return filepath.Dir(places[len(places)-1])
}

// nobodyElse gives dir to the user postgres where the test runs as root, which
// PostgreSQL refuses to do.
func nobodyElse(t *testing.T, dir string) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	require.NoError(t, err)
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	require.NoError(t, err)
	require.NoError(t, os.Chown(dir, int(uid), int(gid)))
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: true}
}
