package main

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pgtest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// A file that is no database is left as it is, and nothing leaves.
func TestAFileThatIsNoDatabase(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(5)
	damaged := append([]byte("SQLite format 3\x00"), make([]byte, 4096)...)
	_, _ = rand.Read(damaged[16:])
	for name, content := range map[string][]byte{"a text": []byte("kære æøå\n"), "a list": []byte(head + "\n"), "a picture": make([]byte, 100_000), "a damaged one": damaged} {
		db := f.write("breve.db", content)
		p := start(t, append(d.args, "-list", path, "-db", db)...)
		require.Equal(t, 3, p.wait(time.Minute), name)
		p.all(rows, "waiting")
		require.Contains(t, p.tell.String(), "database", name)
		after, err := os.ReadFile(db)
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, after), name)
		require.NoFileExists(t, db+".key", name)
	}
	for name, db := range map[string]string{"a folder": f.path, "no folder": filepath.Join(f.path, "findes-ikke", "breve.db"), "no server": "postgres:///x?host=" + f.path} {
		p := start(t, append(d.args, "-list", path, "-db", db)...)
		require.Equal(t, 3, p.wait(time.Minute), name)
		p.all(rows, "waiting")
		require.NotEmpty(t, p.tell.String())
	}
	require.Zero(t, d.offered())
}

func TestAnotherKeyThanBefore(t *testing.T) {
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(5)
	db := filepath.Join(f.path, "breve.db")
	args := append(d.args, "-list", path, "-db", db)
	p := start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	before, err := os.ReadFile(db)
	require.NoError(t, err)
	own, err := os.ReadFile(db + ".key")
	require.NoError(t, err)
	require.NotContains(t, string(before), rows[0].title, "it is sealed")
	require.NotContains(t, string(before), "rødgrød")

	refused := func(why string) {
		t.Helper()
		p := start(t, args...)
		require.Equal(t, 3, p.wait(time.Minute))
		require.Contains(t, p.tell.String(), why)
		p.all(rows, "waiting")
		after, err := os.ReadFile(db)
		require.NoError(t, err)
		require.True(t, bytes.Equal(before, after), "it is left as it is")
	}
	t.Setenv("OUTBOX_KEY", base64.StdEncoding.EncodeToString(make([]byte, 32)))
	refused("add the key that was used before")
	t.Setenv("OUTBOX_KEY", "")
	require.NoError(t, os.Remove(db+".key"))
	refused("its key is missing")
	require.NoFileExists(t, db+".key")

	t.Setenv("OUTBOX_KEY", strings.TrimSpace(string(own)))
	p = start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	t.Setenv("OUTBOX_KEY", "æøå")
	p = start(t, args...)
	require.Equal(t, 3, p.wait(time.Minute))
	require.Contains(t, p.tell.String(), "OUTBOX_KEY is not 32 bytes")
	require.Equal(t, 5, d.offered())
}

// What cannot be recorded is not sent.
func TestALockedDatabase(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(5)
	db := filepath.Join(f.path, "breve.db")
	args := append(d.args, "-list", path, "-db", db)
	p := start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	holder, err := sql.Open("sqlite", "file:"+db+"?_txlock=exclusive")
	require.NoError(t, err)
	defer func() { _ = holder.Close() }()
	tx, err := holder.Begin()
	require.NoError(t, err)
	more := append(rows[:5:5], item{rows[0].number, "Ny å", "brev 0.pdf", "ny-å"})
	args = append(args, "-list", f.listOf("b.csv", more))
	began := time.Now()
	p = start(t, args...)
	require.Equal(t, 3, p.wait(time.Minute))
	t.Logf("%v", time.Since(began))
	require.Contains(t, p.tell.String(), "locked")
	p.report(more)
	require.Equal(t, 5, d.offered())
	require.NoError(t, tx.Rollback())
	p = start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	d.has(f, more)
}

// TestAFullDisk needs a small file system of its own.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(600)
	small := filepath.Join(f.path, "lille")
	require.NoError(t, os.Mkdir(small, 0o700))
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=512k", "none", small).CombinedOutput(); err != nil {
		toolstest.Missing(t, fmt.Sprintf("no small file system: %s", out))
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", small).Run() })
	args := append(d.args, "-list", path, "-db", filepath.Join(small, "breve.db"))
	p := start(t, args...)
	require.Equal(t, 3, p.wait(2*time.Minute), p.tell.String())
	require.Regexp(t, "(?i)full.*make room on the disk of the database and start the same command again", p.tell.String())
	accepted := 0
	for _, got := range p.report(rows) {
		if got[0] == "accepted" {
			accepted++
		}
	}
	ids, _ := d.letters()
	t.Logf("%d taken in, %d known to be", ids, accepted)
	require.LessOrEqual(t, ids-accepted, 32, "what is in doubt was on its way when the disk filled up")

	require.NoError(t, exec.Command("mount", "-o", "remount,size=100m", small).Run())
	p = start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	p.all(rows, "accepted")
	d.has(f, rows)
}

// postgres starts a server, and returns its address and a connection to it.
func postgres(t *testing.T) (address string, db *sql.DB) {
	t.Helper()
	dsn := pgtest.Start(t, pgtest.Options{Fsync: true})
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return urlOf(dsn), db
}

// urlOf is a connection string as an address.
func urlOf(dsn string) string {
	address := url.URL{Scheme: "postgres", Path: "/postgres"}
	q := url.Values{}
	for part := range strings.FieldsSeq(dsn) {
		if name, value, _ := strings.Cut(part, "="); name != "dbname" {
			q.Set(name, value)
		}
	}
	address.RawQuery = q.Encode()
	return address.String()
}

// Connections that the server ends, while the command reads, queues and sends, end nothing.
func TestAPostgreSQLThatEndsConnections(t *testing.T) {
	t.Parallel()
	address, db := postgres(t)
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(400)
	d.change(func(d *double) { d.slow = 300 * time.Millisecond })
	p := start(t, append(d.args, "-list", path, "-db", address)...)
	ended, ids, pause := 0, 0, 300*time.Millisecond
	for ids < 350 {
		var n int
		require.NoError(t, db.QueryRow(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&n))
		ended += n
		next, late := ids+20, time.Now().Add(pause)
		for ids < next && time.Now().Before(late) {
			<-time.After(10 * time.Millisecond)
			ids, _ = d.letters()
		}
		if pause *= 2; ids >= next { // a busy machine needs longer to come further
			pause = 300 * time.Millisecond
		}
		require.Less(t, pause, 10*time.Minute, p.tell.String())
	}
	require.Zero(t, p.wait(2*time.Minute), p.tell.String())
	t.Logf("%d connections ended", ended)
	require.Greater(t, ended, 10)
	p.all(rows, "accepted")
	d.has(f, rows)
}

func TestAMailingInPostgreSQL(t *testing.T) {
	t.Parallel()
	address, _ := postgres(t)
	f, d := newFolder(t), newDouble(t, false)
	path, rows := f.mailingOf(600)
	d.change(func(d *double) { d.slow, d.lag = 5*time.Millisecond, 2*time.Second })
	args := append(d.args, "-list", path, "-db", address)
	killed := start(t, args...)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(killed.tell.String())
		}
	})
	until(t, d.got(100))
	require.NoError(t, killed.cmd.Process.Kill())
	_ = killed.cmd.Wait()
	all := []*process{start(t, args...), start(t, args...), start(t, args...)}
	for _, p := range all {
		require.Zero(t, p.wait(time.Minute), p.tell.String())
		p.all(rows, "accepted")
	}
	d.has(f, rows)
	require.FileExists(t, filepath.Join(f.path, "outbox.key"))
}
