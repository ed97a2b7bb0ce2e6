//go:build unix

package databases

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// mailing is what a process is told to send.
type mailing struct {
	SQLite, PostgreSQL string // one of them
	URL, System        string
	Dir                string // cert.pem, key.pem, ca.pem
	IDs                []eboks.ID
}

const mailingEnv = "DKEID_TEST_MAILING"

// The same mailing in several processes at once, on one ledger: each letter is offered
// once. One process is killed in the middle of it: what it had in hand is asked for, and
// nothing is offered a second time that arrived.
func TestProcessesOnOneLedger(t *testing.T) {
	for name, ledger := range map[string]func(t *testing.T, m *mailing) *sqlLedger{
		"SQLite": func(t *testing.T, m *mailing) *sqlLedger {
			m.SQLite = filepath.Join(m.Dir, "breve.db")
			return openSQLite(t, m.SQLite)
		},
		"PostgreSQL": func(t *testing.T, m *mailing) *sqlLedger {
			m.PostgreSQL = pgtest.Start(t, pgtest.Options{})
			return openPostgreSQL(t, m.PostgreSQL)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, fake := newMailing(t, 300)
			book := ledger(t, m)
			var sending sync.WaitGroup
			for range 3 {
				sending.Go(func() {
					out, err := m.process(t).Output()
					assert.NoError(t, err, "%s", out)
				})
			}
			sending.Wait()
			for _, id := range m.IDs {
				require.Equal(t, 1, fake.Offered(id), "offers of one letter")
			}

			m, fake = m.again(t, 300)
			killed := m.process(t)
			require.NoError(t, killed.Start())
			require.Eventually(t, func() bool { return len(fake.Requests()) > 50 }, time.Minute, time.Millisecond)
			require.NoError(t, killed.Process.Kill())
			require.Error(t, killed.Wait())
			if m.PostgreSQL != "" { // which may still carry out what the killed process said last
				book.db.SetMaxOpenConns(1)
				require.Eventually(t, func() bool {
					others := -1
					err := book.db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()").Scan(&others)
					return err == nil && others == 0
				}, time.Minute, 10*time.Millisecond)
			}
			// As after the lease: what was in hand may be asked for.
			_, err := book.db.Exec("UPDATE letters SET lease = at WHERE owner <> ''")
			require.NoError(t, err)
			for range 2 {
				sending.Go(func() {
					out, err := m.process(t).Output()
					assert.NoError(t, err, "%s", out)
				})
			}
			sending.Wait()
			fake.Advance(time.Hour)
			es, err := book.Load(t.Context(), m.IDs)
			require.NoError(t, err)
			doubts := 0
			for i, e := range es {
				require.Equal(t, 1, fake.Count(e.ID), "each letter arrived")
				require.Equal(t, eboks.LetterAccepted, e.State, i)
				require.Empty(t, e.Owner)
				if fake.Offered(e.ID) > 1 {
					doubts++
				}
			}
			require.LessOrEqual(t, doubts, 4, "no more than the killed process had in hand, and none of them had arrived")
		})
	}
}

func newMailing(t *testing.T, letters int) (*mailing, *stralforstest.Distributor) {
	t.Helper()
	return new(mailing).again(t, letters)
}

// again is another mailing, to another distributor, on the same ledger.
func (m *mailing) again(t *testing.T, letters int) (*mailing, *stralforstest.Distributor) {
	t.Helper()
	fake, err := stralforstest.Start(ebokstest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	next := *m
	next.URL, next.System = fake.URL(), fake.System()
	if next.Dir == "" {
		next.Dir = t.TempDir()
	}
	for file, text := range map[string][]byte{"ca.pem": fake.CA(), "cert.pem": fake.CertPEM(), "key.pem": fake.KeyPEM()} {
		require.NoError(t, os.WriteFile(filepath.Join(next.Dir, file), text, 0o600))
	}
	next.IDs = nil
	for range letters {
		next.IDs = append(next.IDs, eboks.NewID())
	}
	return &next, fake
}

// process is a program that sends the mailing.
func (m *mailing) process(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(m)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestMailingProcess$")
	cmd.Env = append(os.Environ(), mailingEnv+"="+string(text))
	return cmd
}

// TestMailingProcess is that program; on its own it does nothing.
func TestMailingProcess(t *testing.T) {
	if os.Getenv(mailingEnv) == "" {
		return
	}
	var m mailing
	require.NoError(t, json.Unmarshal([]byte(os.Getenv(mailingEnv)), &m))
	certificate, err := tls.LoadX509KeyPair(filepath.Join(m.Dir, "cert.pem"), filepath.Join(m.Dir, "key.pem"))
	require.NoError(t, err)
	sender, err := stralfors.New(stralfors.Config{BaseURL: m.URL, System: m.System, User: "Ærø", Certificate: certificate, Roots: roots(t, m.Dir), Wire: stralfors.Wire{Dedupes: true}})
	require.NoError(t, err)
	var book eboks.Ledger
	if m.SQLite != "" {
		book = openSQLite(t, m.SQLite)
	} else {
		book = openPostgreSQL(t, m.PostgreSQL)
	}
	client, err := eboks.New(eboks.Config{Sender: sender, Ledger: book, Keys: [][]byte{bytes.Repeat([]byte("k"), eboks.KeySize)}})
	require.NoError(t, err)
	var bad error
	for range 30 { // as the guide says: the same letters again
		bad = nil
		for r := range client.SendBatch(context.Background(), m.letters, eboks.Batch{}) {
			if r.Err != nil {
				bad = r.Err
			}
		}
		if bad == nil {
			return
		}
		<-time.After(time.Second)
	}
	require.NoError(t, bad)
}

func (m *mailing) letters(yield func(*eboks.Letter) bool) {
	for i, id := range m.IDs {
		if !yield(&eboks.Letter{
			ID: id, To: eboks.Person(cprtest.Number(9000 + i%2)), Title: "Årsopgørelse", Material: "1001",
			Document: eboks.Bytes(fmt.Appendf(nil, "%%PDF-1.7\n%% brev %d til Åse\n%%%%EOF\n", i)),
		}) {
			return
		}
	}
}

func roots(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return pool
}
