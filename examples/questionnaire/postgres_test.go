package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// address is what -db takes for a database of a PostgreSQL that pgtest has started.
func address(t *testing.T, dsn, database string) string {
	t.Helper()
	given := url.Values{}
	for _, pair := range strings.Fields(dsn) {
		key, value, ok := strings.Cut(pair, "=")
		require.True(t, ok)
		given.Set(key, value)
	}
	given.Set("dbname", database)
	return "postgres:///?" + given.Encode()
}

// TestOnPostgreSQL tells stories of the app again, each in a database of its own.
func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Start(t, pgtest.Options{})
	db, err := opendb.PostgreSQL(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	n := 0
	tell := func(name string, story func(t *testing.T, db string)) {
		n++
		empty := fmt.Sprintf("panel_%d", n)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.ExecContext(t.Context(), "CREATE DATABASE "+empty)
			require.NoError(t, err)
			story(t, address(t, dsn, empty))
		})
	}
	for name, story := range map[string]func(*testing.T, *house){
		"a letter arrives": letterArrives, "a letter is read": readingIsShown, "a crowd": func(t *testing.T, h *house) { crowd(t, h, 8) },
		"somebody is invited": inviteByNumber,
	} {
		tell(name, func(t *testing.T, db string) { story(t, newHouseIn(t, db, "criipto")) })
	}
	tell("an agreement is signed", func(t *testing.T, db string) { agreementIsSigned(t, newSignHouseIn(t, db)) })
	tell("two programs are killed", func(t *testing.T, db string) { killOffices(t, "stralfors", db, 2) })
	tell("the program is killed at every stage", storyGoesOn)
	tell("the demonstration", func(t *testing.T, db string) {
		demonstration(t, "Sendt", "-db", db, "-key", filepath.Join(t.TempDir(), "nøgler"))
	})
}
