//go:build unix

package pgtest

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// Start starts a PostgreSQL, stops it when the test ends, and returns how to connect.
func Start(tb testing.TB, o Options) (dsn string) {
	tb.Helper()
	bin := programs(tb)
	place := ""
	if o.Memory {
		place = inMemory()
	}
	dir, err := os.MkdirTemp(place, "dkeid-pg-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	who := nobodyElse(tb, dir)
	command := func(program string, args ...string) *exec.Cmd {
		cmd := exec.Command(program, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: who, Setpgid: true}
		cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
		return cmd
	}
	run := func(program string, args ...string) {
		if out, err := command(filepath.Join(bin, program), args...).CombinedOutput(); err != nil {
			tb.Fatalf("%s: %v\n%s", program, err, out)
		}
	}
	data := filepath.Join(dir, "data")
	run("initdb", "--no-sync", "-A", "trust", "-U", "dkeid", "-E", "UTF8", "-D", data)
	options := "-c listen_addresses='' -c unix_socket_directories=" + dir
	if !o.Fsync {
		options = "-F " + options
	}
	// The server ends with this process, however that ends: then the pipe does.
	guard := command("sh", "-c", `cat >/dev/null; "$0" stop -m immediate -D "$1" >/dev/null 2>&1; rm -rf "$2"`, filepath.Join(bin, "pg_ctl"), data, dir)
	pipe, err := guard.StdinPipe()
	if err == nil {
		err = guard.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = pipe.Close()
		_ = guard.Wait()
	})
	run("pg_ctl", "start", "-w", "-D", data, "-l", filepath.Join(dir, "log"), "-o", options)
	return "host=" + dir + " user=dkeid dbname=postgres"
}

// programs finds the folder of PostgreSQL's programs.
func programs(tb testing.TB) string {
	tb.Helper()
	places, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if in, err := exec.LookPath("initdb"); err == nil {
		places = append(places, in)
	}
	if len(places) == 0 {
		toolstest.Missing(tb, "PostgreSQL is not installed (Debian: apt-get install postgresql): what needs it is not tested")
	}
	return filepath.Dir(places[len(places)-1])
}

// nobodyElse gives dir to the user postgres where the test runs as root, which
// PostgreSQL refuses to do.
func nobodyElse(tb testing.TB, dir string) *syscall.Credential {
	tb.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		tb.Fatal(err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		tb.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		tb.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: true}
}
