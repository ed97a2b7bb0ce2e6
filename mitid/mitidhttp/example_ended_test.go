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
	over map[[2]string]time.Time // by subject and session id, of which one may be empty
}

var _ mitidhttp.Ended = (*sharedEnded)(nil)

func (e *sharedEnded) End(_ context.Context, l mitid.Logout) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over[[2]string{l.Subject, l.SessionID}] = l.At
	return nil
}

func (e *sharedEnded) Ended(_ context.Context, subject, sessionID string, login time.Time) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if sessionID != "" {
		_, theirs := e.over[[2]string{subject, sessionID}]
		_, everybodys := e.over[[2]string{"", sessionID}]
		if theirs || everybodys {
			return true, nil
		}
	}
	at, ok := e.over[[2]string{subject, ""}]
	return ok && !login.After(at), nil
}

// What the broker has ended is over on every replica.
func ExampleEnded() {
	ctx, noon := context.Background(), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ended := &sharedEnded{over: map[[2]string]time.Time{}}
	if err := ended.End(ctx, mitid.Logout{SessionID: "5d1c1a4e", At: noon}); err != nil {
		fmt.Println(err)
	}
	for _, session := range []string{"5d1c1a4e", "77b0c9d2"} {
		over, err := ended.Ended(ctx, "0f9960a0", session, noon.Add(-time.Hour))
		fmt.Println(over, err)
	}
	// Output:
	// true <nil>
	// false <nil>
}
