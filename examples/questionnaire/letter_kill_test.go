package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// What a postman in another process is told.
const (
	killedPostman = "QUESTIONNAIRE_TEST_POSTMAN" // the folder with everything it needs
	killedDay     = "QUESTIONNAIRE_TEST_DAY"     // which life this is
)

// TestNoLetterIsLostOrDoubledByAKill kills the program (-9) while a letter is
// arriving at the distributor, after one has arrived whose answer is lost, and in
// the middle of the events. Another life of the program goes on each time.
func TestNoLetterIsLostOrDoubledByAKill(t *testing.T) {
	if dir := os.Getenv(killedPostman); dir != "" {
		sendUntilKilled(t, dir)
		return
	}
	for _, name := range []string{"stralfors", "postnord"} {
		t.Run(name, func(t *testing.T) { killPostmen(t, name) })
	}
}

func killPostmen(t *testing.T, name string) {
	dir := t.TempDir()
	var arrived, killAt atomic.Int64
	die, dead := make(chan struct{}), make(chan struct{})
	start := ebokstest.Engines(stralforstest.Start)
	if name == "postnord" {
		start = ebokstest.Engines(postnordtest.Start)
	}
	fake := ebokstest.New(t, start, ebokstest.Config{
		Settings: ebokstest.Settings{AnyRecipient: true},
		Inspect: func(_ ebokstest.Letter, document io.Reader) {
			if arrived.Add(1) == killAt.Load() {
				_, _ = io.CopyN(io.Discard, document, 100)
				die <- struct{}{}
				<-dead
			}
		},
	})
	for file, pem := range map[string][]byte{"cert": fake.CertPEM(), "key": fake.KeyPEM(), "ca": fake.CA()} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pem, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "url"), []byte(fake.URL()), 0o600))

	for life, at := range []int64{3, 9, 10} {
		killAt.Store(at)
		if life == 1 { // the answer to one that arrives is lost, and the rest of the life with it
			require.NoError(t, fake.Next("dropped-answer"))
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoLetterIsLostOrDoubledByAKill$")
		cmd.Env = append(os.Environ(), killedPostman+"="+dir, killedDay+"="+strconv.Itoa(life), "DIALECT="+name)
		require.NoError(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-die:
		case err := <-ended:
			t.Fatalf("life %d ended before it was killed: %v", life, err)
		}
		require.NoError(t, cmd.Process.Kill())
		<-ended
		dead <- struct{}{}
	}
	killAt.Store(0)

	// The last life is not killed.
	_, p := postmanAt(t, dir, name, 10)
	db := past(t, filepath.Join(dir, "a.db"))
	p.Round(t.Context())
	fake.Advance(time.Hour)
	p.Round(t.Context())
	rows, err := db.QueryContext(t.Context(), `SELECT id, state, sha256 FROM letter`)
	require.NoError(t, err)
	defer rows.Close()
	letters := 0
	for rows.Next() {
		var id, state, sum string
		require.NoError(t, rows.Scan(&id, &state, &sum))
		letters++
		assert.Equal(t, string(store.LetterAccepted), state)
		known, err := eboks.ParseID(id)
		require.NoError(t, err)
		assert.Equal(t, 1, fake.Delivered(known), "one letter, no more and no less")
		there, ok := fake.Letter(known)
		require.True(t, ok)
		assert.Equal(t, sum, hex.EncodeToString(there.Documents[0].SHA256[:]), "the bytes that were stored before the first attempt")
	}
	require.NoError(t, rows.Err())
	assert.GreaterOrEqual(t, letters, 8)
	assert.Equal(t, letters, fake.Total())
	assert.Empty(t, fake.Conflicts())
	var changes, events int
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM status_change WHERE status = 'answered'`).Scan(&changes))
	assert.Equal(t, changes, letters, "one letter for each status change")
	end := fake.Dialect().Traits().Furthest
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(DISTINCT letter_id) FROM letter_event WHERE status = ?`, end.String()).Scan(&events))
	assert.Equal(t, letters, events)
}

// postmanAt opens the store of dir, with a postman to the distributor that dir
// names, in a time in which what the life before had claimed is free again.
func postmanAt(t *testing.T, dir, dialect string, life int) (*store.Store, *post.Postman) {
	t.Helper()
	keys, err := store.LoadKeyring(filepath.Join(dir, "keys"))
	require.NoError(t, err)
	v, err := store.NewVault(keys)
	require.NoError(t, err)
	now := time.Now().Add(time.Duration(life) * 2 * post.ClaimLasts)
	s, err := store.Open(t.Context(), filepath.Join(dir, "a.db"), v, func() time.Time { return now })
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return b
	}
	certificate, err := tls.X509KeyPair(read("cert"), read("key"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(read("ca")))
	url := string(read("url"))
	sender, err := distributor.Open(dialect, distributor.Agreement{URL: url, StatusURL: url + "/rest/messages/{client}/?message_id={message}",
		System: "4711", ClientID: "DKEID", Certificate: certificate, Roots: roots, Materials: materials("1001"), Recognises: true})
	require.NoError(t, err)
	client, err := post.NewClient(sender, s, keys, newLogger(io.Discard))
	require.NoError(t, err)
	render := func(id eboks.ID, c survey.LetterContent, _ cpr.Number) ([]byte, error) {
		// Another time would make another PDF: what was stored first must count.
		c.Lines = append(c.Lines, survey.ContentLine{Question: "Liv", Values: []string{fmt.Sprint(life)}})
		return post.RenderLetter(c, id, "", time.UTC)
	}
	return s, post.NewPostman(s, client, render, newLogger(io.Discard))
}

func sendUntilKilled(t *testing.T, dir string) {
	life, err := strconv.Atoi(os.Getenv(killedDay))
	require.NoError(t, err)
	s, p := postmanAt(t, dir, os.Getenv("DIALECT"), life)
	q := survey.Everyday()
	for i := range 1000 {
		id := someone(t, s, fmt.Sprintf("%d.%d", life, i), cprtest.Number(1000*life+i))
		c := survey.NewLetterContent(survey.Danish, s.Now(), "Åse Ærlig", &q, survey.StageFirst, survey.Answers{"joy": {"rødgrød"}})
		_, err := s.Save(t.Context(), id, q.Slug, survey.StageFirst, survey.Answers{"joy": {"rødgrød"}}, true, store.Follows{Letter: &c})
		require.NoError(t, err)
		p.Round(context.Background())
	}
}
