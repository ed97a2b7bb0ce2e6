package mitid_test

import (
	"context"
	"fmt"
	"log"
	"net/url"

	"github.com/dkeid/dkeid/mitid"
)

// Log out at the broker too. End the app's own session first: the person may
// close the window on the way.
func ExampleClient_EndSession() {
	fake, client := demo()
	defer fake.Close()
	login, err := logIn(fake, client, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}

	redirect, err := client.EndSession(context.Background(), login, client.RedirectURL())
	if err != nil {
		log.Fatal(err)
	}
	to, err := url.Parse(redirect.URL)
	if err != nil {
		log.Fatal(err)
	}
	q := to.Query()
	fmt.Println(to.Path, q.Get("post_logout_redirect_uri"))
	fmt.Println("comes back with the handle:", q.Get("state") == redirect.Handle)
	fmt.Println("names the person:", q.Has("id_token_hint"))
	// Output:
	// /oauth2/logout http://localhost:8080/callback
	// comes back with the handle: true
	// names the person: false
}
