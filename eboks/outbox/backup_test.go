package outbox_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// afterRestoring is what the guide says to do with a journal out of a backup.
func afterRestoring(t *testing.T) []string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "guides", "outbox.md"))
	require.NoError(t, err)
	m := regexp.MustCompile("(?s)```sql\n(.*?)```").FindStringSubmatch(string(guide))
	require.NotNil(t, m, "the guide tells it")
	return strings.SplitAfter(strings.TrimSpace(m[1]), ";\n")
}

// TestARestoredBackupSendsNothingTwice restores a journal that is older than the letters
// that were sent, does what the guide says, and runs. Without it the letters are doubled.
func TestARestoredBackupSendsNothingTwice(t *testing.T) {
	t.Parallel() // it waits more than it works
	sqlite := func(t *testing.T) (live string, backup func() string) {
		live = filepath.Join(crashsuite.Dir(t), "nu.db")
		return live, func() string {
			db, _, err := opendb.Open(t.Context(), live)
			require.NoError(t, err)
			old := filepath.Join(crashsuite.Dir(t), "sikkerhedskopi æøå.db")
			_, err = db.Exec(`VACUUM INTO '` + old + `'`)
			require.NoError(t, err)
			require.NoError(t, db.Close())
			db, err = sql.Open("sqlite", "file:"+old+"?_pragma=journal_mode(WAL)")
			require.NoError(t, err)
			require.NoError(t, db.Ping())
			require.NoError(t, db.Close())
			return old
		}
	}
	postgres := func(t *testing.T) (live string, backup func() string) {
		live = pgtest.Start(t, pgtest.Options{})
		return live, func() string {
			admin := regexp.MustCompile(`dbname=\S+`).ReplaceAllString(live, "dbname=template1")
			name := regexp.MustCompile(`dbname=(\S+)`).FindStringSubmatch(live)
			require.NotNil(t, name, live)
			db, err := opendb.PostgreSQL(t.Context(), admin)
			require.NoError(t, err)
			_, err = db.Exec(`CREATE DATABASE backup TEMPLATE ` + name[1])
			require.NoError(t, err)
			require.NoError(t, db.Close())
			return regexp.MustCompile(`dbname=\S+`).ReplaceAllString(live, "dbname=backup")
		}
	}
	for name, at := range map[string]func(t *testing.T) (string, func() string){"SQLite": sqlite, "PostgreSQL": postgres} {
		for _, c := range []struct {
			name            string
			dedupes, status bool
			told            bool // the journal was told that it is old
			doubled, parked int
		}{
			{"asked", false, true, true, 0, 0},
			{"recognised", true, false, true, 0, 0},
			{"neither", false, false, true, 0, 5},
			{"nobody has read the guide", false, true, false, 2, 0},
		} {
			if name == "PostgreSQL" && c.name != "asked" {
				continue // the same rule; a cluster takes its time
			}
			t.Run(name+"/"+c.name, func(t *testing.T) {
				live, backup := at(t)
				clock := posttest.NewClock()
				d := posttest.New(posttest.Config{Now: clock.Now, Dedupes: c.dedupes, Status: c.status})
				open := func(name string) (*outbox.Outbox, *sql.DB) {
					cfg := opener(t, name)()
					cfg.Sender, cfg.Now, cfg.Keys = d.Of(nil), clock.Now, [][]byte{bytes.Repeat([]byte("k"), 32)}
					return start(t, cfg), cfg.DB
				}
				o, db := open(live)
				early := queueOf(t, o, "1001", "1001")
				stepAll(t, o)
				sent := queueOf(t, o, "1001", "1001")
				lost := queueOf(t, o, "1001", "1001", "1001")
				require.NoError(t, db.Close())
				old := backup()

				o, db = open(live)
				for _, id := range sent {
					_, err := o.Step(t.Context(), id)
					require.NoError(t, err)
				}
				require.NoError(t, db.Close())

				o, db = open(old)
				if c.told {
					for _, statement := range afterRestoring(t) {
						_, err := db.Exec(statement)
						require.NoError(t, err, statement)
					}
				}
				for range 15 {
					stepAll(t, o)
					clock.Move(2 * time.Minute)
				}
				for _, id := range append(early, sent...) {
					r, _, err := o.Letter(t.Context(), id)
					require.NoError(t, err)
					if r.State != eboks.LetterAccepted {
						assert.Equal(t, eboks.LetterParked, r.State)
						assert.Positive(t, c.parked)
					}
				}
				doubled := 0
				for _, id := range append(early, sent...) {
					require.Positive(t, d.Count(id))
					doubled += d.Count(id) - 1
				}
				assert.Equal(t, c.doubled, doubled)
				s, err := o.Summary(t.Context())
				require.NoError(t, err)
				assert.Equal(t, c.parked, s.NeedPerson)
				for _, id := range lost {
					assert.Equal(t, c.parked == 0, d.Count(id) == 1, "what was not sent is sent now, or a person decides")
				}
			})
		}
	}
}
