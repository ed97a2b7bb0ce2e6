package mitidhttp_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// wine lets people to the checkout who have proven that they are 18. The shop
// learns that and nothing else: nobody is logged in.
func wine(mux *http.ServeMux, client *mitid.Client, orders *orders) error {
	gate, err := mitidhttp.New(mitidhttp.Config{
		Client: client,
		OnLogin: func(w http.ResponseWriter, r *http.Request, l *mitid.Login) error {
			if l.Age == nil {
				return nil // a login
			}
			return orders.proven(r, l)
		},
	})
	if err != nil {
		return err
	}
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/age", gate.Start(mitid.Request{Age: 18}))
	return nil
}

// orders keeps the proofs of a shop, here of its one customer.
type orders struct{ proof map[string]string }

// proven keeps the proof with the customer's order: who asks may see it later.
func (o *orders) proven(_ *http.Request, l *mitid.Login) error {
	if !l.Age.AtLeast(18) {
		o.proof["order 7"] = "refused: " + l.Age.Answer.String()
		return nil
	}
	o.proof["order 7"] = fmt.Sprintf("over %d, says %s", l.Age.Asked, l.Age.EID)
	return nil
}

// A shop asks for an age before it sells wine.
func ExampleGate_Start_age() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	client, err := newClient(fake, server.URL)
	if err != nil {
		log.Fatal(err)
	}
	o := &orders{proof: map[string]string{}}
	if err := wine(mux, client, o); err != nil {
		log.Fatal(err)
	}
	mux.HandleFunc("/checkout", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, o.proof["order 7"]) })

	for _, who := range []mitidtest.Citizen{mitidtest.Paiman(), mitidtest.Teenager(fake.Now())} {
		page, err := fake.NewBrowser().Visit(context.Background(), server.URL+"/age?return=/checkout", mitidtest.Approve(who))
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(page.Body)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// over 18, says mitid
	// refused: no
}
