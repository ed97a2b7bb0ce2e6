package nemlogin_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// keyPair makes a key and its certificate. Yours is an OCES3 organisation certificate.
func keyPair() nemlogin.KeyPair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ærø Kommune"}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		log.Fatal(err)
	}
	return nemlogin.KeyPair{Key: key, Certificate: certificate}
}

// start returns a fake NemLog-in, and the client of an app that is registered there.
func start() (*nemlogintest.Broker, *nemlogin.Broker, *mitid.Client) {
	fake, err := nemlogintest.Start(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	broker, err := nemlogin.New(nemlogin.Config{
		EntityID:     "https://saml.kommune.example",
		IdP:          [][]byte{fake.Metadata()},
		Keys:         []nemlogin.KeyPair{keyPair()},
		LogoutURL:    "https://kommune.example/slo",
		Organisation: nemlogin.Organisation{Name: "Ærø Kommune", DisplayName: "Ærø Kommune", URL: "https://kommune.example"},
		Contact:      nemlogin.Contact{Email: "drift@kommune.example"},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://kommune.example/callback"})
	if err != nil {
		log.Fatal(err)
	}
	metadata, err := broker.Metadata(client.RedirectURL())
	if err != nil {
		log.Fatal(err)
	}
	if err := fake.Register(metadata); err != nil { // what you do in the administration portal
		log.Fatal(err)
	}
	return fake, broker, client
}

// A login at the fake. In a web app, mitidhttp does these three steps.
func Example() {
	fake, _, client := start()
	defer fake.Close()
	ctx := context.Background()

	redirect, err := client.Begin(ctx, mitid.Request{CPR: mitid.CPRRequired})
	if err != nil {
		log.Fatal(err)
	}
	callback, err := mitidtest.Walk(ctx, fake, redirect) // the person's browser
	if err != nil {
		log.Fatal(err)
	}
	login, err := client.Complete(ctx, redirect.State, callback)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full, login.Level, login.Identity.CPR.IsZero())
	// Output: Ditlev Von Testesen substantial false
}

// readFiles stands for os.ReadFile and tls.LoadX509KeyPair.
func readFiles() (metadata []byte, pair nemlogin.KeyPair) {
	fake, err := nemlogintest.Start(mitidtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	return fake.Metadata(), keyPair()
}

// The settings of a web app, and where its handlers are.
func ExampleNew() {
	metadata, pair := readFiles() // NemLog-in's; your OCES3 certificate and its key
	broker, err := nemlogin.New(nemlogin.Config{
		EntityID:     "https://saml.kommune.example", // as it is registered, for ever
		IdP:          [][]byte{metadata},             // old and new, while NemLog-in changes its key
		Keys:         []nemlogin.KeyPair{pair},       // the first one signs
		LogoutURL:    "https://kommune.example/slo",
		Organisation: nemlogin.Organisation{Name: "Ærø Kommune", DisplayName: "Ærø Kommune", URL: "https://kommune.example"},
		Contact:      nemlogin.Contact{GivenName: "Åse", SurName: "Ærlig", Email: "drift@kommune.example"},
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://kommune.example/callback"})
	if err != nil {
		log.Fatal(err)
	}
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback()) // NemLog-in's answer, by form post
	mux.Handle("/slo", gate.ReceiveLogout())
	mux.Handle("POST /logout", gate.Logout())
	mux.Handle("/", gate.Require(claims.Substantial)(http.NotFoundHandler())) // your pages

	fmt.Println(client.Check(context.Background()).Err())
	// Output: <nil>
}

// What to upload in the administration portal.
func ExampleBroker_Metadata() {
	fake, broker, client := start()
	defer fake.Close()

	metadata, err := broker.Metadata(client.RedirectURL())
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(string(metadata)) {
		if strings.Contains(line, "Location=") || strings.Contains(line, "DisplayName") {
			fmt.Println(strings.TrimSpace(strings.NewReplacer("urn:oasis:names:tc:SAML:2.0:bindings:", "…:").Replace(line)))
		}
	}
	// Output:
	// <md:SingleLogoutService Binding="…:HTTP-Redirect" Location="https://kommune.example/slo"/>
	// <md:AssertionConsumerService Binding="…:HTTP-POST" Location="https://kommune.example/callback" index="0" isDefault="true"/>
	// <md:OrganizationDisplayName xml:lang="da">Ærø Kommune</md:OrganizationDisplayName>
}

// The person logs out in the app, and later at another service provider. In a web app,
// Gate.Logout and Gate.ReceiveLogout do this.
func ExampleBroker_ReceiveLogout() {
	fake, _, client := start()
	defer fake.Close()
	ctx, browser := context.Background(), fake.NewBrowser()
	logIn := func() *mitid.Login {
		redirect, err := client.Begin(ctx, mitid.Request{})
		if err != nil {
			log.Fatal(err)
		}
		callback, err := browser.Walk(ctx, redirect)
		if err != nil {
			log.Fatal(err)
		}
		login, err := client.Complete(ctx, redirect.State, callback)
		if err != nil {
			log.Fatal(err)
		}
		return login
	}

	redirect, err := client.EndSession(ctx, logIn(), "https://kommune.example/slo")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := browser.Walk(ctx, redirect) // to NemLog-in and back
	if err != nil {
		log.Fatal(err)
	}
	logout, err := client.ReceiveLogout(ctx, answer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("finished:", logout.Finished)

	login := logIn()
	message, err := fake.Logout(login.Identity.Subject, false) // as NemLog-in sends it
	if err != nil {
		log.Fatal(err)
	}
	logout, err = client.ReceiveLogout(ctx, message)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ends the session:", logout.SessionID == login.Identity.SessionID)
	fmt.Println("then back to NemLog-in:", strings.HasPrefix(logout.Answer.URL, fake.Origin()))
	// Output:
	// finished: true
	// ends the session: true
	// then back to NemLog-in: true
}
