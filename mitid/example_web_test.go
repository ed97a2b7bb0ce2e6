package mitid_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// withMitID puts MitID in front of app, which people reach at address. keys are
// random, 32 bytes each, the same on every replica.
func withMitID(app http.Handler, address string, at criipto.Config, keys [][]byte) (http.Handler, error) {
	broker, err := criipto.New(at)
	if err != nil {
		return nil, err
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback", StateKeys: keys})
	if err != nil {
		return nil, err
	}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Keys: keys, LoggedOut: "/logged-out"})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/logout", gate.Logout())
	mux.Handle("/logged-out", gate.LoggedOut())
	mux.Handle("/", gate.Require(claims.Substantial)(app))
	return mux, nil
}

// survey is the app: a handler that knows nothing of brokers.
func survey(w http.ResponseWriter, r *http.Request) {
	session, _ := mitidhttp.FromContext(r.Context())
	name := "du med det beskyttede navn"
	if session.Identity.Name != nil {
		name = session.Identity.Name.Full
	}
	fmt.Fprintf(w, "Hej %s, her er dine spørgsmål.", name)
}

// A web app behind MitID. Package mitidhttp is Begin, Complete and the cookies.
func Example_web() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	at := criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()}
	if server.Config.Handler, err = withMitID(http.HandlerFunc(survey), address, at, nil); err != nil {
		log.Fatal(err)
	}
	server.Start()
	defer server.Close()

	// The browser opens a page, is led through MitID, and comes back to that page.
	page, err := fake.NewBrowser().Visit(context.Background(), address+"/spørgeskema?nr=7", mitidtest.Approve(mitidtest.Paiman()))
	if err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Request.URL.Path, string(text))
	// Output: /spørgeskema Hej Paiman Petersen, her er dine spørgsmål.
}
