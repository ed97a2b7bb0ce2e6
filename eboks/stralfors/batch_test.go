package stralfors_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

func batchAnswer(items ...string) string {
	return `<f:ForsendelseOSamling xmlns:f="urn:oio:fjernprint:3.0.0" xmlns:dkal="urn:oio:dkal:1.0.0">` + strings.Join(items, "") + `</f:ForsendelseOSamling>`
}

func item(id eboks.ID, rest string) string {
	return `<f:ForsendelseO><f:AfsendelseIdentifikator>` + id.String() + `</f:AfsendelseIdentifikator>` + rest + `</f:ForsendelseO>`
}

// three are letters to different people.
func three(t *testing.T) []*eboks.Letter {
	t.Helper()
	var ls []*eboks.Letter
	for _, s := range []string{"00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000b2", "00000000-0000-4000-8000-0000000000c3"} {
		l := letter()
		l.ID = id(s)
		ls = append(ls, l)
	}
	return measured(t, ls...)
}

// Each letter goes by its own part of the answer, wherever it stands.
func TestBatchAnswers(t *testing.T) {
	ls := three(t)
	a, b, c := ls[0].ID, ls[1].ID, ls[2].ID
	stranger := item(id(otherID), "")
	for name, tc := range map[string]struct {
		answer string
		want   [3]eboks.Kind // if zero, taken in
		alarm  bool          // of the first that is not
		why    string
	}{
		"in order":           {batchAnswer(item(a, ""), item(b, ""), item(c, "")), [3]eboks.Kind{}, false, ""},
		"reversed":           {batchAnswer(item(c, ""), item(b, ""), item(a, "")), [3]eboks.Kind{}, false, ""},
		"one missing":        {batchAnswer(item(a, ""), item(c, "")), [3]eboks.Kind{0, eboks.OutcomeUnknown, 0}, false, "does not name this letter"},
		"all missing":        {batchAnswer(), [3]eboks.Kind{eboks.OutcomeUnknown, eboks.OutcomeUnknown, eboks.OutcomeUnknown}, false, ""},
		"one twice":          {batchAnswer(item(a, ""), item(b, ""), item(b, ""), item(c, "")), [3]eboks.Kind{0, eboks.OutcomeUnknown, 0}, true, "more than once"},
		"twice, and one bad": {batchAnswer(item(a, ""), item(b, ""), item(b, fejl("1001")), item(c, "")), [3]eboks.Kind{0, eboks.OutcomeUnknown, 0}, true, "more than once"},
		"an extra":           {batchAnswer(item(a, ""), stranger, item(b, ""), item(c, "")), [3]eboks.Kind{}, false, ""},
		"another's instead":  {batchAnswer(item(a, ""), stranger, item(c, "")), [3]eboks.Kind{0, eboks.OutcomeUnknown, 0}, true, "names others"},
		"no id":              {batchAnswer(item(a, ""), "<f:ForsendelseO/>", item(c, "")), [3]eboks.Kind{0, eboks.OutcomeUnknown, 0}, true, "names others"},
		"one unreachable":    {batchAnswer(item(a, ""), item(b, fejl("2003")), item(c, "")), [3]eboks.Kind{0, eboks.RecipientUnreachable, 0}, false, ""},
		"one refused":        {batchAnswer(item(a, ""), item(b, ""), item(c, fejl("1001"))), [3]eboks.Kind{0, 0, eboks.Rejected}, false, ""},
		"one known":          {batchAnswer(item(a, fejl("1409")), item(b, ""), item(c, "")), [3]eboks.Kind{eboks.AlreadyAccepted, 0, 0}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t)
			srv.answers(200, tc.answer)
			var log bytes.Buffer
			s := srv.sender(t, func(c *stralfors.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			results, err := s.SendBatch(context.Background(), ls)
			require.NoError(t, err)
			require.Len(t, results, 3)
			require.Equal(t, 1, srv.count())
			first := true
			for i, r := range results {
				require.Equal(t, ls[i].ID, r.ID)
				if tc.want[i] == 0 {
					require.NoError(t, r.Err)
					require.Equal(t, r.ID, r.Receipt.ID)
					require.Equal(t, ls[i].Document.SHA256(), r.Receipt.SHA256)
					require.Equal(t, item(r.ID, ""), string(r.Receipt.Raw.Reveal()), "its own part")
					continue
				}
				require.Nil(t, r.Receipt)
				e := ours(t, r.Err)
				assert.Equal(t, tc.want[i], e.Kind)
				if first {
					first = false
					assert.Equal(t, tc.alarm, e.Alarm)
					assert.Contains(t, e.Why, tc.why)
				}
				assert.NotContains(t, string(e.Raw.Reveal()), otherID)
			}
			assert.Equal(t, strings.Contains(name, "extra") || strings.Contains(name, "instead") || strings.Contains(name, "no id"),
				strings.Contains(log.String(), "not in the batch"))
		})
	}
}

// A batch that is refused as a whole is refused for one letter's sake, and
// nobody says for whose: the Client lets each go by itself.
func TestARefusedBatchGoesLetterByLetter(t *testing.T) {
	srv := newServer(t)
	ls := three(t)
	srv.does(func(w http.ResponseWriter, r *http.Request, body []byte) {
		if bytes.Contains(body, []byte(ls[1].ID.String())) {
			w.WriteHeader(400)
			_, _ = w.Write([]byte(fejl("2006")))
			return
		}
		w.WriteHeader(204)
	})
	results, err := srv.sender(t).SendBatch(context.Background(), ls)
	require.Nil(t, results)
	require.ErrorIs(t, err, eboks.ErrRecipientUnreachable)
	require.True(t, eboks.SafeToRetry(err))
	require.Equal(t, 1, srv.count())

	client, err := eboks.New(eboks.Config{Sender: srv.sender(t, func(cfg *stralfors.Config) { cfg.BatchSize = 3 })})
	require.NoError(t, err)
	for r := range client.SendBatch(t.Context(), slices.Values(ls), eboks.Batch{InFlight: 1}) {
		if r.ID == ls[1].ID {
			require.ErrorIs(t, r.Err, eboks.ErrRecipientUnreachable)
		} else {
			require.NoError(t, r.Err)
		}
	}
	require.Equal(t, 1+4, srv.count())
}

func TestBatchesThatFailAsAWhole(t *testing.T) {
	ls := three(t)
	for name, c := range map[string]struct {
		status int
		body   string
		want   eboks.Kind
		safe   bool
	}{
		"HTML":                     {200, "<html></html>", eboks.OutcomeUnknown, false},
		"empty":                    {200, "", eboks.OutcomeUnknown, false},
		"cut":                      {200, batchAnswer(item(ls[0].ID, ""))[:120], eboks.OutcomeUnknown, false},
		"the answer to one letter": {200, taken(ls[0].ID.String(), ""), eboks.OutcomeUnknown, false},
		"204":                      {204, "", eboks.OutcomeUnknown, false},
		"409":                      {409, "", eboks.AlreadyAccepted, false},
		"a known code":             {400, fejl("1409"), eboks.AlreadyAccepted, false},
		"a code of no table":       {400, fejl("9999"), eboks.Rejected, false},
		"401":                      {401, "", eboks.AuthFailed, true},
		"429":                      {429, "", eboks.Throttled, true},
		"500":                      {500, "", eboks.OutcomeUnknown, false},
	} {
		srv := newServer(t)
		srv.answers(c.status, c.body)
		results, err := srv.sender(t).SendBatch(context.Background(), ls)
		require.Nil(t, results, name)
		e := ours(t, err)
		require.Equal(t, c.want, e.Kind, name)
		require.Equal(t, c.safe, e.NotDelivered, name)
		require.Zero(t, e.Reachability, name)
		require.Equal(t, 1, srv.count(), name)
	}
}

// A letter that cannot be written does not keep the others here.
func TestOneImpossibleLetterOfABatch(t *testing.T) {
	srv := newServer(t)
	ls := three(t)
	ls[0].Material = "ukendt"
	ls[2].ID = ls[1].ID
	srv.answers(200, batchAnswer(item(ls[1].ID, "")))
	results, err := srv.sender(t).SendBatch(context.Background(), ls)
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, eboks.ErrInputInvalid)
	require.NoError(t, results[1].Err)
	require.ErrorIs(t, results[2].Err, eboks.ErrInputInvalid)
	require.Equal(t, 1, strings.Count(string(srv.last(t).body), "<ForsendelseI>"))

	ls[1].Material = "også ukendt"
	results, err = srv.sender(t).SendBatch(context.Background(), ls[:2])
	require.NoError(t, err)
	require.Error(t, results[1].Err)
	require.Equal(t, 1, srv.count(), "nothing was left to say")
}
