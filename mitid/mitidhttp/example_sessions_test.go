package mitidhttp_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// table stands for a table of the database that all replicas use.
type table struct {
	mu   sync.Mutex
	rows map[string]mitidhttp.StoredSession
}

var _ mitidhttp.Sessions = (*table)(nil)

func (t *table) Save(_ context.Context, s mitidhttp.StoredSession) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[s.ID] = s
	return nil
}

func (t *table) Load(_ context.Context, id string) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows[id].Data, nil
}

func (t *table) Delete(_ context.Context, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.rows, func(_ string, s mitidhttp.StoredSession) bool {
		return key == s.ID || key == s.Person || key == s.BrokerSession
	})
	return nil
}

// A session on the server ends when the operator says so.
func ExampleSessions() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback"})
	if err != nil {
		log.Fatal(err)
	}
	kept := &table{rows: map[string]mitidhttp.StoredSession{}}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Sessions: kept})
	if err != nil {
		log.Fatal(err)
	}
	var subject string
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/letters", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := mitidhttp.FromContext(r.Context())
		subject = who.Identity.Subject
		_, _ = io.WriteString(w, "Hej "+who.Identity.Name.Full)
	})))
	server.Config.Handler = mux
	server.Start()
	defer server.Close()

	page, err := fake.NewBrowser().Visit(context.Background(), address+"/letters", mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	fmt.Println("sessions:", len(kept.rows))

	// The phone was stolen.
	fmt.Println(gate.EndSessions(context.Background(), subject))
	fmt.Println("sessions:", len(kept.rows))
	// Output:
	// Hej Ditlev Von Testesen
	// sessions: 1
	// <nil>
	// sessions: 0
}
