package outbox_test

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/internal/pgtest"
)

// shared is the PostgreSQL of all tests that need no server of their own: each has a
// database in it.
var shared struct {
	sync.Mutex
	dsn       string
	databases int
	ends      []func()
}

// TestMain ends the shared PostgreSQL.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // those that run beside others wait more than they work
	code := m.Run()
	for _, end := range shared.ends {
		end()
	}
	os.Exit(code)
}

// lasting is a test that starts something that the tests after it use too.
type lasting struct{ testing.TB }

func (lasting) Cleanup(end func()) { shared.ends = append([]func(){end}, shared.ends...) }

// sharedPostgreSQL returns an empty database.
func sharedPostgreSQL(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.dsn == "" {
		shared.dsn = pgtest.Start(lasting{t}, pgtest.Options{Memory: true})
	}
	shared.databases++
	return freshDB(t, shared.dsn, fmt.Sprintf("test%d", shared.databases))
}
