package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pgtest"
)

// TestStart starts two servers that know nothing of each other.
func TestStart(t *testing.T) {
	for fsync, want := range map[bool]string{true: "on", false: "off"} {
		conn, err := pgx.Connect(context.Background(), pgtest.Start(t, pgtest.Options{Fsync: fsync, Memory: fsync}))
		require.NoError(t, err)
		defer func() { _ = conn.Close(context.Background()) }()
		var got, listens, name string
		require.NoError(t, conn.QueryRow(context.Background(), "SELECT current_setting('fsync'), current_setting('listen_addresses')").Scan(&got, &listens))
		require.Equal(t, want, got)
		require.Empty(t, listens, "no network address")
		_, err = conn.Exec(context.Background(), "CREATE TABLE brev (navn text)")
		require.NoError(t, err, "the folder is this test's alone")
		require.NoError(t, conn.QueryRow(context.Background(), "INSERT INTO brev VALUES ('Åse Æbelø') RETURNING navn").Scan(&name))
		require.Equal(t, "Åse Æbelø", name)
	}
}

// TestTheServerEndsWithTheProcess kills a process that has started a server.
func TestTheServerEndsWithTheProcess(t *testing.T) {
	if os.Getenv("DKEID_TEST_PGTEST") != "" { // it is that process
		fmt.Println(pgtest.Start(t, pgtest.Options{}))
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	_ = pgtest.Start(t, pgtest.Options{}) // or it is skipped
	child := exec.Command(os.Args[0], "-test.run=^TestTheServerEndsWithTheProcess$")
	child.Env = append(child.Environ(), "DKEID_TEST_PGTEST=1")
	_, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	dsn, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	conn, err := pgx.Connect(context.Background(), dsn)
	require.NoError(t, err)
	require.NoError(t, conn.Ping(context.Background()))
	require.NoError(t, child.Process.Kill())
	_ = child.Wait()
	require.Eventually(t, func() bool { return conn.Ping(context.Background()) != nil }, time.Minute, 10*time.Millisecond)
	folder, _, _ := strings.Cut(strings.TrimPrefix(dsn, "host="), " ")
	require.Eventually(t, func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) }, time.Minute, 10*time.Millisecond)
}
