package mitidhttp

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// A session of the broker that is over stays over, also when its logout came
// while our callback was still at work; a subject's logout leaves later logins.
func TestLogoutByTimeAndBySession(t *testing.T) {
	ctx, noon := context.Background(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	e := newMemoryEnded()
	require.NoError(t, e.End(ctx, mitid.Logout{Subject: "søren", SessionID: "s1", At: noon}))
	require.NoError(t, e.End(ctx, mitid.Logout{SessionID: "s5", At: noon}), "whose it is, is not told")
	require.NoError(t, e.End(ctx, mitid.Logout{Subject: "åse", At: noon}))
	require.NoError(t, e.End(ctx, mitid.Logout{Subject: "åse", At: noon.Add(-time.Hour)}), "an older message comes late")
	for _, c := range []struct {
		subject, session string
		login            time.Time
		over             bool
	}{
		{"søren", "s1", noon.Add(-time.Hour), true},
		{"søren", "s1", noon.Add(time.Second), true},
		{"søren", "s2", noon.Add(-time.Hour), false},
		{"ægir", "s1", noon, false},
		{"ægir", "s5", noon.Add(time.Second), true},
		{"åse", "s3", noon, true},
		{"åse", "", noon.Add(-time.Minute), true},
		{"åse", "s3", noon.Add(time.Second), false},
		{"ægir", "", noon, false},
	} {
		over, err := e.Ended(ctx, c.subject, c.session, c.login)
		require.NoError(t, err)
		require.Equal(t, c.over, over, c)
	}
}

func TestMemoryOfLogoutsIsCapped(t *testing.T) {
	ctx := context.Background()
	e := newMemoryEnded()
	for i := range maxEnded + 10 {
		require.NoError(t, e.End(ctx, mitid.Logout{SessionID: strconv.Itoa(i)}))
	}
	require.Len(t, e.at, maxEnded)
	over, err := e.Ended(ctx, "", strconv.Itoa(maxEnded+9), time.Time{})
	require.True(t, over && err == nil)
}
