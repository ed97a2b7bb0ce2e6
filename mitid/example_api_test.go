package mitid_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// forCitizens lets requests through whose ID token names a private person. The
// app in the person's browser or phone got the token for the same client id. It
// is no login: the front end has checked the nonce, and only the front end can.
func forCitizens(client *mitid.Client, next func(http.ResponseWriter, *http.Request, claims.Identity)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		login, err := client.VerifyToken(r.Context(), token)
		switch {
		case err != nil:
			http.Error(w, mitid.PublicText(err, mitid.English), http.StatusUnauthorized)
		case login.Identity.Capacity != claims.CapacityPrivate:
			http.Error(w, "log on as a private person", http.StatusForbidden)
		default:
			next(w, r, login.Identity)
		}
	})
}

// An API that receives the ID token of a front end.
func ExampleClient_VerifyToken() {
	fake, client := demo()
	defer fake.Close()
	front, err := logIn(fake, client, mitid.Request{}) // stands for the front end
	if err != nil {
		log.Fatal(err)
	}
	token := front.Evidence.Tokens[0].Raw.Reveal()

	api := forCitizens(client, func(w http.ResponseWriter, _ *http.Request, id claims.Identity) {
		fmt.Fprintln(w, "letters of", id.UUID)
	})
	for _, sent := range []string{token, token[:len(token)-4] + "AAAA"} {
		r := httptest.NewRequest(http.MethodGet, "/letters", nil)
		r.Header.Set("Authorization", "Bearer "+sent)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 letters of 74ffcd31-fbaf-4c33-bdac-169f25c1e416
	// 401 Something went wrong with your login. Please start again.
}
