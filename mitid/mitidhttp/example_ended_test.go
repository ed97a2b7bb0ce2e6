package mitidhttp_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// sharedEnded stands for a table in the database that all replicas use.
type sharedEnded struct {
	mu   sync.Mutex
	over map[string]time.Time // by session id, or by subject
}

var _ mitidhttp.Ended = (*sharedEnded)(nil)

func (e *sharedEnded) End(_ context.Context, l mitid.Logout, at time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := "session " + l.SessionID
	if l.SessionID == "" {
		key = "subject " + l.Subject
	}
	e.over[key] = at
	return nil
}

func (e *sharedEnded) Ended(_ context.Context, subject, sessionID string, began time.Time) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range []string{"session " + sessionID, "subject " + subject} {
		if at, ok := e.over[key]; ok && !began.After(at) {
			return true, nil
		}
	}
	return false, nil
}

// What the broker has ended is over on every replica, for sessions that began
// before.
func ExampleEnded() {
	ctx, noon := context.Background(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ended := &sharedEnded{over: map[string]time.Time{}}
	if err := ended.End(ctx, mitid.Logout{SessionID: "5d1c1a4e"}, noon); err != nil {
		fmt.Println(err)
	}
	for _, began := range []time.Time{noon.Add(-time.Hour), noon.Add(time.Second)} {
		over, err := ended.Ended(ctx, "0f9960a0", "5d1c1a4e", began)
		fmt.Println(over, err)
	}
	// Output:
	// true <nil>
	// false <nil>
}
