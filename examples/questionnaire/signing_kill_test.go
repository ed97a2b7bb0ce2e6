package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// What a clerk in another process is told.
const (
	killedClerk = "QUESTIONNAIRE_TEST_CLERK"      // the folder with everything it needs
	killedLife  = "QUESTIONNAIRE_TEST_CLERK_LIFE" // which life this is
)

// TestNoSignatureIsLostOrDoubledByAKill kills the program (-9) at every call to the
// service: before the service has done it, and after, when only the answer is missing.
// Another life of the program goes on each time.
func TestNoSignatureIsLostOrDoubledByAKill(t *testing.T) {
	if dir := os.Getenv(killedClerk); dir != "" {
		workUntilKilled(t, dir)
		return
	}
	t.Parallel()
	fake := signingtest.New(t)
	dir := t.TempDir()
	known, err := json.Marshal(map[string]string{"endpoint": fake.Endpoint(), "id": fake.ClientID(), "secret": fake.ClientSecret().Reveal(),
		"issuer": fake.Verify().Issuer(), "audience": fake.Verify().ClientID()})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "service"), known, 0o600))
	s, c := clerkAt(t, dir, 0)
	db := past(t, filepath.Join(dir, "a.db"))
	q, who := survey.HelpAtHome(), mitidtest.Ditlev()
	id := someone(t, s, "1", cprtest.Number(1))
	letter := survey.NewLetterContent(survey.Danish, s.Now(), "Åse Ærlig", &q, survey.StageFirst, survey.Answers{"tasks": {"cleaning"}})
	_, err = s.Save(t.Context(), id, q.Slug, survey.StageFirst, survey.Answers{"tasks": {"cleaning"}}, true,
		store.Follows{Effects: []store.Effect{{Agreement: &survey.AgreementContent{Letter: letter, Title: "Aftale på Ærø", Lead: "æøå", UUID: who.UUID}}}})
	require.NoError(t, err)

	life := 0
	// live runs one life, and kills it once something has come about.
	live := func(about func() bool) {
		t.Helper()
		life++
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoSignatureIsLostOrDoubledByAKill$")
		cmd.Env = append(os.Environ(), killedClerk+"="+dir, killedLife+"="+strconv.Itoa(life))
		require.NoError(t, cmd.Start())
		require.Eventually(t, about, patience, 10*time.Millisecond, "life %d", life)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	// dies kills a life at a call: the service hangs before or after it has done it.
	dies := func(operation string) {
		t.Helper()
		for _, how := range []string{"hang", "hang-after"} {
			require.NoError(t, fake.At(operation, how))
			live(func() bool { return played(fake, how) })
			fake.ResetRequests()
		}
	}
	is := func(state string) func() bool {
		return func() bool {
			var found string
			return db.QueryRowContext(t.Context(), `SELECT state || cleaned FROM signature`).Scan(&found) == nil && found == state
		}
	}
	dies("createSignatureOrder")
	dies("signatureOrder") // that is looked for after a crash
	live(is("placed0"))
	links, err := c.Desk.Service.Links(t.Context(), onlyTicket(t, db))
	require.NoError(t, err)
	require.NoError(t, fake.SignAs(t.Context(), links[0].Reveal(), who))
	for _, operation := range []string{"signatureOrder", "closeSignatureOrder", "document", "cleanupSignatureOrder"} {
		dies(operation)
		if operation != "cleanupSignatureOrder" {
			assert.True(t, is("placed0")(), operation)
		}
	}
	live(is("ended1"))

	var signed, letters int
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM status_change WHERE status = 'signed'`).Scan(&signed))
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM letter`).Scan(&letters))
	assert.Equal(t, []int{1, 1}, []int{signed, letters})
	orders, _, err := c.Desk.Service.Orders(t.Context(), signing.OrderUnknown, "")
	require.NoError(t, err)
	assert.Len(t, orders, 1, "one order")
	all, err := s.Signatures(t.Context(), id, recordOf(t, db))
	require.NoError(t, err)
	copied, err := s.SignatureFile(t.Context(), id, all[0].ID, store.FileSigned)
	require.NoError(t, err)
	original, err := s.SignatureFile(t.Context(), id, all[0].ID, store.FileDocument)
	require.NoError(t, err)
	assert.Equal(t, original, copied[:len(original)], "the bytes that were stored before the order was placed")
	assert.True(t, all[0].Proven)
}

func recordOf(t *testing.T, db *sql.DB) (id string) {
	t.Helper()
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT id FROM record`).Scan(&id))
	return id
}

// played reports whether the service has misbehaved in a way.
func played(fake *signingtest.Service, how string) bool {
	for _, r := range fake.Requests() {
		for _, m := range r.Misbehaviours {
			if m == how {
				return true
			}
		}
	}
	return false
}

// clerkAt opens the store of dir, with a clerk at the service that dir names, in a time
// in which what the life before had taken is free again.
func clerkAt(t *testing.T, dir string, life int) (*store.Store, *signdesk.Clerk) {
	t.Helper()
	keys, err := store.LoadKeyring(filepath.Join(dir, "keys"))
	require.NoError(t, err)
	v, err := store.NewVault(keys)
	require.NoError(t, err)
	now := time.Now().Add(time.Duration(life) * 2 * signdesk.ParkedWait)
	s, err := store.Open(t.Context(), filepath.Join(dir, "a.db"), v, func() time.Time { return now })
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	raw, err := os.ReadFile(filepath.Join(dir, "service"))
	require.NoError(t, err)
	var known map[string]string
	require.NoError(t, json.Unmarshal(raw, &known))
	log := newLogger(&logtest.Buffer{})
	d, err := signdesk.Open(signdesk.Account{Endpoint: known["endpoint"], ClientID: known["id"], ClientSecret: signing.NewSecret(known["secret"]),
		Verifier: criipto.VerifierConfig{Issuer: known["issuer"], Audiences: []string{known["audience"]}, AllowTest: true}},
		"http://127.0.0.1:1", keys, log)
	require.NoError(t, err)
	planner := &post.Planner{Store: s, Questionnaires: survey.Agreements(), Post: nowhere{}, Signs: true}
	return s, signdesk.NewClerk(signdesk.ClerkConfig{Store: s, Desk: d, PublicURL: "http://127.0.0.1:1", Follows: planner.Plan, Zone: time.UTC, Logger: log, Every: time.Nanosecond})
}

// nowhere is a store.Post. Letters are counted in the store.
type nowhere struct{}

func (nowhere) Write(_ context.Context, d *store.Draft) (*eboks.Letter, string, error) {
	return &eboks.Letter{ID: d.ID}, "", nil
}

func (nowhere) Enqueue(context.Context, outbox.Tx, *eboks.Letter) (bool, error) { return true, nil }

func workUntilKilled(t *testing.T, dir string) {
	life, err := strconv.Atoi(os.Getenv(killedLife))
	require.NoError(t, err)
	_, c := clerkAt(t, dir, life)
	for range time.Tick(10 * time.Millisecond) {
		c.Round(t.Context())
	}
}
