package mitidhttp_test

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A whole app: one page, which nobody sees without MitID.
func Example() {
	fake, err := criiptotest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()

	broker, err := criipto.New(criipto.Config{
		Issuer:       fake.Issuer(), // https://acme.idura.broker
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: server.URL + "/callback"})
	if err != nil {
		log.Fatal(err)
	}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, _ := mitidhttp.FromContext(r.Context())
		fmt.Fprintf(w, "you are %s, and sure to level %s", session.Identity.Subject, session.Level)
	})))

	page, err := fake.NewBrowser().Visit(context.Background(), server.URL+"/survey?number=7")
	if err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Request.URL.RequestURI(), string(text))
	// Output: /survey?number=7 you are {0f9960a0-d28d-4353-a3e2-ea07f8ffa185}, and sure to level substantial
}

// newClient returns a client of a fake broker, for an app at address.
func newClient(fake *criiptotest.Broker, address string) (*mitid.Client, error) {
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		return nil, err
	}
	return mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback"})
}

// The follow-up survey needs the CPR number, which the first login did not ask
// for.
func ExampleGate_StepUp() {
	fake, err := criiptotest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
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
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("/login", gate.Start(mitid.Request{}))
	mux.Handle("/cpr", gate.StepUp(mitid.Request{CPR: mitid.CPRRequired}))
	mux.Handle("/callback", gate.Callback())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if session, ok := gate.Session(r); ok {
			fmt.Println("CPR number:", !session.Identity.CPR.IsZero())
		}
	})

	browser := fake.NewBrowser()
	for _, path := range []string{"/login", "/cpr?return=/opfølgning"} {
		page, err := browser.Visit(context.Background(), server.URL+path)
		if err != nil {
			log.Fatal(err)
		}
		_ = page.Body.Close()
	}
	// Output:
	// CPR number: false
	// CPR number: true
}

// OnLogin links the login to a profile and keeps the CPR number out of the
// browser; Refused answers an app that speaks JSON.
func ExampleConfig() {
	profiles := map[string]string{}
	cfg := mitidhttp.Config{
		OnLogin: func(_ http.ResponseWriter, r *http.Request, l *mitid.Login) error {
			profiles[l.Identity.Subject] = "profile of " + l.Identity.UUID.String()
			l.Identity.CPR = claims.Identity{}.CPR
			return r.Context().Err()
		},
		Refused: func(w http.ResponseWriter, r *http.Request, err error) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(mitidhttp.StatusOf(err))
			fmt.Fprintf(w, "{\"error\":%q,\"again\":%q}\n", mitid.KindOf(err), mitidhttp.ReturnPath(r.Context()))
		},
	}
	w := httptest.NewRecorder()
	cfg.Refused(w, httptest.NewRequest(http.MethodGet, "/callback", nil), &mitid.Error{Kind: mitid.UserCancelled})
	fmt.Print(w.Code, " ", w.Body)
	fmt.Println(cfg)
	// Output:
	// 403 {"error":"UserCancelled","again":""}
	// [private]
}

// A session that reaches a log tells nothing about the person.
func ExampleSession() {
	session := &mitidhttp.Session{Identity: claims.Identity{Name: &claims.Name{Full: "Søren Ærø"}}, Level: claims.High}
	fmt.Println(session)
	fmt.Println(session.Identity.Name.Full)
	// Output:
	// mitidhttp.Session{high}
	// Søren Ærø
}

func ExampleButton() {
	fmt.Println(mitidhttp.Button(mitid.Sign, mitid.Danish, "/underskriv"))
	// Output: <a class="mitid-button" lang="da" href="/underskriv"><span class="mitid-button-logo" aria-hidden="true"></span><span>Underskriv med MitID</span></a>
}

func ExampleFuncMap() {
	page := template.Must(template.New("").Funcs(mitidhttp.FuncMap()).Parse(`<p>{{mitidButton "login" "en" .}}</p>`))
	_ = page.Execute(os.Stdout, "/login?return=/skema")
	// Output: <p><a class="mitid-button" lang="en" href="/login?return=/skema"><span class="mitid-button-logo" aria-hidden="true"></span><span>Log on with MitID</span></a></p>
}
