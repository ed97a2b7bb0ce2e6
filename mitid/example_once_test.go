package mitid_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// usedLogins stands for a table that all replicas share. With a database, Use is one
// statement, INSERT … ON CONFLICT DO NOTHING: internal/integration/databases has it for
// SQLite and PostgreSQL.
type usedLogins struct {
	mu      sync.Mutex
	expires map[string]time.Time
}

func (u *usedLogins) Use(_ context.Context, handle string, expires time.Time) (first bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, used := u.expires[handle]
	u.expires[handle] = expires
	return !used, nil
}

// Two replicas with one Once: an answer that one has used is used for both.
func ExampleOnce() {
	ctx := context.Background()
	fake, _ := demo()
	defer fake.Close()
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	cfg := mitid.Config{
		Broker:      broker,
		RedirectURL: "http://localhost:8080/callback",
		StateKeys:   [][]byte{[]byte("32 random bytes out of the vault")},
		Once:        &usedLogins{expires: map[string]time.Time{}},
	}
	replicas := make([]*mitid.Client, 2)
	for i := range replicas {
		if replicas[i], err = mitid.New(cfg); err != nil {
			log.Fatal(err)
		}
	}

	redirect, err := replicas[0].Begin(ctx, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect)
	if err != nil {
		log.Fatal(err)
	}
	for _, replica := range []*mitid.Client{replicas[1], replicas[0]} {
		login, err := replica.Complete(ctx, redirect.State, answer)
		fmt.Println("login:", login != nil, "used before:", errors.Is(err, mitid.ErrStateInvalid))
	}
	// Output:
	// login: true used before: false
	// login: false used before: true
}
