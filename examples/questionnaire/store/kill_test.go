package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReopenAfterAKill writes in another process, kills it in mid-write, and
// counts: what it said was saved is there, and nothing is half there.
func TestReopenAfterAKill(t *testing.T) {
	const where = "QUESTIONNAIRE_TEST_WRITER"
	if path := os.Getenv(where); path != "" {
		writeUntilKilled(t, path)
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReopenAfterAKill$")
	cmd.Env = append(os.Environ(), where+"="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	saved := 0
	for lines := bufio.NewScanner(out); saved < 25 && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "saved ") {
			saved++
		}
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	require.Equal(t, 25, saved)

	keys, err := LoadKeyring(path + ".key")
	require.NoError(t, err)
	s := openTestStore(t, path, keys)
	var verdict string
	require.NoError(t, s.DB.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict))
	assert.Equal(t, "ok", verdict)
	var whole, broken int
	require.NoError(t, s.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM record WHERE status = 'answered'").Scan(&whole))
	assert.GreaterOrEqual(t, whole, saved)
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM record r WHERE status <> 'answered'
		OR (SELECT count(*) FROM status_change c WHERE c.record_id = r.id) <> 2 OR (SELECT count(*) FROM answer a WHERE a.record_id = r.id) <> 2`).Scan(&broken))
	assert.Zero(t, broken)
	require.NoError(t, s.checkKeys(t.Context()))
}

func writeUntilKilled(t *testing.T, path string) {
	keys, err := LoadKeyring(path + ".key")
	require.NoError(t, err)
	s := openTestStore(t, path, keys)
	for i := range 100_000 {
		id := account(t, s, fmt.Sprint(i), cprtest.Number(i))
		_, err := s.Save(t.Context(), id, "hverdag", survey.StageFirst, survey.Answers{"mood": {"3"}, "joy": {"rødgrød"}}, true, Follows{})
		if errors.Is(err, context.Canceled) {
			return
		}
		require.NoError(t, err)
		fmt.Println("saved", i)
	}
}
