package mitid_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// profile is a user of the app.
type profile struct {
	Name   string
	CPRKey string // finds the person by CPR number, without the number
}

// account is how the broker knows a user: a key that stays, unlike names and CPR
// numbers.
type account struct{ Issuer, Subject string }

// people is the app's table of users.
type people struct {
	mu       sync.Mutex
	profiles map[account]profile
	key      []byte // of the pseudonyms: 32 random bytes, kept apart from the table
}

// link makes or finds the user behind a login or a step-up, before the session
// begins. An error refuses the login.
func link(p *people, l *mitid.Login) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := account{l.Issuer, l.Identity.Subject}
	who := p.profiles[at]
	if l.Identity.Name != nil {
		who.Name = l.Identity.Name.Full
	}
	if n := l.Identity.CPR; !n.IsZero() {
		key, err := n.Pseudonym(p.key)
		if err != nil {
			return err
		}
		who.CPRKey = key
		l.Identity.CPR = cpr.Number{} // the session in the browser does without
	}
	p.profiles[at] = who
	return nil
}

// gates mounts the login, and the step-up for pages that need the CPR number:
// they link to /cpr?return=/their/path.
func gates(mux *http.ServeMux, client *mitid.Client, p *people, keys [][]byte) error {
	gate, err := mitidhttp.New(mitidhttp.Config{
		Client:  client,
		Keys:    keys,
		OnLogin: func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error { return link(p, l) },
	})
	if err != nil {
		return err
	}
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/cpr", gate.StepUp(mitid.Request{CPR: mitid.CPRRequired}))
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(survey)))
	return nil
}

// A login is linked to a profile. The CPR number is asked for where it is needed,
// of the person who is logged in.
func Example_profile() {
	fake, _ := demo()
	defer fake.Close()
	fake.Next(mitidtest.Approve(mitidtest.Ditlev()), mitidtest.Approve(mitidtest.Ditlev()))
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	users := &people{profiles: map[account]profile{}, key: []byte("thirty-two bytes or more, secret")}
	if err := gates(mux, clientOf(fake, server.URL), users, nil); err != nil {
		log.Fatal(err)
	}

	browser := fake.NewBrowser()
	for _, path := range []string{"/trivsel", "/cpr?return=/helbred"} {
		page, err := browser.Visit(context.Background(), server.URL+path)
		if err != nil {
			log.Fatal(err)
		}
		_ = page.Body.Close()
		for _, who := range users.profiles {
			fmt.Printf("%s: %s, CPR number known: %t\n", page.Request.URL.Path, who.Name, who.CPRKey != "")
		}
	}
	// Output:
	// /trivsel: Ditlev Von Testesen, CPR number known: false
	// /helbred: Ditlev Von Testesen, CPR number known: true
}
