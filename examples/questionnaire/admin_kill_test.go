package main

import (
	"io"
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
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// killedInviter is the folder with everything that an inviter in another process needs.
const killedInviter = "QUESTIONNAIRE_TEST_INVITER"

// lettersOfALife is how many letters a life writes before it is killed in the next one.
const lettersOfALife = 20

// TestNoInvitationIsLostOrDoubledByAKill kills the program (-9) while it writes the letters
// of a list. Another life goes on each time, and everybody gets one letter.
func TestNoInvitationIsLostOrDoubledByAKill(t *testing.T) {
	if dir := os.Getenv(killedInviter); dir != "" {
		life, err := strconv.Atoi(os.Getenv(killedDay))
		require.NoError(t, err)
		s, o := officeAt(t, dir, life)
		written := 0
		stuck := post.NewOffice(o.Outbox, func(eboks.ID, eboks.Recipient) (string, error) {
			if written == lettersOfALife {
				<-t.Context().Done() // killed
			}
			written++
			return "https://panel.example/liv", nil
		}, time.UTC, newLogger(io.Discard))
		t.Fatal(inviterAt(s, stuck).Round(t.Context()))
	}
	t.Parallel()
	dir := t.TempDir()
	fake := ebokstest.New(t, ebokstest.Engines(stralforstest.Start), ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}})
	for file, content := range map[string][]byte{"cert": fake.CertPEM(), "key": fake.KeyPEM(), "ca": fake.CA(),
		"url": []byte(fake.URL()), "dialect": []byte("stralfors"), "db": []byte(filepath.Join(dir, "a.db"))} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), content, 0o600))
	}
	const people = 4 * lettersOfALife
	s, o := officeAt(t, dir, 0)
	key := store.AccountKey{Issuer: "https://æøå.example", Subject: "admin"}
	require.NoError(t, s.ArriveAdministrator(t.Context(), key, "Åse Ærlig"))
	who, err := s.AdministratorOf(t.Context(), key)
	require.NoError(t, err)
	var list []store.Invitee
	for i := range people {
		list = append(list, store.Invitee{Line: i + 1, Number: cprtest.Number(i)})
	}
	require.NoError(t, s.AddBatch(t.Context(), &store.Batch{ID: "B", Questionnaire: "hverdag", Template: survey.InvitationDefault, Version: 1, Lang: survey.Danish}, list))
	require.NoError(t, s.SendBatch(t.Context(), who, "B"))
	queued := func() int {
		b, err := s.Batch(t.Context(), "B")
		require.NoError(t, err)
		return b.Queued
	}
	for life := 1; life <= 3; life++ {
		before := queued()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoInvitationIsLostOrDoubledByAKill$")
		cmd.Env = append(os.Environ(), killedInviter+"="+dir, killedDay+"="+strconv.Itoa(life))
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { return queued() == before+lettersOfALife }, patience, 10*time.Millisecond, "life %d", life)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	require.NoError(t, inviterAt(s, o).Round(t.Context()))
	assert.Equal(t, people, queued())
	seen := map[eboks.ID]bool{}
	for r, err := range o.Outbox.Letters(t.Context(), outbox.Filter{}) {
		require.NoError(t, err)
		l, err := s.AnyLetter(t.Context(), r.ID)
		require.NoError(t, err)
		assert.True(t, l.Queued)
		slug, err := s.InvitedTo(t.Context(), r.ID)
		require.NoError(t, err)
		assert.Equal(t, "hverdag", slug)
		seen[r.ID] = true
	}
	assert.Len(t, seen, people, "one letter for everybody")
}

func inviterAt(s *store.Store, o *post.Office) *post.Inviter {
	return post.NewInviter(s, o, survey.Catalogue(), newLogger(io.Discard))
}
