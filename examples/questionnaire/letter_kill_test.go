package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/internal/logtest"
)

// What a process that is to be killed is told.
const (
	killedOffice  = "QUESTIONNAIRE_TEST_OFFICE"  // the folder with everything it needs
	killedDay     = "QUESTIONNAIRE_TEST_DAY"     // which life this is
	killedProgram = "QUESTIONNAIRE_TEST_PROGRAM" // which of several programs on one database
)

// TestNoLetterIsLostOrDoubledByAKill kills the program (-9) while people hand in and letters
// are sent: while one is arriving at the distributor, and after one has arrived whose
// answer is lost. Another life of the program goes on each time. TestOnPostgreSQL does the
// same with two programs.
func TestNoLetterIsLostOrDoubledByAKill(t *testing.T) {
	if dir := os.Getenv(killedOffice); dir != "" {
		sendUntilKilled(t, dir)
		return
	}
	for _, name := range []string{"stralfors", "postnord"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killOffices(t, name, filepath.Join(t.TempDir(), "a.db"), 1)
		})
	}
}

func killOffices(t *testing.T, name, db string, programs int) {
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
	for file, content := range map[string][]byte{"cert": fake.CertPEM(), "key": fake.KeyPEM(), "ca": fake.CA(),
		"url": []byte(fake.URL()), "dialect": []byte(name), "db": []byte(db)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), content, 0o600))
	}

	lives := []int64{3, 6, 1}
	if programs > 1 {
		lives = lives[:2]
	}
	for life, after := range lives {
		killAt.Store(arrived.Load() + after)
		if life == 1 { // the answer to one that arrives is lost, and the rest of the life with it
			require.NoError(t, fake.Next("dropped-answer"))
		}
		ended, said := make(chan error, programs), &logtest.Buffer{}
		var all []*exec.Cmd
		for program := range programs {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoLetterIsLostOrDoubledByAKill$")
			cmd.Env = append(os.Environ(), killedOffice+"="+dir, killedDay+"="+strconv.Itoa(life), killedProgram+"="+strconv.Itoa(program))
			cmd.Stdout, cmd.Stderr = said, said
			require.NoError(t, cmd.Start())
			go func() { ended <- cmd.Wait() }()
			all = append(all, cmd)
		}
		select {
		case <-die:
		case err := <-ended:
			t.Fatalf("life %d ended before it was killed: %v\n%s", life, err, said)
		case <-time.After(patience):
			t.Fatalf("life %d sends nothing\n%s", life, said)
		}
		for _, cmd := range all {
			require.NoError(t, cmd.Process.Kill())
			<-ended
		}
		dead <- struct{}{}
	}
	killAt.Store(0)

	// The last life is not killed.
	s, o := officeAt(t, dir, 3)
	fake.Advance(time.Hour)
	// Whoever has handed in and has no number yet has a letter that waits.
	var changes, letters, sent int
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM status_change WHERE status = 'answered'), (SELECT count(*) FROM letter),
		(SELECT count(*) FROM letter l JOIN cpr_number n ON n.account_id = l.account_id WHERE l.content IS NULL AND l.refused = '')`).Scan(&changes, &letters, &sent))
	assert.Equal(t, changes, letters, "one letter for each status change")
	assert.LessOrEqual(t, letters-sent, 3*programs)
	require.GreaterOrEqual(t, sent, 6)
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- o.Outbox.Run(ctx) }()
	end := fake.Dialect().Traits().Furthest
	reached := func() (all []outbox.Record) {
		for r, err := range o.Outbox.Letters(t.Context(), outbox.Filter{States: []eboks.State{eboks.LetterAccepted}}) {
			require.NoError(t, err)
			if r.Reached == end {
				all = append(all, r)
			}
		}
		return all
	}
	if !assert.Eventually(t, func() bool {
		fake.Advance(time.Hour)
		return len(reached()) >= sent
	}, patience, 50*time.Millisecond) {
		state, err := o.Outbox.Summary(t.Context())
		require.NoError(t, err)
		t.Fatalf("%d of %d letters: %+v", len(reached()), sent, state)
	}
	cancel()
	require.NoError(t, <-ran)
	all := reached()
	assert.Len(t, all, sent)
	assert.Equal(t, sent, fake.Total())
	assert.Empty(t, fake.Conflicts())
	for _, r := range all {
		assert.Equal(t, 1, fake.Delivered(r.ID), "one letter, no more and no less")
		there, ok := fake.Letter(r.ID)
		require.True(t, ok)
		assert.Equal(t, r.SHA256, there.Documents[0].SHA256, "the bytes that were stored before the first attempt")
	}
}

// officeAt opens the store of dir, with an outbox to the distributor that dir
// names, in a time in which what the life before had in hand is free again.
func officeAt(t *testing.T, dir string, life int) (*store.Store, *post.Office) {
	t.Helper()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return b
	}
	keys, err := store.LoadKeyring(filepath.Join(dir, "keys"))
	require.NoError(t, err)
	v, err := store.NewVault(keys)
	require.NoError(t, err)
	ahead := time.Duration(life) * time.Hour
	s, err := store.Open(t.Context(), string(read("db")), v, func() time.Time { return time.Now().Add(ahead) })
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	certificate, err := tls.X509KeyPair(read("cert"), read("key"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(read("ca")))
	url := string(read("url"))
	sender, err := distributor.Open(string(read("dialect")), distributor.Agreement{URL: url, StatusURL: url + "/rest/messages/{client}/?message_id={message}",
		System: "4711", ClientID: "DKEID", Certificate: certificate, Roots: roots, Materials: materials("1001"), Recognises: true})
	require.NoError(t, err)
	log := newLogger(io.Discard)
	o, err := openOutbox(t.Context(), s, keys, outbox.Config{Sender: sender, ReceiptEvery: 20 * time.Millisecond, Logger: log})
	require.NoError(t, err)
	// Another life would write another PDF: what was stored first must count.
	link := func(eboks.ID, eboks.Recipient) (string, error) {
		return fmt.Sprintf("https://panel.example/liv/%d", life), nil
	}
	return s, post.NewOffice(o, link, time.UTC, log)
}

func sendUntilKilled(t *testing.T, dir string) {
	life, err := strconv.Atoi(os.Getenv(killedDay))
	require.NoError(t, err)
	program := os.Getenv(killedProgram)
	part, err := strconv.Atoi(program)
	require.NoError(t, err)
	s, o := officeAt(t, dir, life)
	go func() { _ = o.Outbox.Run(context.Background()) }()
	q, given := survey.Everyday(), survey.Answers{"joy": {"rødgrød"}}
	for i := range 12 {
		subject, number := fmt.Sprintf("%d.%s.%d", life, program, i), cprtest.Number(1000*life+100*part+i)
		first := number
		if i%2 == 0 { // the number comes after the letter
			first = cpr.Number{}
		}
		id := someone(t, s, subject, first)
		c := survey.NewLetterContent(survey.Danish, s.Now(), "Åse Ærlig", &q, survey.StageFirst, given)
		_, err := s.Save(t.Context(), id, q.Slug, survey.StageFirst, given, true, store.Follows{Effects: []store.Effect{{Letter: &c}}, Post: o})
		require.NoError(t, err)
		_, _, err = s.Arrive(t.Context(), store.Arrival{Key: store.AccountKey{Issuer: "https://æøå.example", Subject: subject}, Capacity: "private", CPR: number, Post: o})
		require.NoError(t, err)
		o.Outbox.Wake()
	}
	<-t.Context().Done() // killed
}
